"""Lateness: what is later than its brand allows, and letting it go all the same.

That it is held stands nowhere: the claim compares the times themselves. What stands on the row is that
somebody, or the brand's rule, let it go, and for when.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, func, or_
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now, now_sql
from signoff.kernel.people import Actor, worker_actor
from signoff.records.alerts.raising import close_overtaken
from signoff.records.models import Delivery
from signoff.records.moves import record_delivery
from signoff.records.states import DeliveryState, LatePolicy, PublishMode
from signoff.records.tenants import Brand

HELD: Final = and_(
    Delivery.state == DeliveryState.SCHEDULED,
    Delivery.claimable_at <= now_sql(),  # keeps to the near end of the index, however much is planned
    or_(
        Delivery.held_since.is_not(None),
        and_(
            Brand.late_policy != LatePolicy.PUBLISH,
            Delivery.publish_mode == PublishMode.AUTO,
            now_sql()
            > func.coalesce(Delivery.released_to, Delivery.due_at)
            + func.make_interval(0, 0, 0, 0, 0, 0, Brand.late_window_s),
        ),
    ),
)
"""`is_held` in a query that joins brands."""


def late_from(delivery: Delivery, brand: Brand) -> datetime:
    """Give the last moment at which it may go out by itself."""
    return (delivery.released_to or delivery.due_at) + timedelta(seconds=brand.late_window_s)


def is_held(delivery: Delivery, brand: Brand, now: datetime) -> bool:
    """Does it wait for an answer because it is late? The same question as the claim's, for pages."""
    if delivery.state is not DeliveryState.SCHEDULED:
        return False
    if delivery.held_since is not None:
        return True
    is_ruled = brand.late_policy is not LatePolicy.PUBLISH and delivery.publish_mode is PublishMode.AUTO
    return is_ruled and now > late_from(delivery, brand)


async def answered(tx: AsyncSession, by: Actor) -> dict[str, Any]:
    """Give the facts of a delivery that a person wants to go out now, however late it is."""
    now = await database_now(tx)
    return {"held_since": None, "released_at": now, "released_by": by.person_id, "released_to": now}


async def let_go(
    tx: AsyncSession, delivery: Delivery, by: Actor, to: datetime, *, detail: dict[str, Any] | None = None
) -> None:
    """Let a locked delivery go out at `to` although it is late; lateness counts from there on.

    Who did it and when stays on the row; by a brand's rule it is nobody.
    """
    now = await database_now(tx)
    delivery.held_since = None
    delivery.released_at, delivery.released_to = now, to
    delivery.released_by = by.person_id
    delivery.not_before, delivery.waiting_for = to if to > now else None, ""
    await tx.flush()
    await close_overtaken(tx, delivery)
    said = {"from": delivery.due_at.isoformat(), "to": to.isoformat(), **(detail or {})}
    record_delivery(tx, delivery, "release", by, before=delivery.state, detail=said)


async def give_turn(tx: AsyncSession, delivery: Delivery, to: datetime) -> None:
    """Let a locked delivery that missed its time go out at `to`; its lateness counts on."""
    now = await database_now(tx)
    delivery.turn_at = to
    if to > now:
        delivery.not_before, delivery.waiting_for = to, ""
        by = worker_actor(delivery.organization_id)
        record_delivery(tx, delivery, "turn", by, before=delivery.state, detail={"to": to.isoformat()})
    await tx.flush()


async def hold(tx: AsyncSession, delivery: Delivery, by: Actor) -> None:
    """Have a person decide about a locked delivery before it goes out, late or not."""
    delivery.held_since = await database_now(tx)
    delivery.released_at = delivery.released_by = delivery.released_to = None
    await tx.flush()
    record_delivery(tx, delivery, "hold", by, before=delivery.state)
