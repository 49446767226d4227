"""Opening hours as people write them, and as they are stored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from signoff.kernel.weekdays import WEEKDAYS

_NEEDED: Final = frozenset({"days", "opens", "closes"})
_SEASON: Final = frozenset({"valid_from", "valid_through"})
_MOST: Final = 28
_CLOCK: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


def opening_hours(entries: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Give the entries as they are stored: {"days": "Mo,Tu", "opens": "09:00", "closes": "18:00"}.

    Days are written Mo to Su, with commas and hyphens. Both times 00:00 mean closed; closing before opening
    is past midnight. A season has `valid_from` and `valid_through`.

    Raises:
        ValueError: With what is wrong, for people.
    """
    if len(entries) > _MOST:
        raise ValueError(f"There are at most {_MOST} entries of opening hours.")
    return [_entry(entry) for entry in entries]


def _entry(entry: Mapping[str, str]) -> dict[str, str]:
    given = set(entry)
    if (
        not given >= _NEEDED
        or given - _NEEDED - _SEASON
        or not all(isinstance(v, str) for v in entry.values())
    ):
        raise ValueError(
            "Opening hours have days, opens and closes; a season has valid_from and valid_through."
        )
    if not (_CLOCK.fullmatch(entry["opens"]) and _CLOCK.fullmatch(entry["closes"])):
        raise ValueError("Opening and closing times are written as 09:00.")
    season = {name: _date(entry[name]) for name in sorted(given & _SEASON) if entry[name]}
    return {
        "days": ",".join(weekdays(entry["days"])),
        "opens": entry["opens"],
        "closes": entry["closes"],
        **season,
    }


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("The dates of a season are written as 2026-12-31.") from None


def weekdays(text: str) -> list[str]:
    """Read days such as “Mo-Fr” or “Sa,Su”; they are given in the order of the week.

    Raises:
        ValueError: With what is wrong, for people.
    """
    named = {day for part in text.split(",") for day in _span(part.strip())}
    return [day for day in WEEKDAYS if day in named]


def _span(part: str) -> Iterator[str]:
    first, hyphen, last = (word.strip().capitalize() for word in part.partition("-"))
    last = last if hyphen else first
    if first not in WEEKDAYS or last not in WEEKDAYS:
        raise ValueError("Days are written as Mo-Fr or Sa,Su.")
    start = WEEKDAYS.index(first)
    for step in range(
        (WEEKDAYS.index(last) - start) % len(WEEKDAYS) + 1
    ):  # Sa-Mo goes over the end of the week
        yield WEEKDAYS[(start + step) % len(WEEKDAYS)]
