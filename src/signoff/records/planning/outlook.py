"""What each brand has before it: what waits for a decision, what is planned, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.kernel.ids import BrandId
from signoff.kernel.people import Actor, May
from signoff.records.models import Delivery, Post
from signoff.records.states import DeliveryState, PostState

_AHEAD: Final = timedelta(days=7)
_MOST: Final = 2000
_TROUBLED: Final = frozenset({DeliveryState.FAILED, DeliveryState.UNKNOWN})
_BY_HAND: Final = frozenset({DeliveryState.MANUAL_DUE, DeliveryState.MANUAL_RECOVERY_NEEDED})


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of one brand. Counts stop where an organization has more than 2,000 in all."""

    waiting: int = 0
    planned: int = 0
    """Due within seven days."""
    next_at: datetime | None = None
    troubled: int = 0
    """Failed, or nobody knows whether they are out."""
    by_hand: int = 0
    """Somebody has to publish them, or to take them down."""


async def read_outlooks(tx: AsyncSession, actor: Actor) -> Mapping[BrandId, Outlook]:
    """Tell it by brand; one with nothing of all that is left out."""
    actor.need(May.READ)
    now = await database_now(tx)
    coming = (
        select(Delivery.brand_id, Delivery.due_at)
        .where(Delivery.organization_id == actor.organization_id)
        .where(Delivery.state == DeliveryState.SCHEDULED)
        .where(Delivery.due_at > now, Delivery.due_at <= now + _AHEAD)
        .order_by(Delivery.due_at)
        .limit(_MOST)
        .subquery()
    )
    planned = select(coming.c.brand_id, func.count(), func.min(coming.c.due_at))
    ahead = {row[0]: (row[1], row[2]) for row in await tx.execute(planned.group_by(coming.c.brand_id))}
    asking = (
        select(Post.brand_id)
        .where(Post.organization_id == actor.organization_id, Post.deleted_at.is_(None))
        .where(Post.state == PostState.IN_REVIEW)
        .limit(_MOST)
        .subquery()
    )
    counted = select(asking.c.brand_id, func.count()).group_by(asking.c.brand_id)
    waiting = {row[0]: row[1] for row in await tx.execute(counted)}
    calling = (
        select(Delivery.brand_id, Delivery.state.in_(_BY_HAND).label("by_hand"))
        .where(Delivery.organization_id == actor.organization_id)
        .where(Delivery.state.in_(_TROUBLED | _BY_HAND))
        .limit(_MOST)
        .subquery()
    )
    at_hand = func.count().filter(calling.c.by_hand)
    summed = select(calling.c.brand_id, func.count() - at_hand, at_hand).group_by(calling.c.brand_id)
    called = {row[0]: (row[1], row[2]) for row in await tx.execute(summed)}
    found = {}
    for brand in {*ahead, *waiting, *called}:
        planned_count, next_at = ahead.get(brand, (0, None))
        troubled, by_hand = called.get(brand, (0, 0))
        found[brand] = Outlook(waiting.get(brand, 0), planned_count, next_at, troubled, by_hand)
    return found
