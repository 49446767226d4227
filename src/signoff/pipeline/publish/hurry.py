"""Trying again now what waits for its next try, instead of at the time that the wait would end."""

from __future__ import annotations

from signoff.db.clock import database_now
from signoff.kernel.errors import WrongState
from signoff.kernel.ids import DeliveryId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.queries import read_delivery
from signoff.records.deliveries.views import DeliveryView
from signoff.records.deliveries.waiting import Hold
from signoff.records.models import Delivery
from signoff.records.moves import lock_delivery, record_delivery
from signoff.records.planning.placement import wake_workers
from signoff.records.states import DeliveryState
from signoff.runtime import Runtime


async def hurry(runtime: Runtime, actor: Actor, delivery_id: DeliveryId) -> DeliveryView:
    """End a delivery's own wait between two tries.

    Nothing else changes: tries stay counted, and what holds its account, its channel or everything holds on.
    A wait is only ever shortened, so a worker that takes the delivery meanwhile loses nothing.

    Raises:
        NotFound: There is no such delivery.
        NotAllowed: The role may not operate.
        WrongState: It doesn't wait for a next try.
    """
    actor.need(May.OPERATE)
    async with runtime.transaction(actor.organization_id) as tx:
        delivery = await lock_delivery(tx, delivery_id)
        _need_waiting(await read_delivery(tx, delivery_id))
        waited_until = delivery.not_before
        delivery.not_before, delivery.waiting_for = await database_now(tx), ""
        await tx.flush()
        told = {"from": waited_until.isoformat()} if waited_until else {}
        record_delivery(tx, delivery, "hurry", actor, before=delivery.state, detail=told)
        await wake_workers(tx)
        return await read_delivery(tx, delivery_id)


def _need_waiting(view: DeliveryView) -> None:
    if view.waiting is not None and view.waiting.hold is Hold.RETRY:
        return
    raise WrongState(
        f"It doesn't wait for a next try: {_instead(view)}.",
        next_step="Reload to see where it stands.",
        state=str(view.delivery.state),
    )


def _instead(view: DeliveryView) -> str:
    if view.waiting is not None:
        return view.waiting.text[0].lower() + view.waiting.text[1:]
    return _named(view.delivery)


def _named(delivery: Delivery) -> str:
    is_scheduled = delivery.state is DeliveryState.SCHEDULED
    return "it goes out at its time" if is_scheduled else f"it is {str(delivery.state).replace('_', ' ')}"
