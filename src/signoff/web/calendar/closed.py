"""Which days of a calendar are marked because nothing is published on them, and how that is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from signoff.records.planning.closed_days import Closing
from signoff.records.planning.plan import ChannelLine


@dataclass(frozen=True, slots=True)
class ClosedMark:
    """A day without posts, of all that is shown or of some."""

    name: str
    """The reason, short enough for a cell of the month."""
    said: str
    """All reasons, and whose they are."""
    is_for_all: bool
    """Every channel on show is closed then, so nothing goes out at all."""


def closed_marks(
    found: Sequence[Closing], channels: Sequence[ChannelLine], days: Sequence[date], *, of_one_brand: bool
) -> Mapping[date, ClosedMark]:
    """Mark the days; `channels` are those that are shown. Each day is one of the brand's calendar."""
    marks: dict[date, ClosedMark] = {}
    for day in days:
        if on_day := [each for each in found if each.days.cover(day)]:
            marks[day] = _mark(on_day, channels, of_one_brand=of_one_brand)
    return marks


def _mark(on_day: Sequence[Closing], channels: Sequence[ChannelLine], *, of_one_brand: bool) -> ClosedMark:
    is_for_all = bool(channels) and all(any(_closes(each, one) for each in on_day) for one in channels)
    whose = list(dict.fromkeys(_said(each, of_one_brand=of_one_brand) for each in on_day))
    reasons = list(dict.fromkeys(each.days.reason for each in on_day))
    more = f" +{len(reasons) - 1}" if len(reasons) > 1 else ""
    return ClosedMark(f"{reasons[0]}{more}", f"No posts: {'; '.join(whose)}", is_for_all)


def _closes(closing: Closing, channel: ChannelLine) -> bool:
    return closing.brand_id == channel.brand_id and closing.channel_id in {None, channel.id}


def _said(closing: Closing, *, of_one_brand: bool) -> str:
    whose = closing.channel or ("" if of_one_brand else closing.brand)
    return f"{closing.days.reason} ({whose})" if whose else closing.days.reason
