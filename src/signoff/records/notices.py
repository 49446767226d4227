"""What people must know right now: open pauses and open alerts."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now
from signoff.kernel.errors import NotFound
from signoff.kernel.ids import AlertId
from signoff.kernel.people import Actor, May
from signoff.records.models import Alert, Pause
from signoff.records.pages import checked_limit
from signoff.runtime import Runtime


async def open_pauses(runtime: Runtime, actor: Actor) -> list[Pause]:
    """List what is paused for this organization, the installation's own pauses included."""
    async with runtime.transaction(actor.organization_id) as tx:
        return await read_open_pauses(tx, actor)


async def read_open_pauses(tx: AsyncSession, actor: Actor) -> list[Pause]:
    """List them inside an open transaction."""
    actor.need(May.READ)
    query = (
        select(Pause)
        .where(Pause.resumed_at.is_(None))
        .where(or_(Pause.organization_id.is_(None), Pause.organization_id == actor.organization_id))
        .order_by(Pause.created_at)
        .limit(500)
    )
    return list((await tx.scalars(query)).all())


async def open_alerts(runtime: Runtime, actor: Actor, limit: int = 50) -> list[Alert]:
    """List alerts that nobody closed yet, newest first."""
    actor.need(May.READ)
    query = (
        select(Alert)
        .where(Alert.organization_id == actor.organization_id, Alert.closed_at.is_(None))
        .order_by(Alert.raised_at.desc(), Alert.id.desc())
        .limit(checked_limit(limit))
    )
    async with runtime.transaction(actor.organization_id) as tx:
        return list((await tx.scalars(query)).all())


async def close_alert(runtime: Runtime, actor: Actor, alert_id: AlertId) -> None:
    """Close an alert for everybody; one that is closed already stays so.

    Raises:
        NotFound: Not there, or another organization's.
    """
    actor.need(May.WRITE_POSTS)
    actor.need_person()
    async with runtime.transaction(actor.organization_id) as tx:
        alert = await tx.get(Alert, alert_id, with_for_update=True)
        if alert is None:
            raise NotFound("There is no such alert.")
        if alert.closed_at is None:
            alert.closed_at, alert.closed_by = await database_now(tx), actor.person_id
            await tx.flush()
            chain.record(tx, actor, "alert.close", ("alert", alert.id))
