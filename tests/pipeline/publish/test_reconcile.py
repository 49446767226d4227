"""Asking the platform what became of a commit whose answer was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from signoff.connectors.base import CannotTell, Connector, Finding, NotPublished, Published, Receipt
from signoff.connectors.errors import Reconnect
from signoff.kernel.people import Actor
from signoff.organizations.brands import get_brand
from signoff.pipeline.publish.look import look_now
from signoff.pipeline.publish.reconcile import MOST_LOOKS, looks_due, reconcile
from signoff.pipeline.publish.witness import Witness
from signoff.pipeline.schedule.change import cancel
from signoff.records.deliveries.leases import LEASE, SETTLE
from signoff.records.models import Delivery
from signoff.records.states import DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import ABOUT, Noticeboard
from tests.support.publishing import alerts, detail, due, later, row
from tests.support.raw_sql import Role
from tests.support.world import connect_board

SETTLED_S = SETTLE.total_seconds() + 1


@pytest.fixture
def worker(runtime: Runtime) -> Worker:
    return Worker(runtime)


async def in_doubt(
    runtime: Runtime,
    actor: Actor,
    channel: Channel,
    clock: ShiftableClock,
    board: Noticeboard,
    worker: Worker,
) -> Delivery:
    """A delivery whose commit got no answer and, unless the board says otherwise, had no effect."""
    board.refuses_effects = 1
    delivery = await due(runtime, actor, channel, clock)
    await worker.run_until_idle()
    return delivery


async def test_absence_counts_only_when_no_earlier_call_can_take_effect(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
) -> None:
    delivery = await in_doubt(runtime, publisher, channel, clock, noticeboard, worker)

    await later(worker, clock, seconds=6)
    await later(worker, clock, seconds=25)
    assert (await row(runtime, publisher, delivery)).state is DeliveryState.UNKNOWN
    assert [look.is_settled for look in noticeboard.looks] == [False, False]

    await later(worker, clock, seconds=SETTLED_S - 30)
    shown = await detail(runtime, publisher, delivery)
    assert noticeboard.looks[2].is_settled
    assert shown.view.delivery.state is DeliveryState.PUBLISHED
    assert len(noticeboard.notes) == 1
    assert [attempt.kind for attempt in shown.attempts] == ["publish", "look", "look", "look", "publish"]


async def test_found_counts_at_the_first_look(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
) -> None:
    noticeboard.loses_answers = 1
    delivery = await due(runtime, publisher, channel, clock)
    await worker.run_until_idle()

    await later(worker, clock, seconds=6)

    shown = await detail(runtime, publisher, delivery)
    assert (shown.view.delivery.state, len(noticeboard.looks)) == (DeliveryState.PUBLISHED, 1)
    assert [receipt.source for receipt in shown.receipts] == ["reconcile"]


@pytest.mark.parametrize(
    "said",
    [
        CannotTell("The listing is down."),
        RuntimeError("unheard of"),
        asyncio.CancelledError(),
        GeneratorExit(),
    ],
    ids=repr,
)
async def test_a_platform_that_cant_tell_is_asked_by_the_timetable_then_a_person_is(  # noqa: PLR0917 - fixtures
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
    said: Finding | BaseException,
) -> None:
    noticeboard.finds = [said] * 20
    delivery = await in_doubt(runtime, publisher, channel, clock, noticeboard, worker)

    for seconds in (6, 25, 10, 90, 480):
        assert not await alerts(runtime, publisher)
        await later(worker, clock, seconds=seconds)
    waiting = await row(runtime, publisher, delivery)
    assert (waiting.state, waiting.asks_person, waiting.next_look_at) == (DeliveryState.UNKNOWN, True, None)
    assert await alerts(runtime, publisher) == [
        "Please look: is “Good morning” out on Noticeboard (Board plaza)?"
    ]

    looks = len(noticeboard.looks)
    await later(worker, clock, minutes=60)
    assert len(noticeboard.looks) == looks
    assert not noticeboard.notes, "nothing is tried again while nobody knows"


async def test_two_looks_at_a_listing_must_agree(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
) -> None:
    noticeboard.finds = [NotPublished("not in the listing", from_listing=True) for _ in range(2)]
    delivery = await in_doubt(runtime, publisher, channel, clock, noticeboard, worker)
    await worker.run_until_idle()

    await later(worker, clock, seconds=SETTLED_S)
    assert (await row(runtime, publisher, delivery)).state is DeliveryState.UNKNOWN
    await later(worker, clock, seconds=6)

    assert (await row(runtime, publisher, delivery)).state is DeliveryState.PUBLISHED
    assert len(noticeboard.notes) == 1


async def test_a_database_clock_that_jumps_proves_nothing(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
) -> None:
    delivery = await in_doubt(runtime, publisher, channel, clock, noticeboard, worker)

    clock.jump(timedelta(hours=1))
    await worker.run_until_idle()
    assert not noticeboard.looks[-1].is_settled
    assert (await row(runtime, publisher, delivery)).state is DeliveryState.UNKNOWN

    await later(worker, clock, seconds=SETTLED_S)
    assert (await row(runtime, publisher, delivery)).state is DeliveryState.PUBLISHED
    assert len(noticeboard.notes) == 1


async def test_a_slow_look_cant_undo_a_newer_attempt(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
) -> None:
    delivery = await in_doubt(runtime, publisher, channel, clock, noticeboard, worker)
    clock.advance(timedelta(seconds=6))
    (slow,) = await looks_due(runtime, Witness(clock), "slow worker", 1)
    await later(worker, clock, seconds=LEASE.total_seconds() + 1)
    assert (await row(runtime, publisher, delivery)).state is DeliveryState.PUBLISHED

    noticeboard.finds = [NotPublished("seen long ago")]
    assert await reconcile(runtime, slow) is None

    assert (await row(runtime, publisher, delivery)).state is DeliveryState.PUBLISHED


async def test_a_person_may_ask_for_a_look_at_once(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
) -> None:
    noticeboard.loses_answers = 1
    delivery = await due(runtime, publisher, channel, clock)
    await worker.run_until_idle()
    assert (await row(runtime, publisher, delivery)).state is DeliveryState.UNKNOWN

    await look_now(runtime, publisher, delivery.id)
    await worker.run_until_idle()

    assert (await row(runtime, publisher, delivery)).state is DeliveryState.PUBLISHED


async def test_an_unwanted_post_that_isnt_out_ends_cancelled(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
) -> None:
    delivery = await in_doubt(runtime, publisher, channel, clock, noticeboard, worker)
    await cancel(runtime, publisher, delivery.id, reason="Not today.")
    await worker.run_until_idle()

    await later(worker, clock, seconds=SETTLED_S)

    assert (await row(runtime, publisher, delivery)).state is DeliveryState.CANCELLED
    assert not noticeboard.notes


async def test_a_token_revoked_while_in_doubt_asks_for_the_connection_and_keeps_looking(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
) -> None:
    noticeboard.loses_answers = 1
    delivery = await due(runtime, publisher, channel, clock)
    await worker.run_until_idle()
    noticeboard.fails_with = [Reconnect("The key was changed.", advice="Ask for a new key.")]

    await later(worker, clock, seconds=6)
    assert (await detail(runtime, publisher, delivery)).view.channel.state == "reconnect"
    await later(worker, clock, seconds=30)

    assert (await row(runtime, publisher, delivery)).state is DeliveryState.PUBLISHED


async def test_one_delivery_that_cant_be_read_keeps_no_other_waiting(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker_sql: Role,
) -> None:
    worker = Worker(runtime)
    brand = await get_brand(runtime, owner, channel.brand_id)
    locked = await connect_board(runtime, owner, brand, "mercado")
    noticeboard.loses_answers = 2
    poisoned = await due(runtime, owner, locked, clock)
    healthy = await due(runtime, owner, channel, clock)
    await worker.run_until_idle()
    await worker_sql.run("UPDATE channels SET credentials = 'sealed elsewhere' WHERE id = %s", locked.id)

    await later(worker, clock, seconds=6)

    assert (await row(runtime, owner, healthy)).state is DeliveryState.PUBLISHED
    assert (await row(runtime, owner, poisoned)).asks_person
    assert await alerts(runtime, owner) == [
        "Please look: is “Good morning” out on Noticeboard (Board mercado)?"
    ]


async def test_an_answer_that_cant_be_stored_is_no_answer(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
) -> None:
    delivery = await in_doubt(runtime, owner, channel, clock, noticeboard, worker)
    strange = Published(Receipt("a", "https://board.example/a", raw={"text": "\x00"}))
    noticeboard.finds = [strange for _ in range(8)]

    for seconds in (6, 25, 10, 90, 480):
        await later(worker, clock, seconds=seconds)

    asked = await row(runtime, owner, delivery)
    assert (asked.state, asked.asks_person) == (DeliveryState.UNKNOWN, True)
    assert len(await alerts(runtime, owner)) == 1


async def test_a_look_of_which_workers_die_ends_with_a_person(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
) -> None:
    delivery = await in_doubt(runtime, owner, channel, clock, noticeboard, worker)
    for _ in range(MOST_LOOKS):
        clock.advance(LEASE + timedelta(seconds=1))
        assert len(await looks_due(runtime, Witness(clock), "mortal", 1)) == 1

    clock.advance(LEASE + timedelta(seconds=1))
    assert await looks_due(runtime, Witness(clock), "next", 1) == []

    assert (await row(runtime, owner, delivery)).asks_person
    assert len(await alerts(runtime, owner)) == 1


class TestALateListing:
    """A platform on which a post may stay invisible for a minute after a lost commit."""

    @pytest.fixture
    def noticeboard(self) -> Noticeboard:
        return Noticeboard(about=replace(ABOUT, visibility_delay=timedelta(seconds=60)))

    @pytest.fixture
    def connectors(self, noticeboard: Noticeboard) -> Mapping[str, Connector]:
        return {"noticeboard": noticeboard}

    async def test_the_delay_is_waited_for(
        self,
        runtime: Runtime,
        publisher: Actor,
        channel: Channel,
        clock: ShiftableClock,
        noticeboard: Noticeboard,
        worker: Worker,
    ) -> None:
        delivery = await in_doubt(runtime, publisher, channel, clock, noticeboard, worker)
        await later(worker, clock, seconds=SETTLED_S)
        await later(worker, clock, seconds=60)

        assert [look.is_settled for look in noticeboard.looks] == [False, True]
        assert (await row(runtime, publisher, delivery)).state is DeliveryState.PUBLISHED
