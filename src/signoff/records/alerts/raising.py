"""Alerts: what a person must know, written with the change that causes it, so that none is lost."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import now_sql
from signoff.kernel.ids import BrandId, ChannelId, OrganizationId
from signoff.kernel.people import worker_actor
from signoff.records.models import Alert, Delivery, Post
from signoff.records.tenants import IS_MEMBER, Membership, Person

INSTALLATION: Final = "installation."
"""How the kinds of alerts begin that are for those who run the installation."""

STALE: Final = "stale"
"""The kind of alerts about posts that wait too long for a decision."""

_ASK_TO_ACT: Final = ("failed/_", "unknown:", "overdue:", "held:", "by/_hand:", "manual/_recovery:")


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
    brand_id: BrandId | None = None,
    tells_end: bool = False,
) -> Alert:
    """Put an alert on the pages and in line for the mail.

    Alerts of the same `kind` and channel or brand are folded into at most one mail a minute. Who sees some
    brands only is told of what is about them or their channels. With `tells_end`, who had the mail hears when
    Signoff closes the alert by itself.
    """
    about = channel_id or (delivery.channel_id if delivery else None)
    alert = Alert(
        organization_id=organization_id,
        fold_key=f"{kind}:{about or brand_id or '-'}",
        title=title,
        cause=cause,
        next_step=next_step,
        path=path,
        delivery_id=delivery.id if delivery else None,
        channel_id=about,
        brand_id=brand_id,
        tells_end=tells_end,
    )
    tx.add(alert)
    await tx.flush()
    chain.record(
        tx,
        worker_actor(organization_id),
        "alert.raise",
        ("alert", alert.id),
        after={"kind": kind},
        post_id=delivery.post_id if delivery else None,
    )
    return alert


async def alert_delivery(  # noqa: PLR0913 - an alert says all of this
    tx: AsyncSession,
    delivery: Delivery,
    kind: str,
    *,
    title: str,
    cause: str,
    next_step: str,
    tells_end: bool = False,
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
        tells_end=tells_end,
    )


async def close_overtaken(tx: AsyncSession, *deliveries: Delivery | Row[Any]) -> None:
    """Close the alerts that asked people to act on deliveries whose outcome is now another."""
    asked = [Alert.fold_key.like(f"{kind}%", escape="/") for kind in _ASK_TO_ACT]
    about = Alert.delivery_id.in_([delivery.id for delivery in deliveries])
    change = update(Alert).where(about, Alert.closed_at.is_(None), or_(*asked))
    await tx.execute(change.values(closed_at=now_sql()).execution_options(synchronize_session=False))


async def close_stale(tx: AsyncSession, post: Post) -> None:
    """Close the alerts that asked people to decide about a post."""
    change = update(Alert).where(
        Alert.organization_id == post.organization_id,
        Alert.closed_at.is_(None),
        Alert.fold_key.startswith(f"{STALE}:"),
        Alert.path == f"/review/{post.id}",
    )
    await tx.execute(change.values(closed_at=now_sql()).execution_options(synchronize_session=False))


async def tell_operators(
    tx: AsyncSession, kind: str, *, title: str, cause: str, next_step: str, tells_end: bool = False
) -> list[Alert]:
    """Raise an alert with those who run the installation, unless they already have one of this kind open.

    Args:
        tx: A transaction that sees all organizations.
        kind: What is wrong, without the prefix.
        title: What happened.
        cause: Why, in plain words.
        next_step: What to do.
        tells_end: They hear when Signoff closes it by itself.
    """
    key = f"{INSTALLATION}{kind}"
    told = select(Alert.organization_id).where(Alert.fold_key == f"{key}:-", Alert.closed_at.is_(None))
    known = set((await tx.scalars(told)).all())
    return [
        await raise_alert(
            tx,
            home,
            key,
            title=title,
            cause=cause,
            next_step=next_step,
            path="/alerts",
            tells_end=tells_end,
        )
        for home in await homes_of_operators(tx)
        if home not in known
    ]


async def homes_of_operators(tx: AsyncSession) -> list[OrganizationId]:
    """List the organizations of those who run the installation; its own doings are on their audit."""
    homes = (
        select(Membership.organization_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.is_operator, Person.disabled_at.is_(None))
        .where(IS_MEMBER)
        .distinct()
    )
    return sorted((await tx.scalars(homes)).all())
