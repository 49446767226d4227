"""Changing a plan: cancel and reschedule while there is time, and be told when there is none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from signoff.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from signoff.kernel.people import Actor
from signoff.pipeline.schedule.change import cancel, reschedule
from signoff.records.deliveries.queries import get_delivery
from signoff.records.states import DeliveryAction, DeliveryState, Wanted
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.posts import moved, scheduled
from tests.support.world import Neighbour


async def test_what_waits_is_cancelled_with_the_reason(
    runtime: Runtime, publisher: Actor, channel: Channel
) -> None:
    delivery = await scheduled(runtime, publisher, channel)
    view = await cancel(runtime, publisher, delivery.id, reason="Rain")
    assert view.delivery.state is DeliveryState.CANCELLED
    last = (await get_delivery(runtime, publisher, delivery.id)).timeline[-1]
    assert (last.action, last.who, last.detail["reason"]) == ("delivery.cancel", publisher.name, "Rain")


async def test_what_failed_is_cancelled_too(runtime: Runtime, publisher: Actor, channel: Channel) -> None:
    delivery = await scheduled(runtime, publisher, channel)
    await moved(runtime, delivery.id, DeliveryAction.CLAIM, DeliveryAction.FAIL)
    assert (await cancel(runtime, publisher, delivery.id)).delivery.state is DeliveryState.CANCELLED


@pytest.mark.parametrize(
    ("moves", "state"),
    [
        ((DeliveryAction.CLAIM,), DeliveryState.PUBLISHING),
        ((DeliveryAction.CLAIM, DeliveryAction.LOSE_TRACK), DeliveryState.UNKNOWN),
    ],
)
async def test_what_is_under_way_is_marked_as_unwanted(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    moves: tuple[DeliveryAction, ...],
    state: DeliveryState,
) -> None:
    delivery = await scheduled(runtime, publisher, channel)
    await moved(runtime, delivery.id, *moves)
    view = await cancel(runtime, publisher, delivery.id, reason="Rain")
    assert (view.delivery.state, view.delivery.wanted) == (state, Wanted.CANCELLED)
    assert view.delivery.wanted_reason == "Rain"


async def test_what_is_cancelled_is_not_cancelled_again(
    runtime: Runtime, publisher: Actor, channel: Channel
) -> None:
    delivery = await scheduled(runtime, publisher, channel)
    await cancel(runtime, publisher, delivery.id)
    with pytest.raises(WrongState, match="it was cancelled"):
        await cancel(runtime, publisher, delivery.id)


async def test_a_new_time_takes_the_place_of_the_old_one(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await scheduled(runtime, publisher, channel)
    day = f"{clock.now() + timedelta(days=30):%Y-%m-%d}"
    view = await reschedule(runtime, publisher, delivery.id, due_local=f"{day}T09:00")
    assert view.delivery.due_local == f"{day}T09:00"
    detail = await get_delivery(runtime, publisher, delivery.id)
    last = detail.timeline[-1]
    assert last.action == "delivery.reschedule"
    assert (last.detail["from"], last.detail["to"]) == (
        delivery.due_at.isoformat(),
        view.delivery.due_at.isoformat(),
    )
    assert detail.seal.id == delivery.seal_id


async def test_a_past_time_is_refused_and_the_old_one_stays(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await scheduled(runtime, publisher, channel)
    with pytest.raises(Invalid, match="past"):
        await reschedule(runtime, publisher, delivery.id, due_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(Invalid, match="Say when"):
        await reschedule(runtime, publisher, delivery.id)
    kept = (await get_delivery(runtime, publisher, delivery.id)).view.delivery
    assert kept.due_at == delivery.due_at


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        ((DeliveryAction.CLAIM,), "going out now"),
        ((DeliveryAction.CLAIM, DeliveryAction.LOSE_TRACK), "this one is unknown"),
        ((DeliveryAction.CLAIM, DeliveryAction.FAIL), "this one is failed"),
    ],
)
async def test_what_is_no_longer_scheduled_keeps_its_time(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    moves: tuple[DeliveryAction, ...],
    words: str,
) -> None:
    delivery = await scheduled(runtime, publisher, channel)
    await moved(runtime, delivery.id, *moves)
    with pytest.raises(WrongState, match=words):
        await reschedule(runtime, publisher, delivery.id, due_at=clock.now() + timedelta(days=1))


async def test_who_may_not_operate_changes_nothing(
    runtime: Runtime,
    publisher: Actor,
    reviewer: Actor,
    neighbour: Neighbour,
    channel: Channel,
    clock: ShiftableClock,
) -> None:
    delivery = await scheduled(runtime, publisher, channel)
    later = clock.now() + timedelta(days=1)
    with pytest.raises(NotAllowed):
        await cancel(runtime, reviewer, delivery.id)
    with pytest.raises(NotAllowed):
        await reschedule(runtime, reviewer, delivery.id, due_at=later)
    with pytest.raises(NotFound):
        await cancel(runtime, neighbour.owner, delivery.id)
    with pytest.raises(NotFound):
        await reschedule(runtime, neighbour.owner, delivery.id, due_at=later)
