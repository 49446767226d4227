"""Taking over from workers that died: an expired lease leads on, by whether the intent was stored."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.people import Actor, worker_actor
from signoff.pipeline.publish.finish import lose_track
from signoff.pipeline.publish.outcome import UNEXPECTED
from signoff.pipeline.publish.witness import Witness
from signoff.records.alerts.trouble import tell_failed
from signoff.records.deliveries.leases import RETRY_AFTER, Lease
from signoff.records.deliveries.story import Story
from signoff.records.models import Delivery
from signoff.records.moves import move_delivery
from signoff.records.states import DeliveryAction, DeliveryState
from signoff.runtime import Runtime

_AT_ONCE: Final = 200
_WATCHED: Final = 5000


async def reap(runtime: Runtime, witness: Witness) -> int:
    """Take over deliveries whose lease ran out; tell how many. Call it every 5 s in every worker.

    The token grows, so that a worker that only slept can't write any more. Intents that stand are watched
    from here on.
    """
    async with runtime.worker_transaction() as tx:
        standing = select(Delivery).where(
            Delivery.state.in_([DeliveryState.PUBLISHING, DeliveryState.UNKNOWN]),
            Delivery.commit_intent_at.is_not(None),
        )
        witness.observe((await tx.scalars(standing.limit(_WATCHED))).all())
        expired = (
            select(Delivery)
            .where(Delivery.state == DeliveryState.PUBLISHING, Delivery.lease_until < func.signoff_now())
            .order_by(Delivery.lease_until)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True, key_share=True)
            .execution_options(populate_existing=True)
        )
        taken = (await tx.scalars(expired)).all()
        for delivery in taken:
            by = worker_actor(delivery.organization_id)
            delivery.lease_token += 1
            if delivery.commit_intent_at is not None:
                await lose_track(
                    tx,
                    delivery,
                    by,
                    error_class="ambiguous",
                    error="The worker stopped while the post was being sent.",
                    next_step="Signoff looks for the post on the platform before anything is tried again.",
                )
            elif delivery.wanted:
                await move_delivery(tx, delivery, DeliveryAction.STOP, by, lease_until=None)
            else:
                await _put_back(runtime, tx, delivery, by)
        return len(taken)


async def _put_back(runtime: Runtime, tx: AsyncSession, delivery: Delivery, by: Actor) -> None:
    """It costs a try: a delivery of which workers die would otherwise come back to kill the next for ever."""
    delivery.attempts += 1
    if delivery.attempts <= len(RETRY_AFTER):
        await move_delivery(tx, delivery, DeliveryAction.PUT_BACK, by, lease_until=None)
        return
    await move_delivery(
        tx,
        delivery,
        DeliveryAction.FAIL,
        by,
        lease_until=None,
        error_class=UNEXPECTED,
        error="The worker stopped each time before it was sent.",
        next_step="Look at the workers' log, then retry.",
    )
    await tell_failed(runtime, tx, delivery)
    lease = Lease(delivery.id, delivery.organization_id, delivery.lease_token, delivery.leased_by)
    story = Story("publish", lease, runtime.clock)
    await story.write(tx, str(delivery.state), error_class=UNEXPECTED, detail=delivery.error)
