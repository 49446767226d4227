"""Scheduling an approved post, publishing it now."""

from __future__ import annotations

from signoff.kernel.ids import PostId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.queries import views_of
from signoff.records.deliveries.views import DeliveryView
from signoff.records.moves import lock_post
from signoff.records.planning.crowding import with_warnings
from signoff.records.planning.placement import Schedule, place_deliveries
from signoff.runtime import Runtime


async def place(runtime: Runtime, actor: Actor, post_id: PostId, schedule: Schedule) -> list[DeliveryView]:
    """Make one delivery for each channel, each at a moment that keeps the channel's cadence.

    Raises:
        NotFound: There is no such post.
        NotAllowed: The role may not schedule.
        WrongState: The post isn't approved, or is on that channel already.
        NoRoom: A channel's cadence leaves no moment.
        NotConnected: A channel can't be used until it is connected again.
        ContentChanged: A channel's account or options are others than those approved.
        Invalid: The due time or a channel is wrong.
    """
    actor.need(May.SCHEDULE)
    async with runtime.transaction(actor.organization_id) as tx:
        post = await lock_post(tx, post_id)
        placed = await place_deliveries(runtime, tx, actor, post, schedule)
        return await with_warnings(runtime, tx, await views_of(tx, [delivery.id for delivery in placed]))
