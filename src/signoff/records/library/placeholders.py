"""Words in braces that stand for a brand's facts: “Call us: {brand.phone}”.

They are replaced when a text is used, so that what is reviewed and sealed is the literal text. Braces that
stand for nothing have a backslash before them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any, Final

from signoff.kernel.errors import Invalid
from signoff.kernel.weekdays import WEEKDAYS
from signoff.records.tenants import Brand

_FACTS: Final = "brand.facts."
_PLACE: Final = re.compile(r"(\\)?\{ *(\w+(?:\.[\w -]*\w)*) *\}")
_CLOSED: Final = ("00:00", "00:00")


def _part(name: str) -> Callable[[Brand], str]:
    return lambda brand: str(brand.address.get(name, ""))


def _address(brand: Brand) -> str:
    parts = [_part(name)(brand) for name in ("street", "postal_code", "city", "region", "country")]
    street, code, *rest = parts
    town = " ".join(filter(None, (code, rest[0])))
    return ", ".join(filter(None, (street, town, *rest[1:])))


def _hours(brand: Brand) -> str:
    """Say the usual hours in one line; those of a season aren't usual."""
    lines = [line for line in brand.hours if not {"valid_from", "valid_through"} & line.keys()]
    return ", ".join(f"{_days(line['days'])} {_span(line['opens'], line['closes'])}" for line in lines)


def _days(days: str) -> str:
    places = enumerate(WEEKDAYS.index(day) for day in days.split(","))
    runs = [[place for _, place in run] for _, run in groupby(places, lambda pair: pair[1] - pair[0])]
    return ", ".join(
        WEEKDAYS[run[0]] if len(run) == 1 else f"{WEEKDAYS[run[0]]}-{WEEKDAYS[run[-1]]}" for run in runs
    )


def _span(opens: str, closes: str) -> str:
    return "closed" if (opens, closes) == _CLOSED else f"{opens}-{closes}"


WORDS: Final[Mapping[str, tuple[str, Callable[[Brand], str]]]] = {
    "brand.name": ("name", lambda brand: brand.name),
    "brand.phone": ("telephone number", lambda brand: brand.telephone),
    "brand.website": ("web site", lambda brand: brand.website),
    "brand.address": ("address", _address),
    "brand.street": ("street", _part("street")),
    "brand.postal_code": ("postal code", _part("postal_code")),
    "brand.city": ("city", _part("city")),
    "brand.region": ("region", _part("region")),
    "brand.country": ("country", _part("country")),
    "brand.hours": ("opening hours", _hours),
}
"""What can stand in braces, with what it is called and how it is read; beside these a fact by its name."""

KNOWN: Final = (*WORDS, f"{_FACTS}NAME")


def check_placeholders(text: str, field: str) -> None:
    """Check that every word in braces stands for something.

    Raises:
        Invalid: One doesn't; says what can stand there.
    """
    for is_literal, word in _PLACE.findall(text):
        if not is_literal and word not in WORDS and not word.startswith(_FACTS):
            known = ", ".join(f"{{{each}}}" for each in KNOWN)
            raise Invalid(
                f"“{{{word}}}” stands for nothing.",
                field=field,
                next_step=f"In braces there can be {known}. For braces as they are, write \\{{{word}}}.",
            )


def literal(text: str) -> str:
    """Give a text in which no braces stand for anything, for one that was written without placeholders."""
    return _PLACE.sub(lambda found: f"\\{found[0]}", text)


def filled(text: str, brand: Brand, *, field: str = "body") -> str:
    """Put a brand's facts into their places.

    Raises:
        Invalid: A word stands for nothing, or the brand has no such fact.
    """
    check_placeholders(text, field)
    if lacking := sorted(set(_lacking(text, brand))):
        raise Invalid(
            f"{brand.name} has no {' and no '.join(lacking)}, which this text needs.",
            field=field,
            next_step="Enter it under Settings > Brands, or use another text.",
        )
    return _PLACE.sub(lambda found: found[0][1:] if found[1] else _value(found[2], brand), text)


def _lacking(text: str, brand: Brand) -> Iterable[str]:
    for is_literal, word in _PLACE.findall(text):
        if not is_literal and not _value(word, brand):
            yield WORDS[word][0] if word in WORDS else f"fact “{word.removeprefix(_FACTS)}”"


def _value(word: str, brand: Brand) -> str:
    if word in WORDS:
        return WORDS[word][1](brand)
    return _said(_fact(brand.facts, word.removeprefix(_FACTS).split(".")))


def _fact(facts: Any, path: list[str]) -> object:  # noqa: ANN401 - the ledger is free JSON
    for name in path:
        facts = facts.get(name) if isinstance(facts, Mapping) else None
    return facts


def _said(fact: object) -> str:
    """Say a fact in words; several facts under one name are none."""
    if isinstance(fact, list):
        return ", ".join(filter(None, map(_said, fact)))
    if fact is None or isinstance(fact, Mapping):
        return ""
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    return str(fact)
