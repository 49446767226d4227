"""Confirming that a person took a post down on the platform."""

from __future__ import annotations

from signoff.db.clock import database_now
from signoff.kernel.errors import WrongState
from signoff.kernel.ids import DeliveryId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.queries import read_delivery
from signoff.records.deliveries.views import DeliveryView
from signoff.records.moves import lock_delivery, move_delivery
from signoff.records.states import DeliveryAction, DeliveryState
from signoff.runtime import Runtime


async def recovered_by_hand(runtime: Runtime, actor: Actor, delivery_id: DeliveryId) -> DeliveryView:
    """Note that the post is gone.

    Raises:
        NotFound: There is no such delivery.
        NotAllowed: The role may not operate.
        WrongState: Nothing has to be done by hand.
    """
    actor.need(May.OPERATE)
    async with runtime.transaction(actor.organization_id) as tx:
        delivery = await lock_delivery(tx, delivery_id)
        if delivery.state is DeliveryState.RECOVERING:
            raise WrongState(
                "Signoff is taking it down itself.", next_step="Wait for the outcome.", state="recovering"
            )
        await move_delivery(
            tx, delivery, DeliveryAction.TAKE_DOWN, actor, recovered_at=await database_now(tx)
        )
        return await read_delivery(tx, delivery_id)
