"""What the calendar says about days and moments: which are full, and what a rule makes of a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from signoff.kernel.ids import ChannelId
from signoff.records.planning.foresight import Foreseen
from signoff.records.planning.full_days import FullDay, Limit
from signoff.records.planning.plan import ChannelLine
from signoff.web import times

_LIMITS: Final[Mapping[Limit, str]] = {
    Limit.MAX_PER_DAY: "a day by its cadence",
    Limit.POSTS_IN_24_HOURS: "in 24 hours by its platform",
}


def full_marks(
    found: Mapping[ChannelId, Sequence[FullDay]], channels: Mapping[ChannelId, ChannelLine]
) -> Mapping[date, Sequence[str]]:
    """Say of each day which channels are full, and by what."""
    marks: defaultdict[date, list[str]] = defaultdict(list)
    for channel_id, days in found.items():
        if channel_id in channels:
            for each in days:
                name = channels[channel_id].name
                marks[each.day].append(f"{name}: {each.planned} of {each.most} {_LIMITS[each.limit]}")
    return marks


def foreseen_said(found: Sequence[Foreseen], zone: str, now: datetime) -> str:
    """Say what speaks against a moment and where it would lead instead; empty: nothing does."""
    against = [each for each in found if each.why]
    names = len(found) > 1
    return " ".join(_said(each, zone, now, is_named=names) for each in against)


def _said(each: Foreseen, zone: str, now: datetime, *, is_named: bool) -> str:
    name = f"{each.channel.name}: " if is_named else ""
    if each.instead is None:
        return f"{name}{each.why}"
    return f"{name}{each.why} It would go to {times.day_and_time(each.instead, zone, now)}."
