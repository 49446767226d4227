"""Which days a calendar shows, and where its buttons lead. Days are local days of the zone on show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, TypeAlias, cast, get_args

from signoff.web import times

View: TypeAlias = Literal["month", "week", "list"]

_WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_LIST_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Period:
    """Some days in a row."""

    view: View
    at: date
    """The day that was asked for."""
    zone: str

    @property
    def first(self) -> date:
        if self.view == "month":
            return _monday(self.at.replace(day=1))
        return _monday(self.at) if self.view == "week" else self.at

    @property
    def days(self) -> Sequence[date]:
        return [self.first + _DAY * place for place in range((self.end_day - self.first).days)]

    @property
    def end_day(self) -> date:
        """The day after the last one."""
        if self.view == "month":
            return _monday(_next_month(self.at) - _DAY) + _WEEK
        return self.first + (_WEEK if self.view == "week" else _DAY * _LIST_DAYS)

    @property
    def start(self) -> datetime:
        return midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        return midnight(self.end_day, self.zone)

    @property
    def earlier(self) -> date:
        if self.view == "month":
            return (self.at.replace(day=1) - _DAY).replace(day=1)
        return self.at - (_WEEK if self.view == "week" else _DAY * _LIST_DAYS)

    @property
    def later(self) -> date:
        if self.view == "month":
            return _next_month(self.at)
        return self.at + (_WEEK if self.view == "week" else _DAY * _LIST_DAYS)

    @property
    def title(self) -> str:
        if self.view == "month":
            return f"{self.at:%B %Y}"
        last = self.end_day - _DAY
        begins = (
            f"{self.first.day}" if self.first.month == last.month else f"{self.first.day} {self.first:%b}"
        )
        return f"{begins} \N{EN DASH} {last.day} {last:%b %Y}"

    def is_outside(self, day: date) -> bool:
        """Does a day of the grid belong to the month before or after?"""
        return self.view == "month" and day.month != self.at.month


@dataclass(frozen=True, slots=True)
class Hour:
    """A row of the week: an hour of the day, and what it is on another clock (on the first day)."""

    hour: int
    other: str
    zone: str

    def ends(self, day: date) -> datetime:
        """Give the moment after the last one of this hour."""
        return datetime.combine(day, time(self.hour), times.zone(self.zone)).astimezone(UTC) + _HOUR


def hours_of(period: Period, other_zone: str) -> list[Hour]:
    """List the hours of a week's day; with what another clock shows then, if it shows anything else."""
    if period.view != "week":
        return []
    starts = [datetime.combine(period.first, time(hour), times.zone(period.zone)) for hour in range(24)]
    is_same = midnight(period.first, other_zone) == midnight(period.first, period.zone)
    return [
        Hour(at.hour, "" if is_same else times.clock(at.astimezone(UTC), other_zone), period.zone)
        for at in starts
    ]


def read_period(view: str, at: str, zone: str, now: datetime) -> Period:
    """Read what an address asks for; what can't be read is today's month."""
    known = cast("View", view) if view in get_args(View) else "month"
    try:
        day = date.fromisoformat(at)
    except ValueError:
        day = now.astimezone(times.zone(zone)).date()
    nearest = min(max(day, date(2000, 1, 1)), date(2199, 12, 1))
    return Period(known, nearest, zone)


def midnight(day: date, zone: str) -> datetime:
    """Give the moment a local day begins, in UTC; where the clock skips midnight, the first one after it."""
    return datetime.combine(day, time(), times.zone(zone)).astimezone(UTC)


def _monday(day: date) -> date:
    return day - _DAY * day.weekday()


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
