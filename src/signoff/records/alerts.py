"""Alerts: what a person must know, written with the change that causes it, so that none is lost."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.ids import ChannelId, OrganizationId
from signoff.records.models import Alert, Delivery


async def raise_alert(  # noqa: PLR0913 - an alert says all of this
    tx: AsyncSession,
    organization_id: OrganizationId,
    kind: str,
    *,
    title: str,
    cause: str,
    next_step: str,
    path: str,
    delivery: Delivery | None = None,
    channel_id: ChannelId | None = None,
) -> Alert:
    """Put an alert on the pages and in line for the mail.

    Alerts of the same `kind` and channel are folded into at most one mail a minute.
    """
    about = channel_id or (delivery.channel_id if delivery else None)
    alert = Alert(
        organization_id=organization_id,
        fold_key=f"{kind}:{about or '-'}",
        title=title,
        cause=cause,
        next_step=next_step,
        path=path,
        delivery_id=delivery.id if delivery else None,
        channel_id=about,
    )
    tx.add(alert)
    await tx.flush()
    return alert


async def alert_delivery(
    tx: AsyncSession, delivery: Delivery, kind: str, *, title: str, cause: str, next_step: str
) -> Alert:
    """Raise an alert that leads to the delivery's page."""
    return await raise_alert(
        tx,
        delivery.organization_id,
        kind,
        title=title,
        cause=cause,
        next_step=next_step,
        path=f"/deliveries/{delivery.id}",
        delivery=delivery,
    )
