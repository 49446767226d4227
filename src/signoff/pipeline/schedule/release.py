"""Deciding about what is held because it is late: let go, move, or give up; one or several at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.kernel.errors import Invalid, NoRoom, NotFound, Problem, WrongState
from signoff.kernel.ids import DeliveryId
from signoff.kernel.local_time import chosen_local
from signoff.kernel.people import Actor, May
from signoff.pipeline.schedule.change import move_to
from signoff.records.deliveries.late import is_held, let_go
from signoff.records.deliveries.queries import read_delivery
from signoff.records.deliveries.turns import Turns
from signoff.records.deliveries.views import DeliveryView
from signoff.records.models import Delivery
from signoff.records.moves import lock_deliveries, lock_delivery, move_delivery
from signoff.records.planning.cadence import lock_channels_of
from signoff.records.planning.due import Due, lock_zones_of
from signoff.records.planning.placement import wake_workers
from signoff.records.states import DeliveryAction, DeliveryState
from signoff.records.tenants import Brand
from signoff.runtime import Runtime

MOST_AT_ONCE: Final = 200


class Then(StrEnum):
    """What becomes of several that are held."""

    PUBLISH = "publish"  # one after the other, and not at night
    MOVE = "move"  # to new due times, the next that are allowed
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one of several; without a view, `problem` says why nothing was done with it."""

    delivery_id: DeliveryId
    view: DeliveryView | None = None
    problem: Problem | None = None


async def release(runtime: Runtime, actor: Actor, delivery_id: DeliveryId) -> DeliveryView:
    """Let a held delivery go out now.

    Raises:
        NotFound: There is no such delivery.
        NotAllowed: The role may not operate.
        WrongState: It isn't held.
    """
    actor.need(May.OPERATE)
    async with runtime.transaction(actor.organization_id) as tx:
        delivery, _ = await _held(tx, delivery_id)
        await let_go(tx, delivery, actor, await database_now(tx))
        await wake_workers(tx)
        return await read_delivery(tx, delivery_id)


async def decide_held(
    runtime: Runtime, actor: Actor, delivery_ids: Sequence[DeliveryId], then: Then
) -> list[Decided]:
    """Decide about several at once, in the order of their due times; each is done or refused by itself.

    Raises:
        NotAllowed: The role may not operate, or to move them not schedule.
        Invalid: None, or too many.
    """
    actor.need(May.SCHEDULE if then is Then.MOVE else May.OPERATE)
    ids = list(dict.fromkeys(delivery_ids))
    if not 0 < len(ids) <= MOST_AT_ONCE:
        raise Invalid(f"Choose between one and {MOST_AT_ONCE} deliveries.", field="deliveries")
    async with runtime.transaction(actor.organization_id) as tx:
        if then is Then.MOVE:
            await lock_zones_of(tx, Delivery.id.in_(ids))
        await lock_channels_of(tx, Delivery.id.in_(ids))
        found = await lock_deliveries(tx, Delivery.id.in_(ids))
        turns = Turns(tx)
        done = {
            each.id: await _decide(tx, actor, each.id, then, turns)
            for each in sorted(found, key=lambda each: (each.due_at, each.id))
        }
        await wake_workers(tx)
    return [done.get(each) or Decided(each, problem=NotFound("There is no such delivery.")) for each in ids]


async def _decide(
    tx: AsyncSession, actor: Actor, delivery_id: DeliveryId, then: Then, turns: Turns
) -> Decided:
    try:
        delivery, brand = await _held(tx, delivery_id)
        await _do(tx, actor, delivery, brand, then, turns)
    except (WrongState, NoRoom) as problem:
        return Decided(delivery_id, problem=problem)
    return Decided(delivery_id, await read_delivery(tx, delivery_id))


async def _do(
    tx: AsyncSession, actor: Actor, delivery: Delivery, brand: Brand, then: Then, turns: Turns
) -> None:
    if then is Then.CANCEL:
        why = "Too late."
        await move_delivery(
            tx, delivery, DeliveryAction.CANCEL, actor, detail={"reason": why}, wanted_reason=why
        )
    elif then is Then.MOVE:
        at, zone = await turns.slot(delivery, brand), brand.time_zone
        await move_to(tx, actor, delivery, Due(at, chosen_local(at, zone), zone))
    else:
        await let_go(tx, delivery, actor, await turns.next(delivery, brand))


async def _held(tx: AsyncSession, delivery_id: DeliveryId) -> tuple[Delivery, Brand]:
    delivery = await lock_delivery(tx, delivery_id)
    brand = await tx.get_one(Brand, delivery.brand_id)
    if is_held(delivery, brand, await database_now(tx)):
        return delivery, brand
    is_scheduled = delivery.state is DeliveryState.SCHEDULED
    state = "scheduled, and goes out by itself" if is_scheduled else str(delivery.state).replace("_", " ")
    raise WrongState(
        f"It isn't held for being late: it is {state}.",
        next_step="Reload to see where it stands.",
        state=str(delivery.state),
    )
