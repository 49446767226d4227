"""Cutting text into sentences: a full stop in “Dr. Mayer”, “9 a.m.” or “3.50” ends none."""

from __future__ import annotations

import re
from typing import Final

_END: Final = re.compile(
    r"(?<=[.!?…])[\"'”\u2019)\]]*\s+(?=[\"'“\u2018(\[¿¡#@]*[^\W_a-z])|\n\s*\n|\n(?=\s*(?:[-*•#>|]|\d+[.)]\s))"
)
_ABBREVIATED: Final = re.compile(
    r"(?:^|[\s(])(?:dr|mr|mrs|ms|st|no|nr|vs|etc|e\.g|i\.e|z\.b|ca|approx|tel|sra?|sto|av|prof|jr|[a-z])\.$",
    re.IGNORECASE,
)
_MERIDIEM: Final = re.compile(r"\b[ap]\.m\.$", re.IGNORECASE)


def sentences_of(text: str) -> list[str]:
    """Give the sentences of a text in order, each trimmed and in one line."""
    found: list[str] = []
    began = 0
    for end in _END.finditer(text):
        said = text[began : end.start()]
        if "\n" not in end.group() and _goes_on(said):
            continue
        found.append(said)
        began = end.end()
    found.append(text[began:])
    return [" ".join(each.split()) for each in found if each.strip()]


def _goes_on(said: str) -> bool:
    return bool(_ABBREVIATED.search(said)) and not _MERIDIEM.search(said)
