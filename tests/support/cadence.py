"""What the rules of a cadence say, word by word and minute by minute: slow, and plainly right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from signoff.kernel.cadence import Cadence, Slot

MINUTE = timedelta(minutes=1)


def breaks(cadence: Cadence, where: ZoneInfo, taken: Sequence[datetime], at: datetime) -> bool:
    """Whether a rule forbids this moment."""
    local = at.astimezone(where)
    if any(days.first <= local.date() <= days.last for days in cadence.closed):
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
