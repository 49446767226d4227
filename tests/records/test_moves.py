"""The one door: what the tables allow happens and is told, everything else is refused with the reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from signoff.kernel.errors import NotFound, WrongState
from signoff.kernel.ids import DeliveryId, PostId, new_id
from signoff.kernel.people import Actor, worker_actor
from signoff.pipeline.publish.claim import claim
from signoff.records.moves import LeaseLost, lock_delivery, lock_post, move_delivery, move_post, want
from signoff.records.overview.audit_trail import AuditFilter, list_audit
from signoff.records.states import (
    DELIVERY_MOVES,
    POST_MOVES,
    DeliveryAction,
    DeliveryState,
    PostAction,
    PostState,
    Wanted,
    Who,
)
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.posts import moved, scheduled, written
from tests.support.world import Neighbour

A = DeliveryAction

WAYS: dict[DeliveryState, tuple[DeliveryAction, ...]] = {
    DeliveryState.SCHEDULED: (),
    DeliveryState.PUBLISHING: (A.CLAIM,),
    DeliveryState.UNKNOWN: (A.CLAIM, A.LOSE_TRACK),
    DeliveryState.FAILED: (A.CLAIM, A.FAIL),
    DeliveryState.CANCELLED: (A.CLAIM, A.STOP),
}
"""How a worker brings a delivery into a state, as far as no receipt is needed."""


def refused(state: DeliveryState) -> list[DeliveryAction]:
    return [action for action, move in DELIVERY_MOVES.items() if state not in move.sources]


@pytest.mark.parametrize("state", WAYS)
async def test_what_the_table_does_not_allow_is_refused_and_changes_nothing(
    runtime: Runtime, owner: Actor, channel: Channel, state: DeliveryState
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    if WAYS[state]:
        await moved(runtime, delivery.id, *WAYS[state])
    by = worker_actor(owner.organization_id)
    async with runtime.worker_transaction() as tx:
        row = await lock_delivery(tx, delivery.id)
        for action in refused(state):
            with pytest.raises(WrongState) as problem:
                await move_delivery(tx, row, action, by)
            assert problem.value.extra["state"] == state
        assert row.state is state


async def test_who_may_not_ask_is_refused(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    delivery = await scheduled(runtime, owner, channel)
    for_people = [action for action, move in DELIVERY_MOVES.items() if Who.PEOPLE not in move.by]
    assert DeliveryAction.CLAIM in for_people
    async with runtime.transaction(owner.organization_id) as tx:
        row = await lock_delivery(tx, delivery.id)
        for action in for_people:
            with pytest.raises(WrongState):
                await move_delivery(tx, row, action, owner)


@pytest.mark.parametrize("action", [action for action in PostAction if action is not PostAction.SUBMIT])
async def test_a_draft_moves_as_the_table_says(
    runtime: Runtime, owner: Actor, channel: Channel, action: PostAction
) -> None:
    post_id = (await written(runtime, owner, channel)).post.id
    async with runtime.transaction(owner.organization_id) as tx:
        post = await lock_post(tx, post_id)
        if PostState.DRAFT in POST_MOVES[action].sources:
            await move_post(tx, post, action, owner)
            assert post.state is POST_MOVES[action].target
        else:
            with pytest.raises(WrongState) as problem:
                await move_post(tx, post, action, owner)
            assert "submit it for review first" in problem.value.next_step


async def test_a_move_is_told_with_what_was_before(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    delivery = await scheduled(runtime, owner, channel)
    await moved(runtime, delivery.id, A.CLAIM, A.FAIL, error="No such board.")
    told = (await list_audit(runtime, owner, AuditFilter(subject_id=delivery.id))).items
    assert [line.entry.action for line in told] == ["delivery.fail", "delivery.claim", "delivery.schedule"]
    assert told[0].entry.before == {"state": "publishing"}
    assert told[0].entry.after["error"] == "No such board."
    assert told[0].who == "Signoff"


async def test_an_older_lease_changes_nothing(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    delivery = await scheduled(runtime, owner, channel)
    await moved(runtime, delivery.id, A.CLAIM, lease_token=7)
    by = worker_actor(owner.organization_id)
    async with runtime.worker_transaction() as tx:
        row = await lock_delivery(tx, delivery.id)
        with pytest.raises(LeaseLost):
            await move_delivery(tx, row, A.FAIL, by, token=6)
        assert row.state is DeliveryState.PUBLISHING
        await move_delivery(tx, row, A.FAIL, by, token=7)


async def test_a_take_down_that_is_wanted_is_not_forgotten_for_a_cancellation(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    await moved(runtime, delivery.id, A.CLAIM)
    async with runtime.transaction(owner.organization_id) as tx:
        row = await lock_delivery(tx, delivery.id)
        await want(tx, row, Wanted.CANCELLED, owner, reason="Rain")
        await want(tx, row, Wanted.RECOVERED, owner, reason="Wrong price")
        await want(tx, row, Wanted.CANCELLED, owner, reason="Rain again")
        assert (row.wanted, row.wanted_reason) == (Wanted.RECOVERED, "Wrong price")


async def test_what_is_not_wanted_is_not_claimed(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    await moved(runtime, delivery.id, A.CLAIM)
    async with runtime.transaction(owner.organization_id) as tx:
        await want(tx, await lock_delivery(tx, delivery.id), Wanted.CANCELLED, owner, reason="Rain")
    await moved(runtime, delivery.id, A.PUT_BACK)
    clock.advance(timedelta(hours=2))
    assert await claim(runtime, "a worker", 10) == []


async def test_another_organizations_rows_are_not_there_to_lock(
    runtime: Runtime, owner: Actor, neighbour: Neighbour, channel: Channel
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    async with runtime.transaction(neighbour.owner.organization_id) as tx:
        for post_id in (delivery.post_id, PostId(new_id())):
            with pytest.raises(NotFound):
                await lock_post(tx, post_id)
        for delivery_id in (delivery.id, DeliveryId(new_id())):
            with pytest.raises(NotFound):
                await lock_delivery(tx, delivery_id)
