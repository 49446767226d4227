"""Taking back that a post was scheduled, as long as all of it still waits for the same moments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from signoff.kernel.errors import WrongState
from signoff.kernel.ids import DeliveryId, PostId
from signoff.kernel.people import Actor, May
from signoff.records.models import Delivery
from signoff.records.moves import lock_deliveries, lock_post, move_delivery
from signoff.records.states import DeliveryAction, DeliveryState
from signoff.runtime import Runtime

_WHY: Final = "Scheduling was undone."


async def unplace(
    runtime: Runtime, actor: Actor, post_id: PostId, placed: Mapping[DeliveryId, datetime]
) -> None:
    """Cancel the deliveries that scheduling made, all or none; `placed` has the moment that each was given.

    Raises:
        NotFound: There is no such post.
        NotAllowed: The role may not operate.
        WrongState: One of them was given another time since, or doesn't wait any more.
    """
    actor.need(May.OPERATE)
    async with runtime.transaction(actor.organization_id) as tx:
        post = await lock_post(tx, post_id)
        waiting = await lock_deliveries(
            tx,
            Delivery.post_id == post.id,
            Delivery.id.in_(placed),
            Delivery.state == DeliveryState.SCHEDULED,
        )
        if {each.id: each.due_at for each in waiting} != placed:
            raise WrongState(
                "It was given another time since, or doesn't wait any more.", next_step="Look at the post."
            )
        for each in waiting:
            await move_delivery(
                tx, each, DeliveryAction.CANCEL, actor, detail={"reason": _WHY}, wanted_reason=_WHY
            )
