"""Changing a plan: another time, or not at all. Whoever comes too late is told so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.errors import NotFound, WrongState
from signoff.kernel.ids import BrandId, DeliveryId
from signoff.kernel.notes import checked_note
from signoff.kernel.people import Actor, May
from signoff.records.alerts.raising import close_overtaken
from signoff.records.deliveries.queries import read_delivery
from signoff.records.deliveries.views import DeliveryView
from signoff.records.models import Delivery
from signoff.records.moves import lock_delivery, move_delivery, record_delivery, want
from signoff.records.planning.cadence import lock_channels_of
from signoff.records.planning.crowding import with_warnings
from signoff.records.planning.due import Due, Schedule, due_on, lock_zone, wanted_moment
from signoff.records.planning.placement import wake_workers
from signoff.records.states import DeliveryAction, DeliveryState, Wanted
from signoff.records.tenants import Channel
from signoff.runtime import Runtime


async def cancel(
    runtime: Runtime, actor: Actor, delivery_id: DeliveryId, *, reason: str = ""
) -> DeliveryView:
    """Cancel a delivery; one under way is stopped if its commit hasn't begun.

    Of one that can't be stopped any more `wanted` says "cancelled": it ends cancelled if nothing is out, and
    published if it is; then it can be taken down.

    Raises:
        NotFound: There is no such delivery.
        NotAllowed: The role may not operate.
        WrongState: It is published, cancelled or taken down already.
        Invalid: The reason is too long.
    """
    actor.need(May.OPERATE)
    why = checked_note(reason, "reason") or "Cancelled by hand."
    async with runtime.transaction(actor.organization_id) as tx:
        delivery = await lock_delivery(tx, delivery_id)
        if delivery.state in {DeliveryState.PUBLISHING, DeliveryState.UNKNOWN}:
            await want(tx, delivery, Wanted.CANCELLED, actor, reason=why)
        else:
            await move_delivery(
                tx, delivery, DeliveryAction.CANCEL, actor, detail={"reason": why}, wanted_reason=why
            )
        return await read_delivery(tx, delivery_id)


async def reschedule(  # noqa: PLR0913 - the ways to say when
    runtime: Runtime,
    actor: Actor,
    delivery_id: DeliveryId,
    *,
    due_at: datetime | None = None,
    due_local: str = "",
    next_slot: bool = False,
    keep_time: bool = False,
) -> DeliveryView:
    """Move a scheduled delivery to another time, or to the next one that keeps the channel's cadence.

    Raises:
        NotFound: There is no such delivery.
        NotAllowed: The role may not schedule.
        WrongState: It is going out now, or is finished.
        NoRoom: The channel's cadence leaves no moment.
        Invalid: The time is past or doesn't exist.
    """
    actor.need(May.SCHEDULE)
    schedule = Schedule(due_at=due_at, due_local=due_local, next_slot=next_slot, keep_time=keep_time)
    async with runtime.transaction(actor.organization_id) as tx:
        brand = await lock_zone(tx, await _brand_of(tx, delivery_id))
        await lock_channels_of(tx, Delivery.id == delivery_id)  # before the delivery, as everybody does
        delivery = await lock_delivery(tx, delivery_id)
        _need_scheduled(delivery)
        channel = await tx.get_one(Channel, delivery.channel_id)
        wanted = await wanted_moment(tx, brand, schedule)
        await move_to(
            tx, actor, delivery, await due_on(tx, brand, channel, schedule, wanted, leave_out=delivery.id)
        )
        await wake_workers(tx)
        (view,) = await with_warnings(runtime, tx, [await read_delivery(tx, delivery_id)])
        return view


async def move_to(tx: AsyncSession, actor: Actor, delivery: Delivery, due: Due) -> None:
    """Give a locked, scheduled delivery another due time; with that it isn't late any more."""
    before = delivery.due_at
    for name, value in due.columns.items():
        setattr(delivery, name, value)
    delivery.not_before, delivery.waiting_for, delivery.held_since = None, "", None
    delivery.released_at = delivery.released_by = delivery.released_to = delivery.turn_at = None
    await tx.flush()
    await close_overtaken(tx, delivery)
    record_delivery(
        tx,
        delivery,
        "reschedule",
        actor,
        before=delivery.state,
        detail={"from": before.isoformat(), "to": due.at.isoformat(), **due.said},
    )


async def _brand_of(tx: AsyncSession, delivery_id: DeliveryId) -> BrandId:
    brand_id = await tx.scalar(select(Delivery.brand_id).where(Delivery.id == delivery_id))
    if brand_id is None:
        raise NotFound("There is no such delivery.")
    return brand_id


def _need_scheduled(delivery: Delivery) -> None:
    if delivery.state is DeliveryState.PUBLISHING:
        raise WrongState("It is going out now.", next_step="Wait for the outcome.", state="publishing")
    if delivery.state is not DeliveryState.SCHEDULED:
        raise WrongState(
            f"Only a scheduled delivery is moved; this one is {delivery.state}.",
            next_step="Schedule the post anew.",
            state=str(delivery.state),
        )
