"""When a channel may post: the rules, and the next moment that keeps them all. Nothing but the calendar.

Days, quiet hours and slots are those of the local clock. A moment is quiet when the clock shows a quiet time
then: of an hour that comes twice both are, of one that is skipped there is nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from signoff.kernel.closed_days import ClosedDays, day_said
from signoff.kernel.local_time import moments_at
from signoff.kernel.weekdays import WEEKDAYS

MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)


class Rule(StrEnum):
    """What can stand in the way of a moment."""

    MIN_GAP = "min_gap"
    MAX_PER_DAY = "max_per_day"
    QUIET_HOURS = "quiet_hours"
    CLOSED_DAY = "closed_day"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From a local time until before another; over midnight when the second is the earlier one."""

    start: time
    end: time

    def cover(self, local: time) -> bool:
        if self.start < self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


@dataclass(frozen=True, slots=True)
class Slot:
    """A good time to post, every week; Monday is 0."""

    weekday: int
    at: time

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Cadence:
    """The rules of one channel; None and empty: no limit."""

    min_gap: timedelta | None = None
    max_per_day: int | None = None
    quiet_hours: QuietHours | None = None
    slots: tuple[Slot, ...] = ()
    closed: tuple[ClosedDays, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that stood in the way, over which stretch of time, in words."""

    rule: Rule
    start: datetime
    end: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """An allowed moment. Without reasons it is the one that was wanted."""

    at: datetime
    reasons: tuple[Reason, ...] = ()


@dataclass(slots=True)
class Plan:
    """The rules of a channel, its zone, and the moments at which something is or will be published there."""

    cadence: Cadence
    where: ZoneInfo
    taken: Iterable[datetime] = ()
    _order: list[datetime] = field(init=False)
    _per_day: Counter[date] = field(init=False)

    def __post_init__(self) -> None:
        self._order = sorted(self.taken)
        self._per_day = Counter(self._local(moment).date() for moment in self._order)

    def next_moment(self, wanted: datetime, *, until: datetime) -> Found | None:
        """Give the wanted moment, or else the first whole minute after it that breaks no rule.

        None: there is no such minute up to `until`, which is included.
        """
        at, met = wanted, list[Reason]()
        while at <= until:
            obstacle = self.obstacle(at)
            if obstacle is None:
                return Found(at, tuple(self._told(met)))
            met.append(obstacle)
            at = _whole_minute(obstacle.end)
        return None

    def next_slot(self, after: datetime, *, until: datetime) -> Found | None:
        """Give the first slot from `after` on that breaks no rule; without slots, the first whole minute.

        A slot that the clock skips is left out that day; of one that comes twice the first counts.
        """
        if not self.cadence.slots:
            found = self.next_moment(_whole_minute(after), until=until)
            return found and Found(found.at)
        for at in self._slots(after, until):
            if self.obstacle(at) is None:
                return Found(at)
        return None

    def obstacle(self, at: datetime) -> Reason | None:
        """Say what forbids a moment; it forbids every moment from then until before the reason's end."""
        return self._closed(at) or self._too_near(at) or self._full(at) or self._quiet(at)

    def obstacle_among(self, at: datetime) -> Reason | None:
        """Say what forbids a moment that is itself among the taken ones; it isn't in its own way."""
        place = bisect_left(self._order, at)
        if place == len(self._order) or self._order[place] != at:
            return self.obstacle(at)
        day = self._local(at).date()
        self._order.pop(place)
        self._per_day[day] -= 1
        try:
            return self.obstacle(at)
        finally:
            self._order.insert(place, at)
            self._per_day[day] += 1

    def _closed(self, at: datetime) -> Reason | None:
        local = self._local(at)
        for days in self.cadence.closed:
            if days.cover(local.date()):
                return Reason(Rule.CLOSED_DAY, at, self._when(at, time(), local), str(days))
        return None

    def _too_near(self, at: datetime) -> Reason | None:
        gap = self.cadence.min_gap
        if not gap:
            return None
        behind = bisect_left(self._order, at + gap)
        if not behind or self._order[behind - 1] <= at - gap:
            return None
        near = self._order[behind - 1]
        other = f"{_day(self._local(near))}, {self._local(near):%H:%M}"
        text = f"Posts here are at least {_length(gap)} apart, and one is planned for {other}."
        return Reason(Rule.MIN_GAP, at, near + gap, text)

    def _full(self, at: datetime) -> Reason | None:
        most, local = self.cadence.max_per_day, self._local(at)
        if most is None or self._per_day[local.date()] < most:
            return None
        posts = "post" if most == 1 else "posts"
        text = f"At most {most} {posts} a day, and {_day(local)} is full."
        return Reason(Rule.MAX_PER_DAY, at, self._when(at, time(), local), text)

    def _quiet(self, at: datetime) -> Reason | None:
        quiet, local = self.cadence.quiet_hours, self._local(at)
        if quiet is None or not quiet.cover(local.time()):
            return None
        text = f"Quiet hours are {quiet.start:%H:%M} to {quiet.end:%H:%M} ({self.where.key})."
        return Reason(Rule.QUIET_HOURS, at, self._when(at, quiet.end, local), text)

    def _when(self, at: datetime, shown: time, local: datetime) -> datetime:
        # When the clock shows that time next if it runs on as it does now, or when it is changed before.
        target = datetime.combine(local.date(), shown)
        if target <= local.replace(tzinfo=None):
            target += DAY
        offset = local.utcoffset() or timedelta()
        there = (target - offset).replace(tzinfo=UTC)
        if self._local(there).utcoffset() == offset:
            return there
        # Clocks aren't changed twice in a day, so the halves can be told apart by the offset.
        before = at.replace(second=0, microsecond=0)
        while there - before > MINUTE:
            middle = before + (there - before) // MINUTE // 2 * MINUTE
            if self._local(middle).utcoffset() == offset:
                before = middle
            else:
                there = middle
        return there

    def _slots(self, after: datetime, until: datetime) -> Iterator[datetime]:
        today, last = self._local(after).date(), self._local(until).date()
        for days in range((last - today).days + 1):
            day = today + timedelta(days=days)
            of_day = [slot.at for slot in self.cadence.slots if slot.weekday == day.weekday()]
            shown = [moments_at(datetime.combine(day, at), self.where)[:1] for at in of_day]
            yield from sorted(moment for one in shown for moment in one if after <= moment <= until)

    def _told(self, met: list[Reason]) -> Iterator[Reason]:
        # Each rule once, with the stretch from where it first stood in the way to where it last did.
        for rule in dict.fromkeys(reason.rule for reason in met):
            same = [reason for reason in met if reason.rule is rule]
            yield Reason(rule, same[0].start, same[-1].end, self._together(same))

    def _together(self, same: list[Reason]) -> str:
        days = len({self._local(reason.start).date() for reason in same})
        if same[0].rule is Rule.MAX_PER_DAY and days > 1:
            more = "one more day" if days == 2 else f"{days - 1} more days"  # noqa: PLR2004 - grammar
            return same[0].text.replace(" is full.", f" and {more} are full.")
        if same[0].rule is Rule.CLOSED_DAY:
            return " ".join(dict.fromkeys(reason.text for reason in same))
        return same[-1].text

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.where)


def _whole_minute(moment: datetime) -> datetime:
    floor = moment.replace(second=0, microsecond=0)
    return floor if floor == moment else floor + MINUTE


def _length(gap: timedelta) -> str:
    hours, minutes = divmod(gap // MINUTE, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes))


def _day(local: datetime) -> str:
    return day_said(local.date())
