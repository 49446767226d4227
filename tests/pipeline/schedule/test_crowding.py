"""Who schedules onto a day that is full already is told so, with figures and the next free time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from signoff.connectors.base import Connector
from signoff.connectors.budgets import Budget
from signoff.kernel.people import Actor
from signoff.organizations.cadence import set_channel_cadence
from signoff.pipeline.review.decide import decide
from signoff.pipeline.schedule.change import cancel, reschedule
from signoff.pipeline.schedule.place import place
from signoff.records.deliveries.views import DeliveryView
from signoff.records.planning.full_days import Limit
from signoff.records.planning.placement import Schedule
from signoff.records.states import PublishMode, Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import ABOUT, Noticeboard
from tests.support.posts import approved, in_review, seen

MONDAY = datetime(2027, 3, 1, 8, tzinfo=UTC)  # nine o'clock in Madrid
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _on_the_sunday_before(clock: ShiftableClock) -> None:
    clock.advance(MONDAY - DAY - clock.now())


@pytest.fixture
def connectors() -> Mapping[str, Connector]:
    """A board that takes two notes in 24 hours."""
    return {"noticeboard": Noticeboard(about=replace(ABOUT, budget=Budget(posts_per_day=2)))}


async def placed(runtime: Runtime, owner: Actor, channel: Channel, schedule: Schedule) -> DeliveryView:
    post = (await approved(runtime, owner, channel)).post
    return (await place(runtime, owner, post.id, schedule))[0]


async def test_the_platforms_limit_is_told_and_the_next_time_that_keeps_everything(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    night = {"quiet_hours": {"from": "07:00", "to": "09:30"}}
    first, second = [
        await placed(runtime, owner, channel, Schedule(due_at=MONDAY + hours * HOUR)) for hours in (1, 2)
    ]
    assert [*first.crowded, *second.crowded] == []
    await set_channel_cadence(runtime, owner, channel.id, night, version=0)
    third = await placed(runtime, owner, channel, Schedule(due_at=MONDAY + 10 * HOUR))
    (told,) = third.crowded
    assert (told.limit, told.planned, told.most) == (Limit.POSTS_IN_24_HOURS, 2, 2)
    assert told.text.startswith("“Board plaza” has 2 of 2 posts in the 24 hours around it already")
    assert told.next_free_at == MONDAY + DAY + HOUR, "a day after the first"

    moved = await reschedule(runtime, owner, third.delivery.id, due_at=MONDAY + 5 * HOUR)
    assert [each.planned for each in moved.crowded] == [2]
    await cancel(runtime, owner, first.delivery.id)
    moved = await reschedule(runtime, owner, third.delivery.id, due_at=MONDAY + 6 * HOUR)
    assert moved.crowded == []


async def test_who_keeps_a_time_on_a_full_day_is_told_too_also_while_approving(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await set_channel_cadence(runtime, owner, channel.id, {"max_per_day": 1}, version=0)
    await placed(runtime, owner, channel, Schedule(due_at=MONDAY))
    post = (await in_review(runtime, owner, channel)).post
    decided = await decide(
        runtime,
        owner,
        post.id,
        Verdict.APPROVE,
        seen=await seen(runtime, owner, post.id),
        schedule=Schedule(due_at=MONDAY + HOUR, keep_time=True),
    )
    (told,) = decided.deliveries[0].crowded
    assert told.text == "“Board plaza” has 1 of 1 posts on that day already."
    assert told.next_free_at == datetime(2027, 3, 1, 23, tzinfo=UTC), "midnight in Madrid"


async def test_what_a_person_publishes_has_no_budget_to_wait_for(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    for hours in (1, 2):
        await placed(runtime, owner, channel, Schedule(due_at=MONDAY + hours * HOUR))
    by_hand = Schedule(due_at=MONDAY + 3 * HOUR, publish_mode=PublishMode.MANUAL)
    assert (await placed(runtime, owner, channel, by_hand)).crowded == []
