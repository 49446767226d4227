"""What rules of the cadence must look like. Each check gives the value as it is read again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from signoff.kernel.errors import Invalid
from signoff.kernel.weekdays import WEEKDAYS
from signoff.organizations.opening_hours import weekdays

_LONGEST_GAP: Final = 30 * 24 * 60
_MOST_PER_DAY: Final = 1000
_MOST_SLOTS: Final = 168
_CLOCK: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_SLOT: Final = re.compile(rf"([A-Za-z ,-]+?) +({_CLOCK.pattern}(?:[ ,]+{_CLOCK.pattern})*)")


_LIFTED: Final[Mapping[str, Any]] = {"slots": []}


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the rules in their one form; None lifts a limit.

    Raises:
        Invalid: `errors` names every field that is wrong, with what it must be.
    """
    read: dict[str, Any] = {}
    errors: list[dict[str, str]] = []
    for name, value in values.items():
        try:
            read[name] = _LIFTED.get(name) if value is None else CHECKS[name](value)
        except ValueError as trouble:
            errors.append({"field": name, "message": str(trouble)})
    if errors:
        raise Invalid(" ".join(error["message"] for error in errors), errors=errors)
    return read


def _min_gap(minutes: int) -> int:
    if not 0 < minutes <= _LONGEST_GAP:
        raise ValueError("The gap between posts is between a minute and 30 days, in minutes.")
    return minutes


def _max_per_day(posts: int) -> int:
    if not 0 < posts <= _MOST_PER_DAY:
        raise ValueError(f"Posts per day are between 1 and {_MOST_PER_DAY}; to hold a channel, pause it.")
    return posts


def _quiet_hours(hours: Mapping[str, str]) -> dict[str, str]:
    start, end = hours.get("from", ""), hours.get("to", "")
    if set(hours) != {"from", "to"} or not (_CLOCK.fullmatch(start) and _CLOCK.fullmatch(end)):
        raise ValueError("Quiet hours have a from and a to, written as 22:00 and 07:00.")
    if start == end:
        raise ValueError("Quiet hours begin and end at different times; to hold a channel, pause it.")
    return {"from": start, "to": end}


def _slots(given: Sequence[str]) -> list[str]:
    found = {slot for text in given for slot in _slots_of(text)}
    if len(found) > _MOST_SLOTS:
        raise ValueError(f"There are at most {_MOST_SLOTS} best times a week.")
    return sorted(found, key=lambda slot: (WEEKDAYS.index(slot[:2]), slot))


def _slots_of(text: str) -> list[str]:
    found = _SLOT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"“{text}” isn't a best time: write it as Mo-Fr 09:00, 17:30.")
    return [f"{day} {clock}" for day in weekdays(found[1]) for clock in _CLOCK.findall(found[2])]


CHECKS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "min_gap_minutes": _min_gap,
    "max_per_day": _max_per_day,
    "quiet_hours": _quiet_hours,
    "slots": _slots,
}
