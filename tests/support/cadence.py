"""What the rules of a cadence say, word by word and minute by minute: slow, and plainly right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from signoff.kernel.cadence import Cadence, Slot
from signoff.kernel.closed_days import ClosedDays, Repeats
from signoff.kernel.weekdays import WEEKDAYS

MINUTE = timedelta(minutes=1)


def breaks(cadence: Cadence, where: ZoneInfo, taken: Sequence[datetime], at: datetime) -> bool:
    """Whether a rule forbids this moment."""
    local = at.astimezone(where)
    if any(is_closed(days, local.date()) for days in cadence.closed):
        return True
    if cadence.min_gap and any(abs(at - other) < cadence.min_gap for other in taken):
        return True
    same_day = [other for other in taken if other.astimezone(where).date() == local.date()]
    if cadence.max_per_day is not None and len(same_day) >= cadence.max_per_day:
        return True
    quiet = cadence.quiet_hours
    if quiet is None:
        return False
    inside = quiet.start <= local.time(), local.time() < quiet.end
    return all(inside) if quiet.start < quiet.end else any(inside)


_DAYS_OF_A_YEAR = [(date(2000, 1, 1) + timedelta(days=ahead)) for ahead in range(366)]
"""Of a leap year: each day that any year can have."""


def is_closed(days: ClosedDays, day: date) -> bool:
    """Whether the day is among those without posts: by going from the first one to the last."""
    if day < days.first:
        return False
    last = days.last or (days.first if days.repeats is not Repeats.WEEKLY else day)
    if days.repeats is Repeats.YEARLY:
        of_year = [(one.month, one.day) for one in _DAYS_OF_A_YEAR]
        one = of_year.index((days.first.month, days.first.day))
        covered = {of_year[one]}
        while of_year[one % 366] != (last.month, last.day):
            one += 1
            covered.add(of_year[one % 366])
        return (day.month, day.day) in covered
    if not days.first <= day <= last:
        return False
    return days.repeats is Repeats.NEVER or f"{day:%a}"[:2] in {WEEKDAYS[one] for one in days.weekdays}


def candidates(wanted: datetime, bound: timedelta) -> Iterable[datetime]:
    """The wanted moment, then every whole minute after it."""
    yield wanted
    at = wanted.replace(second=0, microsecond=0) + MINUTE
    while at <= wanted + bound:
        yield at
        at += MINUTE


def first_allowed(
    cadence: Cadence, where: ZoneInfo, taken: Sequence[datetime], wanted: datetime, bound: timedelta
) -> datetime | None:
    """The first of the candidates that no rule forbids."""
    return next((at for at in candidates(wanted, bound) if not breaks(cadence, where, taken, at)), None)


def first_slot(
    cadence: Cadence, where: ZoneInfo, taken: Sequence[datetime], wanted: datetime, bound: timedelta
) -> datetime | None:
    """The first whole minute that is a best time, if there are any, and that no rule forbids."""
    whole = (at for at in candidates(wanted, bound) if at.second == 0 and at.microsecond == 0)
    good = (at for at in whole if not cadence.slots or is_slot(cadence, where, at))
    return next((at for at in good if not breaks(cadence, where, taken, at)), None)


def is_slot(cadence: Cadence, where: ZoneInfo, at: datetime) -> bool:
    """Whether the clock shows a best time, for the first time that night."""
    local = at.astimezone(where)
    return Slot(local.weekday(), local.time()) in cadence.slots and not local.fold
