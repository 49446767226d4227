"""The full days of a calendar: by the cadence, and by what the platform takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from signoff.connectors.base import Connector
from signoff.connectors.budgets import Budget, Told
from signoff.kernel.people import Actor
from signoff.organizations.cadence import set_channel_cadence
from signoff.pipeline.schedule.change import cancel
from signoff.pipeline.schedule.place import place
from signoff.records.budgets.usage import Use, count_uses
from signoff.records.models import Delivery
from signoff.records.planning.full_days import FullDay, Limit, full_days
from signoff.records.planning.placement import Schedule
from signoff.records.planning.plan import PlanFilter
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import ABOUT, Noticeboard
from tests.support.posts import approved
from tests.support.world import Neighbour

MONDAY = datetime(2027, 3, 1, 8, tzinfo=UTC)  # nine o'clock in Madrid
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _on_the_sunday_before(clock: ShiftableClock) -> None:
    clock.advance(MONDAY - DAY - clock.now())


@pytest.fixture
def connectors() -> Mapping[str, Connector]:
    """A board that takes three notes in 24 hours."""
    return {"noticeboard": Noticeboard(about=replace(ABOUT, budget=Budget(posts_per_day=3)))}


async def planned(runtime: Runtime, owner: Actor, channel: Channel, *dues: datetime) -> list[Delivery]:
    placed = []
    for due in dues:
        post = (await approved(runtime, owner, channel)).post
        placed += await place(runtime, owner, post.id, Schedule(due_at=due, keep_time=True))
    return [view.delivery for view in placed]


async def full(runtime: Runtime, owner: Actor, channel: Channel, days: int = 7) -> list[FullDay]:
    start = datetime(2027, 2, 28, 23, tzinfo=UTC)  # midnight in Madrid
    found = await full_days(runtime, owner, start, start + days * DAY, PlanFilter())
    return list(found.get(channel.id, []))


async def test_a_day_is_full_when_the_platform_takes_no_more(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    # Half past eleven at night in Madrid is still Monday there.
    made = await planned(runtime, owner, channel, MONDAY, MONDAY + HOUR, MONDAY + timedelta(hours=14.5))
    await planned(runtime, owner, channel, MONDAY + DAY)
    monday = FullDay(channel.id, date(2027, 3, 1), Limit.POSTS_IN_24_HOURS, 3, 3)
    assert await full(runtime, owner, channel) == [monday]
    await cancel(runtime, owner, made[0].id)
    assert await full(runtime, owner, channel) == []


async def test_of_cadence_and_budget_the_lower_is_told(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await set_channel_cadence(runtime, owner, channel.id, {"max_per_day": 1}, version=0)
    await planned(runtime, owner, channel, MONDAY, MONDAY + DAY, MONDAY + DAY + HOUR)
    found = [
        (each.day.day, each.limit, each.planned, each.most) for each in await full(runtime, owner, channel)
    ]
    assert found == [(1, Limit.MAX_PER_DAY, 1, 1), (2, Limit.MAX_PER_DAY, 2, 1)]


async def test_what_the_platform_told_counts_before_what_its_documents_say(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await planned(runtime, owner, channel, MONDAY)
    assert await full(runtime, owner, channel) == []
    async with runtime.worker_transaction() as tx:
        told = Told(posts_used=0, posts_limit=1)
        await count_uses(tx, [Use(channel.account_key, channel.id, 1, told)])
    assert [(each.planned, each.most) for each in await full(runtime, owner, channel)] == [(1, 1)]


async def test_only_days_that_are_shown_and_channels_of_ones_own(
    runtime: Runtime, owner: Actor, channel: Channel, neighbour: Neighbour
) -> None:
    week = timedelta(days=7)
    await planned(runtime, owner, channel, *[MONDAY + week + count * HOUR for count in range(3)])
    assert await full(runtime, owner, channel) == []
    assert [each.day.day for each in await full(runtime, owner, channel, days=8)] == [8]
    assert await full(runtime, neighbour.owner, channel, days=8) == []
