"""Asking for a published post to be taken down again."""

from __future__ import annotations

from signoff.db.clock import database_now
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import DeliveryId
from signoff.kernel.notes import checked_note
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.queries import read_delivery
from signoff.records.deliveries.views import DeliveryView
from signoff.records.moves import lock_delivery, move_delivery, want
from signoff.records.planning.placement import wake_workers
from signoff.records.states import DeliveryAction, DeliveryState, Wanted
from signoff.runtime import Runtime


async def recover(
    runtime: Runtime, actor: Actor, delivery_id: DeliveryId, *, reason: str, urgency: str = "normal"
) -> DeliveryView:
    """Have a post taken down; of one on its way it is stored and done after the receipt.

    Raises:
        NotFound: There is no such delivery.
        NotAllowed: The role may not operate.
        WrongState: Nothing of it is out, or it is being taken down already.
        Invalid: The reason is missing or too long.
    """
    actor.need(May.OPERATE)
    reason = checked_note(reason, "reason")
    if not reason:
        raise Invalid("Say why it is taken down: it goes to the audit log.", field="reason")
    async with runtime.transaction(actor.organization_id) as tx:
        delivery = await lock_delivery(tx, delivery_id)
        if delivery.state in {DeliveryState.PUBLISHING, DeliveryState.UNKNOWN}:
            await want(tx, delivery, Wanted.RECOVERED, actor, reason=reason)
        else:
            await move_delivery(
                tx,
                delivery,
                DeliveryAction.RECOVER,
                actor,
                detail={"reason": reason, "urgency": urgency},
                recovery_reason=reason,
                looks=0,
                next_look_at=await database_now(tx),
            )
        await wake_workers(tx)
        return await read_delivery(tx, delivery_id)
