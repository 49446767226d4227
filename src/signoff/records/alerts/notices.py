"""What people must know right now: open pauses and open alerts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now
from signoff.kernel.errors import NotFound
from signoff.kernel.ids import AlertId
from signoff.kernel.people import Actor, May
from signoff.records.models import Alert, Pause
from signoff.records.pages import (
    MAX_LIMIT,
    Page,
    behind,
    checked_limit,
    decode_moment,
    encode_cursor,
    page_of,
)
from signoff.runtime import Runtime


async def open_pauses(runtime: Runtime, actor: Actor) -> Sequence[Pause]:
    """List what is paused for this organization: the hundred oldest."""
    async with runtime.transaction(actor.organization_id) as tx:
        return await read_open_pauses(tx, actor)


async def read_open_pauses(tx: AsyncSession, actor: Actor) -> Sequence[Pause]:
    """List the same inside an open transaction."""
    actor.need(May.READ)
    return (await tx.scalars(_open(actor).limit(MAX_LIMIT))).all()


async def page_of_pauses(
    runtime: Runtime, actor: Actor, *, cursor: str | None = None, limit: int = 50
) -> Page[Pause]:
    """List what is paused for this organization, the installation's own pauses included, oldest first.

    Raises:
        Invalid: Unknown cursor or limit.
    """
    actor.need(May.READ)
    query = _open(actor)
    if cursor:
        query = query.where(behind((Pause.created_at, Pause.id), decode_moment(cursor), is_descending=False))
    async with runtime.transaction(actor.organization_id) as tx:
        found = (await tx.scalars(query.limit(checked_limit(limit) + 1))).all()
    return page_of(found, limit, lambda pause: encode_cursor(pause.created_at.isoformat(), pause.id))


def _open(actor: Actor) -> Select[Pause]:
    return (
        select(Pause)
        .where(Pause.resumed_at.is_(None))
        .where(or_(Pause.organization_id.is_(None), Pause.organization_id == actor.organization_id))
        .order_by(Pause.created_at, Pause.id)
    )


async def open_alerts(runtime: Runtime, actor: Actor, limit: int = 50) -> Sequence[Alert]:
    """List the newest alerts that nobody closed yet."""
    return (await page_of_alerts(runtime, actor, limit=limit)).items


async def page_of_alerts(
    runtime: Runtime, actor: Actor, *, cursor: str | None = None, limit: int = 50
) -> Page[Alert]:
    """List alerts that nobody closed yet, newest first.

    Raises:
        Invalid: Unknown cursor or limit.
    """
    actor.need(May.READ)
    query = select(Alert).where(Alert.organization_id == actor.organization_id, Alert.closed_at.is_(None))
    if cursor:
        query = query.where(behind((Alert.raised_at, Alert.id), decode_moment(cursor), is_descending=True))
    query = query.order_by(Alert.raised_at.desc(), Alert.id.desc()).limit(checked_limit(limit) + 1)
    async with runtime.transaction(actor.organization_id) as tx:
        found = (await tx.scalars(query)).all()
    return page_of(found, limit, lambda alert: encode_cursor(alert.raised_at.isoformat(), alert.id))


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
