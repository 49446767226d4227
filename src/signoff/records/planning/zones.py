"""What is scheduled keeps the local time that people chose: when clocks change, the moment moves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.kernel.ids import BrandId, DeliveryId, OrganizationId
from signoff.kernel.local_time import chosen_local, moment_kept
from signoff.kernel.people import Actor, worker_actor
from signoff.records.alerts.raising import raise_alert
from signoff.records.models import Delivery
from signoff.records.moves import lock_deliveries, record_delivery
from signoff.records.planning.cadence import lock_channels_of
from signoff.records.planning.due import lock_zone
from signoff.records.planning.placement import wake_workers
from signoff.records.states import DeliveryState
from signoff.records.tenants import Brand
from signoff.runtime import Runtime

_BATCH: Final = 2000
_SAME: Final = timedelta(minutes=1)
"""A local time is written to the minute or second; what is nearer than this is the same time."""


async def keep_local_times(tx: AsyncSession, by: Actor, brand: Brand, why: str) -> list[Delivery]:
    """Move what is scheduled for a brand to the moments of the chosen local times; gives what moved.

    The brand's row must be locked. What is under way, due already or was meant for “now” stays, and so does
    what would be in the past: it isn't published at once because a clock was changed.
    """
    now = await database_now(tx)
    waiting = (_WAITS, Delivery.brand_id == brand.id, Delivery.due_at > now)
    await lock_channels_of(tx, *waiting)
    moved = []
    for delivery in await lock_deliveries(tx, *waiting):
        before, delivery.due_zone = delivery.due_at, brand.time_zone
        moment = moment_kept(delivery.due_local, brand.time_zone)
        if abs(moment - before) < _SAME:
            continue
        if moment <= now:
            delivery.due_local = chosen_local(before, brand.time_zone)
            continue
        delivery.due_at, delivery.moved_from, delivery.moved_why = moment, before, why
        await tx.flush()
        detail = {"from": before.isoformat(), "to": moment.isoformat(), "moved_why": why}
        record_delivery(tx, delivery, "follow_zone", by, before=delivery.state, detail=detail)
        moved.append(delivery)
    await tx.flush()
    if moved:
        await wake_workers(tx)
    return moved


_WAITS: Final[ColumnElement[bool]] = (Delivery.state == DeliveryState.SCHEDULED) & (Delivery.due_local != "")


async def follow_zones(runtime: Runtime) -> int:
    """Look whether the rules of a zone changed under what is scheduled, and move that; tells how many."""
    ZoneInfo.clear_cache()  # rules that were updated on this machine count at once
    moved = 0
    for organization_id, brand_id in await _changed_brands(runtime):
        by = worker_actor(organization_id)
        async with runtime.transaction(organization_id) as tx:
            brand = await lock_zone(tx, brand_id)
            why = f"The clock of {brand.time_zone} follows other rules now; the local time stays."
            found = await keep_local_times(tx, by, brand, why)
            if found:
                await _tell(tx, brand, len(found))
        moved += len(found)
    return moved


async def _tell(tx: AsyncSession, brand: Brand, count: int) -> None:
    what = "1 scheduled delivery" if count == 1 else f"{count} scheduled deliveries"
    await raise_alert(
        tx,
        brand.organization_id,
        "zone",
        title=f"{brand.time_zone} changed its clock: {what} of {brand.name} moved",
        cause="The local times that were chosen stay; the moments at which they come are others now.",
        next_step="Look at the calendar, and move what shall go out at another time.",
        path="/calendar",
        brand_id=brand.id,
    )


async def _changed_brands(runtime: Runtime) -> list[tuple[OrganizationId, BrandId]]:
    changed: dict[tuple[OrganizationId, BrandId], None] = {}
    after: tuple[datetime, DeliveryId] | None = None
    columns = (
        Delivery.organization_id,
        Delivery.brand_id,
        Delivery.due_local,
        Delivery.due_zone,
        Delivery.due_at,
        Delivery.claimable_at,
        Delivery.id,
    )
    while True:
        async with runtime.worker_transaction() as tx:
            query = select(*columns).where(_WAITS, Delivery.due_at > await database_now(tx))
            if after is not None:
                query = query.where(tuple_(Delivery.claimable_at, Delivery.id) > after)
            rows = (await tx.execute(query.order_by(Delivery.claimable_at, Delivery.id).limit(_BATCH))).all()
        for row in rows:
            if abs(moment_kept(row.due_local, row.due_zone) - row.due_at) >= _SAME:
                changed[row.organization_id, row.brand_id] = None
        if len(rows) < _BATCH:
            return list(changed)
        after = (rows[-1].claimable_at, rows[-1].id)
