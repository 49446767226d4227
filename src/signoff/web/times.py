"""Moments for people: in a zone that is always named, and how far away they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from signoff.kernel import local_time

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def zone(name: str) -> ZoneInfo:
    """Give a time zone by its IANA name; UTC for one that this machine doesn't know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@cache
def zone_names() -> Sequence[str]:
    """List the zones a person can choose from, in alphabetical order."""
    return tuple(sorted(name for name in local_time.zone_names() if "/" in name or name == "UTC"))


def place(name: str) -> str:
    """Give the part of a zone's name that people say: “New York” of “America/New_York”."""
    return local_time.place(name)


def day_and_time(moment: datetime, zone_name: str, now: datetime) -> str:
    """Say “today 09:00”, “Sat 21 Nov, 09:00”, or with the year when it is another one."""
    local, today = moment.astimezone(zone(zone_name)), now.astimezone(zone(zone_name)).date()
    days = {today: "today", today - timedelta(days=1): "yesterday", today + timedelta(days=1): "tomorrow"}
    if (near := days.get(local.date())) is not None:
        return f"{near} {local:%H:%M}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"


def long_day(day: date) -> str:
    """Say “Saturday 21 November”."""
    return f"{day:%A} {day.day} {day:%B}"


def full(moment: datetime, zone_name: str) -> str:
    """Say everything, for a tooltip: “Saturday 21 November 2026, 09:00:03 GMT (Europe/London)”."""
    local = moment.astimezone(zone(zone_name))
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S} {local:%Z} ({zone_name})"


def clock(moment: datetime, zone_name: str) -> str:
    """Say the time of day: “09:00”."""
    return f"{moment.astimezone(zone(zone_name)):%H:%M}"


def clock_with_seconds(moment: datetime, zone_name: str) -> str:
    """Say the time of day to the second, for what happened in quick succession."""
    return f"{moment.astimezone(zone(zone_name)):%H:%M:%S}"


def zone_mark(moment: datetime, zone_name: str) -> str:
    """Give the zone's abbreviation at that moment: “GMT”, “CEST”, “+0530”."""
    return f"{moment.astimezone(zone(zone_name)):%Z}"


def next_change(zone_name: str, now: datetime) -> date | None:
    """Give the local day on which the zone's clocks are changed next; None: not within a year."""
    where = zone(zone_name)
    day = now.astimezone(where).replace(hour=12)
    for _ in range(366):
        following = (day + timedelta(days=1)).replace(tzinfo=where)
        if following.utcoffset() != day.utcoffset():
            return following.date()
        day = following
    return None


def day_of(written: str) -> date | None:
    """Read a day from a form or an address; None for anything else, also for what no moment can be."""
    try:
        found = date.fromisoformat(written) if written else None
    except ValueError:
        return None
    return found if found and 2000 <= found.year < 2200 else None  # noqa: PLR2004


def midnight(day: date | None, zone_name: str) -> datetime | None:
    """Give the moment at which a day begins; None for none."""
    return datetime.combine(day, time(), zone(zone_name)) if day else None


def local_input(moment: datetime, zone_name: str) -> str:
    """Give the value of a `datetime-local` input."""
    return f"{moment.astimezone(zone(zone_name)):%Y-%m-%dT%H:%M}"


def from_local_input(text: str, zone_name: str) -> datetime | None:
    """Read a `datetime-local` input that needs no rule for gaps and overlaps; None for an empty one.

    Raises:
        ValueError: It isn't a date and time.
    """
    if not text.strip():
        return None
    return datetime.fromisoformat(text.strip()).replace(tzinfo=zone(zone_name)).astimezone(UTC)


def distance(moment: datetime, now: datetime) -> str:
    """Say “in 3 h 18 min”, “42 min ago”, “in 15 h”, “in 6 days”, “now”: the farther away, the rougher."""
    seconds = (moment - now).total_seconds()
    text = duration(_rough(timedelta(seconds=abs(seconds))))
    if abs(seconds) < 1:
        return "now"
    return f"in {text}" if seconds > 0 else f"{text} ago"


def _rough(length: timedelta) -> timedelta:
    """Leave out what nobody who reads a page wants to know, and what is past when they have read it."""
    if length < timedelta(minutes=1):
        return length
    unit = timedelta(minutes=1) if length < timedelta(hours=10) else timedelta(hours=1)
    return length // unit * unit


def duration(length: timedelta) -> str:
    """Say how long in at most two units: “4 s”, “4 min 10 s”, “3 h 18 min”, “1 day 9 h”, “6 days”."""
    seconds = int(length.total_seconds())
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < 10 * _MINUTE and seconds % _MINUTE:
        return f"{seconds // _MINUTE} min {seconds % _MINUTE} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _DAY:
        hours, minutes = seconds // _HOUR, seconds % _HOUR // _MINUTE
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if seconds < 2 * _DAY:
        hours = seconds % _DAY // _HOUR
        return f"1 day {hours} h" if hours else "1 day"
    return f"{seconds // _DAY} days"
