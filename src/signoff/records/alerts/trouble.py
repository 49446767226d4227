"""Telling people about deliveries that went wrong, in words, with the next step."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.records.alerts.raising import alert_delivery
from signoff.records.models import Delivery, Post
from signoff.records.tenants import Channel
from signoff.runtime import Runtime


async def tell_failed(runtime: Runtime, tx: AsyncSession, delivery: Delivery) -> None:
    """Raise the alert of a failed delivery."""
    title, where = await names_of(runtime, tx, delivery)
    await alert_delivery(
        tx,
        delivery,
        f"failed_{delivery.error_class or 'unexpected'}",
        title=f"Not published: “{title}” on {where}",
        cause=delivery.error or "The platform refused it.",
        next_step=delivery.next_step or "Open the delivery, mend the cause, then retry.",
    )


async def tell_in_doubt(runtime: Runtime, tx: AsyncSession, delivery: Delivery, reason: str) -> None:
    """Raise the alert of an outcome that only a person can settle."""
    title, where = await names_of(runtime, tx, delivery)
    await alert_delivery(
        tx,
        delivery,
        "unknown",
        title=f"Please look: is “{title}” out on {where}?",
        cause=f"The platform doesn't say whether it was published. {reason}".strip(),
        next_step="Look at the account, then open the delivery and say whether the post is out.",
    )


async def tell_by_hand(runtime: Runtime, tx: AsyncSession, delivery: Delivery, reason: str) -> None:
    """Raise the alert of a post that a person has to take down."""
    title, where = await names_of(runtime, tx, delivery)
    await alert_delivery(
        tx,
        delivery,
        "manual_recovery",
        title=f"Please take down “{title}” on {where} by hand",
        cause=reason,
        next_step=delivery.next_step
        or "Delete the post on the platform, then confirm it on the delivery's page.",
    )


async def names_of(runtime: Runtime, tx: AsyncSession, delivery: Delivery) -> tuple[str, str]:
    """Give the post's title and the place it goes to, as people know them."""
    post = await tx.get_one(Post, delivery.post_id)
    channel = await tx.get_one(Channel, delivery.channel_id)
    known = runtime.connectors.get(channel.platform)
    label = known.about.label if known else channel.platform.title()
    return post.title or "Untitled", f"{label} ({channel.name})"


async def must_reconnect(tx: AsyncSession, delivery: Delivery, problem: str, advice: str) -> None:
    """Mark every channel on the delivery's account: its deliveries wait until it is connected again."""
    query = select(Channel.id).where(
        Channel.account_key == delivery.account_key, Channel.removed_at.is_(None)
    )
    ids = (await tx.scalars(query.order_by(Channel.id).with_for_update(key_share=True))).all()
    change = update(Channel).where(Channel.id.in_(ids))
    await tx.execute(change.values(state="reconnect", problem=problem, next_step=advice))
