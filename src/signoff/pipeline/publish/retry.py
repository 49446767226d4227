"""Trying a failed delivery once more, because a person said so."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.errors import NotConnected, WrongState
from signoff.kernel.ids import DeliveryId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.late import answered
from signoff.records.deliveries.queries import read_delivery
from signoff.records.deliveries.views import DeliveryView
from signoff.records.models import Delivery, Withdrawal
from signoff.records.moves import lock_delivery, move_delivery
from signoff.records.planning.placement import wake_workers
from signoff.records.states import DeliveryAction
from signoff.records.tenants import Channel
from signoff.runtime import Runtime


async def retry(runtime: Runtime, actor: Actor, delivery_id: DeliveryId) -> DeliveryView:
    """Schedule a failed delivery again, at once, with its tries counted anew; its checkpoint is used again.

    Raises:
        NotFound: There is no such delivery.
        NotAllowed: The role may not operate.
        WrongState: It hasn't failed, or its approval was withdrawn.
        NotConnected: The channel must be connected first.
    """
    actor.need(May.OPERATE)
    async with runtime.transaction(actor.organization_id) as tx:
        delivery = await lock_delivery(tx, delivery_id)
        await _need_possible(tx, delivery)
        await move_delivery(
            tx,
            delivery,
            DeliveryAction.RETRY,
            actor,
            attempts=0,
            **(await answered(tx, actor)),
            not_before=None,
            waiting_for="",
            error="",
            error_class="",
            next_step="",
        )
        await wake_workers(tx)
        return await read_delivery(tx, delivery_id)


async def _need_possible(tx: AsyncSession, delivery: Delivery) -> None:
    if await tx.scalar(select(Withdrawal.seal_id).where(Withdrawal.seal_id == delivery.seal_id)):
        raise WrongState("Its approval was withdrawn.", next_step="Approve the post anew, then schedule it.")
    channel = await tx.get_one(Channel, delivery.channel_id)
    if channel.state != "connected" or channel.removed_at is not None:
        raise NotConnected(
            f"“{channel.name}” is not connected.",
            next_step="Connect it under Settings > Channels, then retry.",
        )
