"""Asking for a look at the platform now, instead of at the next time of the timetable."""

from __future__ import annotations

from signoff.db.clock import database_now
from signoff.kernel.errors import WrongState
from signoff.kernel.ids import DeliveryId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.queries import read_delivery
from signoff.records.deliveries.views import DeliveryView
from signoff.records.moves import lock_delivery, record_delivery
from signoff.records.planning.placement import wake_workers
from signoff.records.states import DeliveryState
from signoff.runtime import Runtime


async def look_now(runtime: Runtime, actor: Actor, delivery_id: DeliveryId) -> DeliveryView:
    """Have a worker look for a post whose outcome is unknown, at once.

    Raises:
        NotFound: There is no such delivery.
        NotAllowed: The role may not operate.
        WrongState: Its outcome is known.
    """
    actor.need(May.OPERATE)
    async with runtime.transaction(actor.organization_id) as tx:
        delivery = await lock_delivery(tx, delivery_id)
        if delivery.state is not DeliveryState.UNKNOWN:
            raise WrongState(
                f"Its outcome is known: {str(delivery.state).replace('_', ' ')}.",
                next_step="Reload to see where it stands.",
                state=str(delivery.state),
            )
        delivery.next_look_at, delivery.looks = await database_now(tx), 0
        await tx.flush()
        record_delivery(tx, delivery, "look_now", actor, before=delivery.state)
        await wake_workers(tx)
        return await read_delivery(tx, delivery_id)
