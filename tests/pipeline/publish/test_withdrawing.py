"""An approval is taken back before, while and after a worker has the delivery; each way, in both orders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest

from signoff.kernel.errors import Problem
from signoff.kernel.ids import DeliveryId
from signoff.kernel.people import Actor
from signoff.pipeline.publish.attempt import attempt
from signoff.pipeline.publish.claim import claim
from signoff.pipeline.publish.intent import Refusal, store_intent
from signoff.pipeline.recover.take_down import recover
from signoff.pipeline.schedule.change import cancel
from signoff.records.models import Delivery
from signoff.records.states import DeliveryState, Wanted
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.publishing import alerts, claimed, due, later, row
from tests.support.racing import waiting_for_locks
from tests.support.withdrawing import WITHDRAWALS, Withdraw, request_changes


@pytest.mark.parametrize("withdraw", WITHDRAWALS)
async def test_withdrawn_before_the_claim_it_is_cancelled(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    withdraw: Withdraw,
) -> None:
    delivery = await due(runtime, owner, channel, clock)

    await withdraw(runtime, owner, delivery)

    assert not await claim(runtime, "worker", 1)
    assert (await row(runtime, owner, delivery)).state is DeliveryState.CANCELLED
    assert not noticeboard.notes


@pytest.mark.parametrize("withdraw", WITHDRAWALS)
async def test_withdrawn_between_claim_and_intent_it_is_stopped(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    withdraw: Withdraw,
) -> None:
    delivery, lease = await claimed(runtime, owner, channel, clock)

    await withdraw(runtime, owner, delivery)
    assert await attempt(runtime, lease) is DeliveryState.CANCELLED

    assert not noticeboard.notes


@pytest.mark.parametrize("withdraw", WITHDRAWALS)
async def test_withdrawn_after_the_intent_people_learn_that_it_is_out(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    withdraw: Withdraw,
) -> None:
    delivery = await due(runtime, owner, channel, clock)
    noticeboard.meanwhile = lambda: withdraw(runtime, owner, delivery)

    await Worker(runtime).run_until_idle()

    published = await row(runtime, owner, delivery)
    assert (published.state, published.wanted) == (DeliveryState.PUBLISHED, Wanted.CANCELLED)
    assert len(noticeboard.notes) == 1
    assert await alerts(runtime, owner) == ["Published although it was withdrawn"]


@pytest.mark.parametrize("is_withdrawn_first", [True, False])
async def test_a_withdrawal_racing_the_intent_has_one_winner(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, *, is_withdrawn_first: bool
) -> None:
    """Both wait for the row; who came first gets it first, and the other reads what was written then."""
    delivery, lease = await claimed(runtime, owner, channel, clock)
    starts: list[Callable[[], Coroutine[Any, Any, object]]] = [
        lambda: store_intent(runtime, lease),
        lambda: _withdraw(runtime, owner, delivery),
    ]
    async with runtime.worker_transaction() as tx:
        await tx.get_one(Delivery, delivery.id, with_for_update=True)
        running = []
        for start in reversed(starts) if is_withdrawn_first else starts:
            running.append(asyncio.create_task(start()))
            await waiting_for_locks(runtime, len(running))
    first, second = await asyncio.gather(*running)

    after = await row(runtime, owner, delivery)
    assert after.wanted is Wanted.CANCELLED
    if is_withdrawn_first:
        assert (first, second) == ([], Refusal.UNWANTED)
        assert after.commit_intent_at is None
    else:
        assert (first, second) == (None, [delivery.id])


async def _withdraw(runtime: Runtime, actor: Actor, delivery: Delivery) -> list[DeliveryId]:
    """Request changes; which deliveries can't be stopped any more?"""
    decided = await request_changes(runtime, actor, delivery)
    return [view.delivery.id for view in decided.on_their_way]


@pytest.mark.parametrize("is_out", [True, False], ids=["out", "not out"])
@pytest.mark.parametrize("withdraw", WITHDRAWALS)
async def test_withdrawn_while_in_doubt_it_ends_as_the_platform_says(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    *,
    withdraw: Withdraw,
    is_out: bool,
) -> None:
    noticeboard.loses_answers, noticeboard.refuses_effects = int(is_out), int(not is_out)
    delivery = await due(runtime, owner, channel, clock)
    worker = Worker(runtime)
    await worker.run_until_idle()

    await withdraw(runtime, owner, delivery)
    for seconds in (6, 40):
        await later(worker, clock, seconds=seconds)

    ended = await row(runtime, owner, delivery)
    assert ended.state is (DeliveryState.PUBLISHED if is_out else DeliveryState.CANCELLED)
    assert len(noticeboard.notes) == int(is_out)
    told = ["Published although it was withdrawn"] if is_out else []
    assert [title for title in await alerts(runtime, owner) if "withdrawn" in title] == told


@pytest.mark.parametrize("is_out", [True, False], ids=["out", "not out"])
async def test_to_be_taken_down_while_in_doubt_nothing_of_it_stays_out(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    *,
    is_out: bool,
) -> None:
    noticeboard.loses_answers, noticeboard.refuses_effects = int(is_out), int(not is_out)
    delivery = await due(runtime, owner, channel, clock)
    worker = Worker(runtime)
    await worker.run_until_idle()

    await recover(runtime, owner, delivery.id, reason="Wrong price.")
    with suppress(Problem):
        await cancel(runtime, owner, delivery.id, reason="Or only cancelled?")
    for seconds in (6, 40):
        await later(worker, clock, seconds=seconds)

    ended = (await row(runtime, owner, delivery)).state
    assert ended is (DeliveryState.RECOVERED if is_out else DeliveryState.CANCELLED)
    assert not noticeboard.notes
