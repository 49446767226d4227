"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")
_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+")
_MANY_CHARS: Final = 30_000
"""Beyond this, lines are compared: comparing words takes time that grows with the square of their number."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is in both, only in the new, or only in the old one."""

    kind: Literal["same", "added", "removed"]
    text: str


def diff_words(old: str, new: str) -> list[Piece]:
    """Compare two texts. Where words were replaced, those that are gone come first."""
    pieces: list[Piece] = []
    for is_same, before, after in _runs(old, new):
        if is_same:
            pieces.append(Piece("same", after))
            continue
        if before:
            pieces.append(Piece("removed", before))
        if after:
            pieces.append(Piece("added", after))
    return pieces


def count_words(pieces: list[Piece], kind: str) -> int:
    """Count the words of one kind, for the sentence below a comparison."""
    return sum(len(re.findall(r"\w+", piece.text)) for piece in pieces if piece.kind == kind)


def _runs(old: str, new: str) -> Iterator[tuple[bool, str, str]]:
    """Alternate between runs that are the same and runs that changed; a space between changes is a change."""
    parts = _WORDS if len(old) + len(new) <= _MANY_CHARS else _LINES
    before, after = parts.findall(old), parts.findall(new)
    removed = added = ""
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[i1:i2]), "".join(after[j1:j2])
        if tag != "equal" or (come.isspace() and (removed or added)):
            removed, added = removed + gone, added + come
            continue
        if removed or added:
            yield False, removed, added
            removed = added = ""
        yield True, gone, come
    if removed or added:
        yield False, removed, added
