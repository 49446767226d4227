"""Scheduling on a channel with rules: where a request lands, what it says, and who was first."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from signoff.kernel.errors import Invalid, NoRoom
from signoff.kernel.people import Actor
from signoff.organizations.cadence import set_brand_cadence, set_channel_cadence
from signoff.pipeline.review.decide import decide
from signoff.pipeline.schedule.change import cancel, reschedule
from signoff.pipeline.schedule.place import place
from signoff.records.deliveries.queries import get_delivery
from signoff.records.deliveries.views import DeliveryView
from signoff.records.planning.placement import Schedule
from signoff.records.states import Verdict
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.posts import approved, in_review, seen
from tests.support.world import connect_board

MONDAY = datetime(2027, 3, 1, 8, tzinfo=UTC)  # nine o'clock in Madrid
SUNDAY = MONDAY - timedelta(days=1)
HOUR = timedelta(hours=1)
NIGHT = {"from": "22:00", "to": "07:00"}


@pytest.fixture(autouse=True)
def _on_the_sunday_before(clock: ShiftableClock) -> None:
    clock.advance(SUNDAY - clock.now())


async def put(runtime: Runtime, actor: Actor, channel: Channel, schedule: Schedule) -> DeliveryView:
    post = (await approved(runtime, actor, channel)).post
    return (await place(runtime, actor, post.id, schedule))[0]


async def rules(runtime: Runtime, actor: Actor, channel: Channel, **given: Any) -> None:
    await set_brand_cadence(runtime, actor, channel.brand_id, given, version=0)


async def test_a_request_that_breaks_a_rule_is_moved_and_says_from_when_and_why(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await rules(runtime, owner, channel, quiet_hours=NIGHT)
    delivery = (await put(runtime, owner, channel, Schedule(due_local="2027-03-01T23:30"))).delivery
    assert delivery.due_at == datetime(2027, 3, 2, 6, tzinfo=UTC)
    assert (delivery.due_local, delivery.due_zone) == ("2027-03-02T07:00", "Europe/Madrid")
    assert delivery.moved_from == datetime(2027, 3, 1, 22, 30, tzinfo=UTC)
    assert delivery.moved_why == "Quiet hours are 22:00 to 07:00 (Europe/Madrid)."
    (told,) = [
        each
        for each in (await get_delivery(runtime, owner, delivery.id)).timeline
        if each.action == "delivery.schedule"
    ]
    assert told.detail["moved_why"] == delivery.moved_why


async def test_each_channel_is_moved_by_its_own_rules(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    second = await connect_board(runtime, owner, brand, "mercado")
    await rules(runtime, owner, channel, quiet_hours=NIGHT)
    await set_channel_cadence(runtime, owner, second.id, {"quiet_hours": None}, version=0)
    post = (await approved(runtime, owner, channel, second)).post
    placed = await place(runtime, owner, post.id, Schedule(due_local="2027-03-01T23:30"))
    assert {view.channel.id: view.delivery.moved_from is not None for view in placed} == {
        channel.id: True,
        second.id: False,
    }


async def test_now_waits_for_the_next_allowed_moment_unless_somebody_insists(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await rules(runtime, owner, channel, min_gap_minutes=60)
    first = (await put(runtime, owner, channel, Schedule(now=True))).delivery
    assert (first.moved_from, first.due_local) == (None, "")
    second = (await put(runtime, owner, channel, Schedule(now=True))).delivery
    assert first.due_at + HOUR <= second.due_at < first.due_at + HOUR + timedelta(minutes=1)
    assert second.moved_from is not None
    third = (await put(runtime, owner, channel, Schedule(now=True, keep_time=True))).delivery
    assert (third.keeps_time, third.moved_from) == (True, None)
    assert third.due_at - first.due_at < timedelta(minutes=5)
    assert third.moved_why.startswith("Posts here are at least 1 h apart")


async def test_an_approval_with_a_schedule_keeps_the_rules_too(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await rules(runtime, owner, channel, max_per_day=1)
    await put(runtime, owner, channel, Schedule(due_at=MONDAY))
    post = (await in_review(runtime, owner, channel)).post
    fingerprint = await seen(runtime, owner, post.id)
    wish = Schedule(due_at=MONDAY + HOUR)
    decided = await decide(runtime, owner, post.id, Verdict.APPROVE, seen=fingerprint, schedule=wish)
    assert decided.deliveries[0].delivery.due_local == "2027-03-02T00:00"


async def test_the_next_free_slot_is_one_of_the_best_times(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await rules(runtime, owner, channel, min_gap_minutes=60, slots=["Mo-Fr 09:00"])
    due = [(await put(runtime, owner, channel, Schedule(next_slot=True))).delivery for _ in range(3)]
    assert [one.due_local for one in due] == [f"2027-03-0{day}T09:00" for day in (1, 2, 3)]
    assert {one.moved_from for one in due} == {None}


class TestAnotherTime:
    async def test_it_is_moved_like_a_new_one_and_isnt_in_its_own_way(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        await rules(runtime, owner, channel, min_gap_minutes=120)
        first = (await put(runtime, owner, channel, Schedule(due_at=MONDAY))).delivery
        second = (await put(runtime, owner, channel, Schedule(due_at=MONDAY + 4 * HOUR))).delivery
        near = (await reschedule(runtime, owner, second.id, due_at=MONDAY + 3 * HOUR)).delivery
        assert (near.due_at, near.moved_from) == (MONDAY + 3 * HOUR, None)
        moved = (await reschedule(runtime, owner, second.id, due_at=MONDAY + HOUR)).delivery
        assert (moved.due_at, moved.moved_from) == (MONDAY + 2 * HOUR, MONDAY + HOUR)
        kept = (await reschedule(runtime, owner, second.id, due_at=MONDAY + HOUR, keep_time=True)).delivery
        assert (kept.due_at, kept.moved_from, kept.keeps_time) == (MONDAY + HOUR, None, True)
        await cancel(runtime, owner, first.id)
        free = (await reschedule(runtime, owner, second.id, due_at=MONDAY)).delivery
        assert (free.due_at, free.keeps_time, free.moved_why) == (MONDAY, False, "")

    async def test_it_takes_the_next_free_slot(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        await rules(runtime, owner, channel, slots=["Tu 12:15"])
        view = await put(runtime, owner, channel, Schedule(due_at=MONDAY))
        moved = (await reschedule(runtime, owner, view.delivery.id, next_slot=True)).delivery
        assert moved.due_local == "2027-03-02T12:15"


async def test_without_room_nothing_is_scheduled_and_the_answer_says_what_to_do(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await rules(runtime, owner, channel, min_gap_minutes=43200)
    for days in (1, 31, 61):
        await put(runtime, owner, channel, Schedule(due_at=SUNDAY + timedelta(days=days), keep_time=True))
    with pytest.raises(NoRoom, match="no room in the 60 days") as refused:
        await put(runtime, owner, channel, Schedule(now=True))
    assert "Settings > Cadence" in refused.value.next_step


async def test_a_slot_has_no_time_to_keep(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    with pytest.raises(Invalid, match="no time to keep"):
        await put(runtime, owner, channel, Schedule(next_slot=True, keep_time=True))


async def test_many_at_once_never_get_the_same_room(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    await rules(runtime, owner, channel, min_gap_minutes=90, max_per_day=3, quiet_hours=NIGHT)
    posts = [(await approved(runtime, owner, channel)).post for _ in range(6)]
    wishes = [Schedule(due_at=MONDAY), Schedule(next_slot=True)] * 3
    placed = await asyncio.gather(
        *(place(runtime, owner, post.id, wish) for post, wish in zip(posts, wishes, strict=True))
    )
    due = sorted(view.delivery.due_at for (view,) in placed)
    assert len(due) == 6
    assert all(later - earlier >= timedelta(minutes=90) for earlier, later in itertools.pairwise(due))
    later = [reschedule(runtime, owner, view.delivery.id, due_at=MONDAY) for (view,) in placed]
    moved = sorted(view.delivery.due_at for view in await asyncio.gather(*later))
    assert all(b - a >= timedelta(minutes=90) for a, b in itertools.pairwise(moved))
    days = [moment.date() for moment in moved]
    assert max(days.count(day) for day in days) <= 3
