"""The publishing board and the figures of publishing, computed from the database alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.kernel.people import Actor, May
from signoff.records.delivery_queries import base, delivery_views
from signoff.records.models import Delivery, WorkerRow
from signoff.records.states import DeliveryState
from signoff.records.views import DeliveryView
from signoff.runtime import Runtime

_PER_LANE: Final = 30
_MONTH: Final = timedelta(days=30)
_DAY: Final = timedelta(days=1)

_D = DeliveryState
_LANES: Final[Mapping[str, tuple[DeliveryState, ...]]] = {
    "queued": (_D.SCHEDULED,),
    "by_hand": (_D.MANUAL_DUE,),
    "publishing": (_D.PUBLISHING, _D.RECOVERING),
    "unknown": (_D.UNKNOWN,),
    "failed": (_D.FAILED, _D.MANUAL_RECOVERY_NEEDED),
    "published": (_D.PUBLISHED, _D.RECOVERED),
}


@dataclass(frozen=True, slots=True)
class Board:
    """Deliveries by lane, the most urgent first, and how many each lane holds."""

    lanes: Mapping[str, Sequence[DeliveryView]]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PublishingHealth:
    """How publishing does. Rates are 0 to 1 and None without data; durations are seconds."""

    success_rate_30d: float | None
    lateness_p50_s: float | None
    backlog: int
    """Due, and not finished."""
    oldest_overdue_s: float | None
    workers_alive: int


async def board(runtime: Runtime, actor: Actor) -> Board:
    """Give the board; "published" holds the last 24 hours."""
    actor.need(May.READ)
    lanes: dict[str, Sequence[DeliveryView]] = {}
    counts: dict[str, int] = {}
    async with runtime.transaction(actor.organization_id) as tx:
        now = await database_now(tx)
        for lane, states in _LANES.items():
            wanted: list[Any] = [
                Delivery.organization_id == actor.organization_id,
                Delivery.state.in_(states),
            ]
            order = Delivery.state_since.desc()
            if lane == "published":
                wanted.append(Delivery.state_since >= now - _DAY)
            elif lane == "queued":
                order = Delivery.claimable_at.asc()
            lanes[lane] = await delivery_views(tx, base().where(*wanted).order_by(order).limit(_PER_LANE))
            counts[lane] = await tx.scalar(select(func.count()).select_from(Delivery).where(*wanted)) or 0
    return Board(lanes, counts)


async def publishing_health(runtime: Runtime, actor: Actor) -> PublishingHealth:
    """Give the organization's figures of publishing."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        now = await database_now(tx)
        own = Delivery.organization_id == actor.organization_id
        lately = Delivery.due_at >= now - _MONTH
        done = await tx.scalar(select(func.count()).where(own, lately, Delivery.published_at.is_not(None)))
        failed = await tx.scalar(select(func.count()).where(own, lately, Delivery.state == _D.FAILED))
        lateness = func.extract("epoch", Delivery.published_at - Delivery.due_at)
        median = select(func.percentile_cont(0.5).within_group(lateness)).where(
            own, lately, Delivery.published_at.is_not(None)
        )
        waiting = (
            own,
            Delivery.state.in_([_D.SCHEDULED, _D.PUBLISHING, _D.UNKNOWN]),
            Delivery.due_at <= now,
        )
        backlog, oldest = (
            await tx.execute(select(func.count(), func.min(Delivery.due_at)).where(*waiting))
        ).one()
        p50 = await tx.scalar(median)
        total = (done or 0) + (failed or 0)
        return PublishingHealth(
            success_rate_30d=(done or 0) / total if total else None,
            lateness_p50_s=max(0.0, float(p50)) if p50 is not None else None,
            backlog=backlog,
            oldest_overdue_s=(now - oldest).total_seconds() if oldest else None,
            workers_alive=await _workers_alive(tx, runtime.settings.silent_after),
        )


async def _workers_alive(tx: AsyncSession, silent_after: timedelta) -> int:
    now = await database_now(tx)
    alive = select(func.count()).where(WorkerRow.stopped_at.is_(None), WorkerRow.seen_at > now - silent_after)
    return await tx.scalar(alive) or 0
