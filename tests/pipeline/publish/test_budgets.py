"""A delivery waits for its account's budget: by our own count, and by what the platform tells."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from signoff.connectors.base import Connector
from signoff.connectors.budgets import Budget, Told
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.pipeline.publish.claim import claim
from signoff.pipeline.recover.take_down import recover
from signoff.records.budgets.gauges import Meter, gauges, remaining_calls
from signoff.records.budgets.usage import Use, count_uses
from signoff.records.deliveries.queries import get_delivery, list_deliveries
from signoff.records.deliveries.waiting import Hold, Waiting
from signoff.records.models import Delivery
from signoff.records.states import DeliveryState
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import ABOUT, Noticeboard
from tests.support.posts import scheduled
from tests.support.publishing import later
from tests.support.world import MADRID, Neighbour, connect_board

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(hours=24)


@pytest.fixture
def noticeboard() -> Noticeboard:
    """Takes three notes in 24 hours, and we call it at most 40 times an hour."""
    return Noticeboard(about=replace(ABOUT, budget=Budget(40, calls_per_post=5, posts_per_day=3)))


@pytest.fixture
def connectors(noticeboard: Noticeboard) -> Mapping[str, Connector]:
    return {"noticeboard": noticeboard}


@pytest.fixture
async def brand(runtime: Runtime, owner: Actor) -> Brand:
    """One that publishes however late it is."""
    return await create_brand(runtime, owner, BrandDraft("Casa Luz", MADRID.key, late_policy="publish"))


async def due_together(
    runtime: Runtime, actor: Actor, channel: Channel, clock: ShiftableClock, count: int
) -> list[Delivery]:
    made = [await scheduled(runtime, actor, channel, due_in=HOUR) for _ in range(count)]
    clock.advance(HOUR + timedelta(seconds=1))
    return made


async def waits(runtime: Runtime, actor: Actor, delivery: Delivery) -> Waiting | None:
    return (await get_delivery(runtime, actor, delivery.id)).view.waiting


async def in_state(runtime: Runtime, actor: Actor, state: DeliveryState) -> int:
    return len((await list_deliveries(runtime, actor, states=[state])).items)


async def spend(runtime: Runtime, channel: Channel, calls: int, told: Told | None = None) -> None:
    """Let some other work have used the account."""
    async with runtime.worker_transaction() as tx:
        await count_uses(tx, [Use(channel.account_key, channel.id, calls, told or Told())])


async def test_what_is_beyond_a_days_posts_waits_and_says_until_when(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    made = await due_together(runtime, publisher, channel, clock, 5)
    worker = Worker(runtime)

    await worker.run_until_idle()

    assert len(noticeboard.notes) == 3
    said = await waits(runtime, publisher, made[4])
    assert said is not None
    assert (said.hold, said.text) == (Hold.BUDGET, "Waiting for budget: 3 of 3 posts in 24 hours")
    assert said.until is not None
    assert timedelta(0) < clock.now() + DAY - said.until < MINUTE
    waiting = (await get_delivery(runtime, publisher, made[4].id)).view.delivery
    assert (waiting.state, waiting.attempts) == (DeliveryState.SCHEDULED, 0)

    await later(worker, clock, hours=23, minutes=59)
    assert len(noticeboard.notes) == 3
    await later(worker, clock, minutes=1, seconds=1)
    assert len(noticeboard.notes) == 5


async def test_two_workers_together_take_no_more_than_there_is_room_for(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    await due_together(runtime, publisher, channel, clock, 6)

    taken = await asyncio.gather(*(claim(runtime, f"worker {number}", 6) for number in range(4)))
    taken += [await claim(runtime, "one more", 6)]

    assert sum(len(leases) for leases in taken) == 3


async def test_accounts_with_room_are_taken_beside_one_that_is_full(
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
) -> None:
    other = await connect_board(runtime, owner, brand, "mercado")
    await scheduled(runtime, owner, other, due_in=HOUR + MINUTE)
    await due_together(runtime, owner, channel, clock, 5)
    clock.advance(MINUTE)

    await Worker(runtime).run_until_idle()

    assert sorted(note.board for note in noticeboard.notes) == ["mercado", "plaza", "plaza", "plaza"]


async def test_an_account_of_two_organizations_has_one_budget(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    neighbour: Neighbour,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
) -> None:
    theirs = await connect_board(runtime, neighbour.owner, neighbour.brand)
    assert theirs.account_key == channel.account_key
    await scheduled(runtime, neighbour.owner, theirs, due_in=HOUR)
    await due_together(runtime, publisher, channel, clock, 3)

    await Worker(runtime).run_until_idle()

    assert len(noticeboard.notes) == 3


async def test_publishing_leaves_a_quarter_of_the_calls_for_taking_down(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    (first,) = await due_together(runtime, publisher, channel, clock, 1)
    worker = Worker(runtime)
    await worker.run_until_idle()
    await spend(runtime, channel, 26)
    second = await scheduled(runtime, publisher, channel, due_in=MINUTE)
    await later(worker, clock, minutes=2)
    assert len(noticeboard.notes) == 1
    said = await waits(runtime, publisher, second)
    assert said is not None
    assert said.text == "Waiting for budget: 26 of 40 calls in an hour"

    await recover(runtime, publisher, first.id, reason="The price is wrong")
    await worker.run_until_idle()
    assert noticeboard.notes == []

    assert said.until is not None
    await later(worker, clock, seconds=(said.until - clock.now()).total_seconds() + 1)
    assert len(noticeboard.notes) == 1


async def test_close_to_the_platforms_limit_posts_go_out_one_at_a_time(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    made = await due_together(runtime, publisher, channel, clock, 3)
    await spend(runtime, channel, 1, Told(account_percent=80))
    worker = Worker(runtime)

    await worker.run_until_idle()
    assert not noticeboard.notes
    said = await waits(runtime, publisher, made[0])
    assert said is not None
    assert said.text == "Waiting for budget: 80 % of what the platform allows are used"

    clock.advance(MINUTE + timedelta(seconds=1))
    assert len(await claim(runtime, "a worker", 5)) == 1
    assert await claim(runtime, "another", 5) == []

    await spend(runtime, channel, 1, Told(account_percent=30))
    assert len(await claim(runtime, "another", 5)) == 2


async def test_an_app_close_to_its_limit_slows_all_its_accounts_together(
    runtime: Runtime, owner: Actor, brand: Brand, noticeboard: Noticeboard, clock: ShiftableClock
) -> None:
    noticeboard.app = "board-app"
    boards = [await connect_board(runtime, owner, brand, name) for name in ("plaza", "mercado")]
    for board in boards:
        await scheduled(runtime, owner, board, due_in=HOUR)
    clock.advance(HOUR + timedelta(seconds=1))
    await spend(runtime, boards[0], 1, Told(app_percent=90))
    assert await claim(runtime, "a worker", 5) == []

    clock.advance(5 * MINUTE + timedelta(seconds=1))
    assert len(await claim(runtime, "a worker", 5)) == 1
    assert await claim(runtime, "another", 5) == []


async def test_posts_that_others_made_count_when_the_platform_tells_of_them(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    await due_together(runtime, publisher, channel, clock, 3)
    await spend(runtime, channel, 1, Told(posts_used=4, posts_limit=5))
    worker = Worker(runtime)

    await worker.run_until_idle()
    assert len(noticeboard.notes) == 1

    await later(worker, clock, hours=1, seconds=1)  # what was told has to be asked for again
    assert len(noticeboard.notes) == 3


async def test_the_gauges_show_what_is_used_and_planned_of_which_limit(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    await due_together(runtime, publisher, channel, clock, 5)
    await Worker(runtime).run_until_idle()
    await spend(runtime, channel, 12)

    (shown,) = await gauges(runtime, publisher)

    assert (shown.posts, shown.calls) == (Meter(3, 2, 3), Meter(12, 10, 40))
    assert shown.tightest == shown.posts
    assert shown.rest is not None
    assert shown.rest.hold is Hold.BUDGET
    async with runtime.worker_transaction() as tx:
        assert await remaining_calls(runtime, tx) == {"noticeboard": 28}
