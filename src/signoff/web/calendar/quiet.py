"""Which hours of a week are hatched, because channels are silent then, and how that is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from signoff.kernel.cadence import QuietHours
from signoff.records.planning.quiet import Quiet
from signoff.web import times
from signoff.web.calendar.period import Period

_LAST_MINUTE: Final = timedelta(minutes=59)
_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class QuietMark:
    """An hour that is quiet from beginning to end."""

    said: str
    is_for_all: bool
    """Every channel on show is silent then, so nothing goes out at all."""


def quiet_marks(found: Sequence[Quiet], period: Period) -> Mapping[tuple[date, int], QuietMark]:
    """Mark the hours of a week, by day and hour of the zone on show; of several channels as of one."""
    alike: defaultdict[tuple[str, QuietHours], list[str]] = defaultdict(list)
    for each in found:
        if each.hours:
            alike[each.time_zone, each.hours].append(each.channel.name)
    silent: defaultdict[tuple[date, int], list[str]] = defaultdict(list)
    for (zone, hours), names in alike.items():
        for day, hour in _covered(period, zone, hours):
            silent[day, hour] += names
    return {slot: _mark(names, len(found)) for slot, names in silent.items()}


def _covered(period: Period, zone: str, hours: QuietHours) -> list[tuple[date, int]]:
    shown, own = times.zone(period.zone), times.zone(zone)

    def is_quiet(day: date, hour: int) -> bool:
        begins = datetime.combine(day, time(hour), shown).astimezone(UTC)
        return all(
            hours.cover((begins + part).astimezone(own).time()) for part in (timedelta(), _LAST_MINUTE)
        )

    return [(day, hour) for day in period.days for hour in range(24) if is_quiet(day, hour)]


def _mark(names: Sequence[str], of: int) -> QuietMark:
    if len(names) == of:
        return QuietMark("Quiet hours", is_for_all=True)
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return QuietMark(f"Quiet hours of {', '.join(names[:_MOST_NAMED])}{more}", is_for_all=False)
