"""Local times as people choose them, right across the changes of summer time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from signoff.kernel.errors import Invalid

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""Moments outside of these make no sense here, and not all of them exist in every zone."""

_UTC: Final = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu"})
_LOCAL: Final = re.compile(r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?([+-]\d\d:\d\d|Z)?$")


def is_in_reach(moment: datetime) -> bool:
    """Can the moment be meant, and said in every zone?"""
    return EARLIEST <= moment < LATEST


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Give all IANA names this machine knows."""
    return frozenset(available_timezones())


def zone(name: str) -> ZoneInfo:
    """Give a time zone by its IANA name.

    Raises:
        Invalid: There is none of that name.
    """
    if name not in zone_names():
        raise Invalid(
            f"“{name}” isn't a time zone.",
            field="time_zone",
            next_step="Use an IANA name, such as Europe/Berlin.",
        )
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise Invalid(f"“{name}” isn't a time zone.", field="time_zone") from problem


def moment_of(local: str, zone_name: str) -> datetime:
    """Give the moment (UTC) of a local time such as 2026-03-29T09:00.

    Where the clock is set back an hour happens twice; then the text must end with the offset meant, as in
    2026-10-25T02:30+02:00.

    Raises:
        Invalid: Not a time, a time that the clock skips, or one that happens twice without an offset.
    """
    found = _LOCAL.match(local.strip())
    try:
        naive = datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3] or ''}") if found else None
    except ValueError:
        naive = None
    # A year's margin, because near a turn of the year another year is written in other zones.
    if found is None or naive is None or not EARLIEST.year - 1 <= naive.year <= LATEST.year:
        raise _no_time(local)
    moments = moments_at(naive, zone(zone_name))
    if any(not is_in_reach(moment) for moment in moments):
        raise _no_time(local)
    if found[4]:
        return _chosen(found[0].replace(" ", "T"), moments, zone_name)
    if not moments:
        raise Invalid(
            f"{local} doesn't exist in {zone_name}: the clock is set forward then.",
            field="due_local",
            next_step="Choose an earlier or later time.",
        )
    if len(moments) > 1:
        offers = " or ".join(m.astimezone(zone(zone_name)).isoformat(timespec="minutes") for m in moments)
        raise Invalid(
            f"{local} happens twice in {zone_name}: the clock is set back then.",
            field="due_local",
            next_step=f"Say which one: {offers}.",
            choices=offers.split(" or "),
        )
    return moments[0]


def _no_time(local: str) -> Invalid:
    return Invalid(
        f"“{local}” isn't a local time.", field="due_local", next_step="Write it as 2026-03-29T09:00."
    )


def moments_at(naive: datetime, where: ZoneInfo) -> list[datetime]:
    """Give the moments (UTC) when the clock shows that: none if it is skipped, two if it comes twice."""
    both = {naive.replace(tzinfo=where, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(m for m in both if m.astimezone(where).replace(tzinfo=None) == naive)


def moment_kept(local: str, zone_name: str) -> datetime:
    """Give the moment (UTC) of a local time that was chosen before, in another zone or under other rules.

    Of one that comes twice now it is the one with the chosen offset, or else the first; one that is skipped
    comes as much later as the clock is set forward.

    Raises:
        Invalid: There is no such zone.
    """
    where = zone(zone_name)
    chosen = datetime.fromisoformat(local)
    naive = chosen.replace(tzinfo=None)
    moments = moments_at(naive, where)
    if chosen.tzinfo is not None and chosen.astimezone(UTC) in moments:
        return chosen.astimezone(UTC)
    return moments[0] if moments else naive.replace(tzinfo=where).astimezone(UTC)


def _chosen(text: str, moments: list[datetime], zone_name: str) -> datetime:
    meant = datetime.fromisoformat(text).astimezone(UTC)
    if meant not in moments:
        raise Invalid(
            f"{text} doesn't exist in {zone_name}: the offset is another one then.",
            field="due_local",
            next_step="Leave the offset out, or correct it.",
        )
    return meant


def chosen_local(moment: datetime, zone_name: str) -> str:
    """Give a moment as a local time that `moment_of` reads, with the offset only where it comes twice."""
    local = moment.astimezone(zone(zone_name))
    naive = local.replace(tzinfo=None, microsecond=0)
    text = naive.isoformat(timespec="seconds" if naive.second else "minutes")
    is_unique = len(moments_at(naive, zone(zone_name))) == 1
    return text if is_unique else local.isoformat(timespec="seconds" if naive.second else "minutes")


def place(zone_name: str) -> str:
    """Give the part of a zone's name that people say: “New York” of “America/New_York”."""
    return zone_name.rpartition("/")[2].replace("_", " ")


def in_words(moment: datetime, zone_name: str, *, now: datetime | None = None) -> str:
    """Say a moment to people who have no page around it: “Saturday 21 November, 15:05 Dublin time”.

    With the year where it is another one than that of `now`; of a time that comes twice it says which.
    """
    where = zone(zone_name)
    local = moment.astimezone(where)
    year = f" {local.year}" if now is not None and now.astimezone(where).year != local.year else ""
    said = f"{local:%A} {local.day} {local:%B}{year}, {local:%H:%M}"
    if zone_name in _UTC:
        return f"{said} UTC"
    comes_twice = len(moments_at(local.replace(tzinfo=None, fold=0), where)) > 1
    return f"{said} {place(zone_name)} time" + (f" ({local:%Z})" if comes_twice else "")
