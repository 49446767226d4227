"""Numbers as texts write them, brought to one form so that “3,50 €” is the 3.50 of a price list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_PHONE: Final = re.compile(r"(?<![\w.])(?:\+|00)?\(?\d[\d ()/.-]{6,}\d(?!\w)")
_NUMBER: Final = re.compile(
    r"(?<![\w.,:])(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap](?:\.m\b\.?|m\b))"
    r"|(?<![\w.,:])\d+(?:[.,:]\d+)*(?!\w*[A-Za-z]\d)",
    re.IGNORECASE,
)
_LIST_MARK: Final = re.compile(r"^\s*\d+[.)]\s", re.MULTILINE)
_DATE_LIKE: Final = re.compile(
    r"^(?:\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}\s?[-\u2013]\s?\d{4})$"
)
_PHONE_DIGITS: Final = 8
_TAIL: Final = 9
"""A phone number is compared by its last nine digits: country codes are written in many ways."""
_NOON: Final = 12
_THOUSANDS: Final = re.compile(r"^\d{1,3}(?:[.,]\d{3})+$")


@dataclass(frozen=True, slots=True)
class Number:
    """A number and where it stands."""

    value: str
    """Its one form: 3.5, 2000, or a time as 12:00."""
    start: int
    end: int


def phones_in(text: str) -> list[tuple[str, int, int]]:
    """Give the phone numbers of a text by their last digits, each with where it stands."""
    found = []
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if len(digits) > _PHONE_DIGITS and not _DATE_LIKE.match(match.group()):
            found.append((digits[-_TAIL:], match.start(), match.end()))
    return found


def numbers_in(text: str) -> Iterator[Number]:
    """Give the numbers of a text in order; list markers and phone numbers aren't among them."""
    taken = [(start, end) for _, start, end in phones_in(text)]
    taken += [match.span() for match in _LIST_MARK.finditer(text)]
    for match in _NUMBER.finditer(text):
        if any(start <= match.start() < end for start, end in taken):
            continue
        yield Number(_normal(match), match.start(), match.end())


def _normal(match: re.Match[str]) -> str:
    if match["half"]:
        hour = int(match["hour"]) % _NOON + (_NOON if match["half"][0].lower() == "p" else 0)
        return f"{hour}:{match['minute'] or '00'}"
    text = match.group()
    if ":" in text:
        hour_text, _, rest = text.partition(":")
        return f"{int(hour_text)}:{rest}"
    if _THOUSANDS.match(text):
        return str(int(re.sub(r"[.,]", "", text)))
    whole, _, part = text.replace(",", ".").rpartition(".")
    if not whole:
        return str(int(text))
    whole, part = whole.replace(".", ""), part.rstrip("0")
    return f"{int(whole)}.{part}" if part else str(int(whole))
