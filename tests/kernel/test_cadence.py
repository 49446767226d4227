"""The next allowed moment, against an oracle that tries every minute, in zones with all kinds of clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signoff.kernel.cadence import Cadence, Plan, QuietHours, Rule, Slot
from signoff.kernel.closed_days import ClosedDays, Repeats
from tests.support.cadence import MINUTE, breaks, candidates, first_allowed, first_slot

CHANGES = {
    "Europe/Berlin": ["2026-03-29T01:00", "2026-10-25T01:00", "2031-03-30T01:00"],
    "America/New_York": ["2026-03-08T07:00", "2026-11-01T06:00"],
    "America/St_Johns": ["2009-03-08T03:31", "2009-11-01T02:31"],  # changed at one minute past midnight
    "America/Havana": ["2026-03-08T05:00", "2026-11-01T05:00"],  # at midnight
    "Australia/Lord_Howe": ["2026-04-04T15:00", "2026-10-03T15:30"],  # by half an hour
    "Africa/Casablanca": ["2026-02-15T02:00", "2026-03-22T02:00"],  # set back for Ramadan
    "Asia/Kolkata": ["2026-06-01T00:00"],
    "Asia/Kathmandu": ["2026-06-01T00:00"],
    "Pacific/Apia": ["2011-12-30T10:00", "2011-09-24T14:00"],  # left a day out
    "Pacific/Kwajalein": ["1993-08-21T12:00"],  # the same
    "Pacific/Chatham": ["2026-04-04T14:00", "2026-09-26T14:00"],
    "UTC": ["2026-12-31T23:00"],
}
BOUND = timedelta(days=3)
World: TypeAlias = tuple[ZoneInfo, datetime, list[datetime]]

times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
quiet_hours = st.builds(QuietHours, times, times).filter(lambda quiet: quiet.start != quiet.end)
cadences = st.builds(
    Cadence,
    st.none() | st.integers(1, 2000).map(lambda minutes: timedelta(minutes=minutes)),
    st.none() | st.integers(1, 3),
    st.none() | quiet_hours,
    st.lists(st.builds(Slot, st.integers(0, 6), times), max_size=4).map(tuple),
)


closings = st.lists(
    st.tuples(st.integers(-1, 2), st.integers(0, 1), st.sets(st.integers(0, 6), max_size=2)), max_size=2
)
"""Days without posts: how many days after the wanted one they begin, how many more they last, weekdays.

Those with weekdays come every week; of the others, those that begin before the wanted day every year."""


def closed(cadence: Cadence, world: World, closing: list[tuple[int, int, set[int]]]) -> Cadence:
    """The cadence with these days without posts."""
    where, wanted, _ = world
    day = wanted.astimezone(where).date()
    found = []
    for start, more, weekdays in closing:
        first, last = day + timedelta(days=start), day + timedelta(days=start + more)
        if weekdays:
            found.append(ClosedDays(first, None, "Rest", Repeats.WEEKLY, tuple(sorted(weekdays))))
        elif start < 0:
            ago = timedelta(days=4 * 365 + 1)  # so that a 29 February is one then, too
            found.append(ClosedDays(first - ago, last - ago, "Holidays", Repeats.YEARLY))
        else:
            found.append(ClosedDays(first, last, "Stocktaking"))
    return replace(cadence, closed=tuple(found))


@st.composite
def near_a_change(draw: st.DrawFn) -> World:
    """A zone, a wanted moment near a change of its clock, and moments taken around it."""
    name = draw(st.sampled_from(sorted(CHANGES)))
    change = datetime.fromisoformat(draw(st.sampled_from(CHANGES[name]))).replace(tzinfo=UTC)
    seconds = st.integers(-2 * 24 * 3600, 24 * 3600).map(lambda away: change + timedelta(seconds=away))
    minutes = st.integers(-3 * 24 * 60, 4 * 24 * 60).map(lambda away: change + away * MINUTE)
    wanted = draw(seconds | minutes)
    return ZoneInfo(name), wanted, draw(st.lists(seconds | minutes, max_size=8))


@settings(max_examples=80, deadline=None)
@given(near_a_change(), cadences, closings)
def test_it_is_the_first_minute_that_breaks_no_rule(
    world: World, cadence: Cadence, closing: list[tuple[int, int, set[int]]]
) -> None:
    where, wanted, taken = world
    cadence = closed(cadence, world, closing)
    expected = first_allowed(cadence, where, taken, wanted, BOUND)
    found = Plan(cadence, where, taken).next_moment(wanted, until=wanted + BOUND)
    assert (found and found.at) == expected
    assert found is None or bool(found.reasons) == (found.at != wanted)


@settings(max_examples=60, deadline=None)
@given(near_a_change(), cadences, closings)
def test_a_slot_is_the_first_time_of_the_list_that_breaks_no_rule(
    world: World, cadence: Cadence, closing: list[tuple[int, int, set[int]]]
) -> None:
    where, wanted, taken = world
    cadence = closed(cadence, world, closing)
    expected = first_slot(cadence, where, taken, wanted, BOUND)
    found = Plan(cadence, where, taken).next_slot(wanted, until=wanted + BOUND)
    assert (found and found.at) == expected


@settings(max_examples=80, deadline=None)
@given(near_a_change(), cadences, closings)
def test_what_a_reason_says_is_true_of_every_minute_it_covers(
    world: World, cadence: Cadence, closing: list[tuple[int, int, set[int]]]
) -> None:
    where, wanted, taken = world
    cadence = closed(cadence, world, closing)
    reason = Plan(cadence, where, taken).obstacle(wanted)
    if reason is None:
        return
    assert reason.start == wanted < reason.end
    alone = {
        Rule.MIN_GAP: Cadence(min_gap=cadence.min_gap),
        Rule.MAX_PER_DAY: Cadence(max_per_day=cadence.max_per_day),
        Rule.QUIET_HOURS: Cadence(quiet_hours=cadence.quiet_hours),
        Rule.CLOSED_DAY: Cadence(closed=cadence.closed),
    }[reason.rule]
    covered = [at for at in candidates(wanted, BOUND) if at < reason.end]
    assert all(breaks(alone, where, taken, at) for at in covered)


BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, where: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=where).astimezone(UTC)


def moved(cadence: Cadence, wanted: str, *taken: str) -> tuple[str, list[str]]:
    """The local time found, and the reasons in words."""
    plan = Plan(cadence, BERLIN, [at(one) for one in taken])
    found = plan.next_moment(at(wanted), until=at(wanted) + timedelta(days=60))
    assert found is not None
    local = found.at.astimezone(BERLIN).replace(tzinfo=None)
    return local.isoformat(timespec="minutes"), [reason.text for reason in found.reasons]


@pytest.mark.parametrize(
    ("cadence", "wanted", "taken", "found", "words"),
    [
        (Cadence(), "2026-05-04T03:00", ["2026-05-04T03:00"], "2026-05-04T03:00", []),
        (
            Cadence(min_gap=timedelta(hours=4)),
            "2026-05-04T10:00",
            ["2026-05-04T09:00", "2026-05-04T15:00"],
            "2026-05-04T19:00",
            ["Posts here are at least 4 h apart, and one is planned for Mon 4 May, 15:00."],
        ),
        (
            Cadence(max_per_day=1),
            "2026-05-04T10:00",
            ["2026-05-04T22:00", "2026-05-05T01:00"],
            "2026-05-06T00:00",
            ["At most 1 post a day, and Mon 4 May and one more day are full."],
        ),
        (
            Cadence(quiet_hours=QuietHours(time(22), time(7))),
            "2026-05-04T23:30",
            [],
            "2026-05-05T07:00",
            ["Quiet hours are 22:00 to 07:00 (Europe/Berlin)."],
        ),
        (
            Cadence(timedelta(minutes=90), 2, QuietHours(time(22), time(7))),
            "2026-05-04T20:00",
            ["2026-05-04T08:00", "2026-05-04T20:00", "2026-05-05T07:30"],
            "2026-05-05T09:00",
            [
                "Posts here are at least 1 h 30 min apart, and one is planned for Tue 5 May, 07:30.",
                "At most 2 posts a day, and Mon 4 May is full.",
                "Quiet hours are 22:00 to 07:00 (Europe/Berlin).",
            ],
        ),
        (
            Cadence(closed=(ClosedDays(date(2026, 1, 4), None, "Rest", Repeats.WEEKLY, (5, 6)),)),
            "2026-05-02T12:00",
            [],
            "2026-05-04T00:00",
            ["No posts on Saturdays and Sundays: Rest."],
        ),
        # The night the clock is set forward: quiet until a time that doesn't exist.
        (
            Cadence(quiet_hours=QuietHours(time(22), time(2, 30))),
            "2026-03-29T01:15",
            [],
            "2026-03-29T03:00",
            ["Quiet hours are 22:00 to 02:30 (Europe/Berlin)."],
        ),
    ],
)
def test_a_wish_that_breaks_rules_is_moved_and_says_why(
    cadence: Cadence, wanted: str, taken: list[str], found: str, words: list[str]
) -> None:
    moment, reasons = moved(cadence, wanted, *taken)
    assert moment == found
    assert sorted(reasons) == sorted(words)


def test_quiet_hours_count_in_both_of_the_hours_that_come_twice() -> None:
    plan = Plan(Cadence(quiet_hours=QuietHours(time(2), time(2, 45))), BERLIN)
    first = plan.next_moment(datetime(2026, 10, 25, 0, 10, tzinfo=UTC), until=at("2026-10-26T00:00"))
    second = plan.next_moment(datetime(2026, 10, 25, 1, 10, tzinfo=UTC), until=at("2026-10-26T00:00"))
    assert first
    assert second
    assert first.at == datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    assert second.at == datetime(2026, 10, 25, 1, 45, tzinfo=UTC)


def test_without_room_nothing_is_found() -> None:
    days = [at("2026-05-04T12:00") + timedelta(days=n) for n in range(10)]
    plan = Plan(Cadence(max_per_day=1), BERLIN, days)
    assert plan.next_moment(days[0], until=days[-1]) is None


@settings(max_examples=80, deadline=None)
@given(near_a_change(), cadences)
def test_what_is_taken_isnt_in_its_own_way(world: World, cadence: Cadence) -> None:
    where, wanted, others = world
    plan = Plan(cadence, where, [*others, wanted])
    alone = Plan(cadence, where, others).obstacle(wanted)
    assert plan.obstacle_among(wanted) == alone
    assert plan.obstacle_among(wanted) == alone  # looking changes nothing
