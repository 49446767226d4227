"""Taking over from workers that died, by how far they had come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from signoff.connectors.base import Receipt
from signoff.connectors.errors import Refused
from signoff.kernel.people import Actor
from signoff.pipeline.publish.attempt import attempt
from signoff.pipeline.publish.claim import claim
from signoff.pipeline.publish.finish import finish
from signoff.pipeline.publish.intent import store_intent
from signoff.pipeline.publish.outcome import certain, published
from signoff.pipeline.publish.reap import reap
from signoff.pipeline.publish.witness import Witness
from signoff.pipeline.schedule.change import cancel
from signoff.pipeline.schedule.place import place
from signoff.records.deliveries.leases import LEASE
from signoff.records.deliveries.story import Story
from signoff.records.moves import LeaseLost
from signoff.records.planning.placement import Schedule
from signoff.records.states import DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.publishing import alerts, claimed, detail, later, row

A_LEASE = LEASE + timedelta(seconds=1)


async def test_a_delivery_of_a_worker_that_died_before_the_intent_goes_out_by_another(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery, dead = await claimed(runtime, publisher, channel, clock)

    await Worker(runtime).run_until_idle()
    assert (await row(runtime, publisher, delivery)).lease_token == dead.token, "its lease still stands"
    await later(Worker(runtime), clock, seconds=A_LEASE.total_seconds())

    assert (await row(runtime, publisher, delivery)).state is DeliveryState.PUBLISHED
    assert len(noticeboard.notes) == 1


async def test_a_delivery_of_a_worker_that_died_after_the_intent_is_looked_for_before_anything_else(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery, dead = await claimed(runtime, publisher, channel, clock)
    assert await store_intent(runtime, dead) is None
    worker = Worker(runtime)
    await worker.run_until_idle()

    await later(worker, clock, seconds=A_LEASE.total_seconds())
    assert (await row(runtime, publisher, delivery)).state is DeliveryState.UNKNOWN
    await later(worker, clock, seconds=6)

    found = await detail(runtime, publisher, delivery)
    assert found.view.delivery.state is DeliveryState.PUBLISHED
    assert [attempt.kind for attempt in found.attempts] == ["look", "publish"]
    assert (len(noticeboard.looks), len(noticeboard.notes)) == (1, 1)


async def test_a_worker_that_only_slept_changes_nothing_when_it_wakes(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery, slept = await claimed(runtime, publisher, channel, clock)
    await later(Worker(runtime), clock, seconds=A_LEASE.total_seconds())

    assert await attempt(runtime, slept) is None
    with pytest.raises(LeaseLost):
        await store_intent(runtime, slept)
    with pytest.raises(LeaseLost):
        await finish(runtime, slept, certain(Refused("late")), Story("publish", slept, clock))

    assert (await row(runtime, publisher, delivery)).state is DeliveryState.PUBLISHED
    assert len(noticeboard.notes) == 1


async def test_an_intent_is_refused_once_the_lease_ran_out_even_before_somebody_took_over(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery, slow = await claimed(runtime, publisher, channel, clock)
    clock.advance(A_LEASE)

    with pytest.raises(LeaseLost):
        await store_intent(runtime, slow)

    assert (await row(runtime, publisher, delivery)).commit_intent_at is None
    await Worker(runtime).run_until_idle()
    assert len(noticeboard.notes) == 1


async def test_a_receipt_that_comes_after_the_take_over_wins(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery, slow = await claimed(runtime, publisher, channel, clock)
    assert await store_intent(runtime, slow) is None
    clock.advance(A_LEASE)
    assert await reap(runtime, Witness(clock)) == 1

    receipt = Receipt(external_id="1", permalink="https://board.example/1")
    state = await finish(runtime, slow, published(receipt), Story("publish", slow, clock))

    assert state is DeliveryState.PUBLISHED
    assert (await detail(runtime, publisher, delivery)).view.receipt is not None


async def test_the_same_receipt_twice_changes_nothing_and_a_second_one_is_kept_and_told(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery, lease = await claimed(runtime, publisher, channel, clock)
    assert await store_intent(runtime, lease) is None
    story = Story("publish", lease, clock)
    first, second = (Receipt(external_id=name, permalink=f"https://board.example/{name}") for name in "ab")

    await finish(runtime, lease, published(first), story)
    await finish(runtime, lease, published(first), story)
    assert len((await detail(runtime, publisher, delivery)).receipts) == 1
    assert not await alerts(runtime, publisher)

    await finish(runtime, lease, published(second), story)
    shown = await detail(runtime, publisher, delivery)
    assert [receipt.external_id for receipt in shown.receipts] == ["a", "b"]
    assert shown.view.receipt is not None
    assert shown.view.receipt.external_id == "a"
    assert await alerts(runtime, publisher) == ["A second post of one delivery"]


async def test_another_deliverys_receipt_proves_nothing(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    _, first = await claimed(runtime, publisher, channel, clock)
    same = Receipt(external_id="a", permalink="https://board.example/a")
    assert await store_intent(runtime, first) is None
    await finish(runtime, first, published(same), Story("publish", first, clock))
    delivery, second = await claimed(runtime, publisher, channel, clock)
    assert await store_intent(runtime, second) is None

    state = await finish(runtime, second, published(same), Story("publish", second, clock))

    assert state is DeliveryState.UNKNOWN
    assert not (await detail(runtime, publisher, delivery)).receipts


async def test_a_delivery_nobody_wants_any_more_ends_with_the_take_over(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery, _ = await claimed(runtime, publisher, channel, clock)
    await cancel(runtime, publisher, delivery.id, reason="The bakery is closed.")

    await later(Worker(runtime), clock, seconds=A_LEASE.total_seconds())

    assert not noticeboard.notes
    assert (await row(runtime, publisher, delivery)).state is DeliveryState.CANCELLED


async def test_a_delivery_of_which_workers_die_fails_at_last_and_is_told(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery, _ = await claimed(runtime, publisher, channel, clock)
    for _ in range(3):
        clock.advance(A_LEASE)
        assert await reap(runtime, Witness(clock)) == 1
        assert len(await claim(runtime, "next worker", 1)) == 1

    clock.advance(A_LEASE)
    await reap(runtime, Witness(clock))

    assert (await row(runtime, publisher, delivery)).state is DeliveryState.FAILED
    assert len(await alerts(runtime, publisher)) == 1


async def test_a_late_receipt_of_a_delivery_that_was_replaced_is_kept_and_told(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    first, lease = await claimed(runtime, publisher, channel, clock)
    assert await store_intent(runtime, lease) is None
    await finish(runtime, lease, certain(Refused("No.")), Story("publish", lease, clock))
    await cancel(runtime, publisher, first.id)
    (second,) = await place(runtime, publisher, first.post_id, Schedule(now=True))

    late = Receipt(external_id="1", permalink="https://board.example/1")
    await finish(runtime, lease, published(late), Story("publish", lease, clock))

    shown = await detail(runtime, publisher, first)
    assert shown.view.delivery.state is DeliveryState.CANCELLED
    assert [receipt.external_id for receipt in shown.receipts] == ["1"]
    assert (await row(runtime, publisher, second.delivery)).state is DeliveryState.SCHEDULED
    assert await alerts(runtime, publisher) == ["A second post of one delivery"]


async def test_two_workers_claim_each_delivery_once(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    _, first = await claimed(runtime, publisher, channel, clock)

    assert not await claim(runtime, "second worker", 10)
    assert first.token == 1
