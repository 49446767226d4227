"""Making deliveries of an approved post: one for each channel. Scheduling and approving use it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now
from signoff.kernel.errors import ContentChanged, Invalid, NotConnected, WrongState
from signoff.kernel.ids import ChannelId, DeliveryId, new_id
from signoff.kernel.local_time import local_text, moment_of
from signoff.kernel.people import Actor
from signoff.records.models import Delivery, Post, Revision, Variant
from signoff.records.moves import move_delivery
from signoff.records.render import sealed_account
from signoff.records.states import OPEN, DeliveryAction, DeliveryState, PostState
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime

DUE_CHANNEL: Final = "signoff_due"
"""The notification that wakes the workers."""

_FURTHEST: Final = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When and where. Exactly one of `due_at`, `due_local` and `now`."""

    channels: Sequence[ChannelId] | None = None
    """None: all channels of the approved revision."""
    due_at: datetime | None = None
    due_local: str = ""
    """A local time in the brand's zone, such as 2026-03-29T09:00."""
    now: bool = False
    again: bool = False
    """Publish once more on purpose, where it is out already."""


async def place_deliveries(
    runtime: Runtime, tx: AsyncSession, actor: Actor, post: Post, schedule: Schedule
) -> list[Delivery]:
    """Make the deliveries; the post's row must be locked.

    Raises:
        WrongState: The post isn't approved, or is on that channel already.
        NotConnected: A channel can't be used until it is connected again.
        ContentChanged: A channel's account or options are others than those approved.
        Invalid: The due time is past or doesn't exist, or a channel isn't one of the post's.
    """
    if post.state is not PostState.APPROVED or post.seal_id is None:
        raise WrongState(
            "Only an approved post is scheduled.",
            next_step="Submit it for review; a reviewer approves it.",
            state=str(post.state),
        )
    brand = await tx.get_one(Brand, post.brand_id)
    due = await due_time(tx, brand, schedule)
    channels = await _channels(tx, post, schedule.channels)
    await check_channels(runtime, tx, post, channels)
    placed = [await _place(tx, actor, post, channel, due, is_again=schedule.again) for channel in channels]
    await wake_workers(tx)
    return placed


async def due_time(tx: AsyncSession, brand: Brand, schedule: Schedule) -> tuple[datetime, str]:
    """Give the due moment (UTC) and the local time as chosen.

    Raises:
        Invalid: None or several are given, it is past, too far away, or doesn't exist.
    """
    now = await database_now(tx)
    if sum((schedule.now, schedule.due_at is not None, bool(schedule.due_local))) != 1:
        raise Invalid(
            "Say when: a time, or now.", field="due_at", next_step="Give one of due_at, due_local or “now”."
        )
    if schedule.now:
        return now, ""
    if schedule.due_at is None:
        due = moment_of(schedule.due_local, brand.time_zone)
    elif schedule.due_at.tzinfo is None:
        raise Invalid(
            "The due time needs a time zone.", field="due_at", next_step="End it with Z or an offset."
        )
    else:
        due = schedule.due_at
    _check_future(due, now, brand.time_zone)
    return due, schedule.due_local or local_text(due, brand.time_zone)[:16]


def _check_future(due: datetime, now: datetime, zone_name: str) -> None:
    if due <= now:
        raise Invalid(
            f"The due time is past: {local_text(due, zone_name)}, now is {local_text(now, zone_name)}.",
            field="due_at",
            next_step="Choose a time in the future, or publish now.",
        )
    if due - now > _FURTHEST:
        raise Invalid(
            "The due time is more than two years away.", field="due_at", next_step="Choose an earlier one."
        )


async def _channels(tx: AsyncSession, post: Post, wanted: Sequence[ChannelId] | None) -> list[Channel]:
    revision = await tx.get_one(Revision, post.revision_id)
    ids = list(dict.fromkeys(revision.channel_ids if wanted is None else wanted))
    if not ids or not set(ids) <= set(revision.channel_ids):
        raise Invalid(
            "The post was approved for other channels.",
            field="channels",
            next_step="Choose among the approved channels, or request changes and add one.",
        )
    # Locked, so that none is removed or changed until its delivery stands and can be withdrawn with it.
    query = select(Channel).where(Channel.id.in_(ids)).order_by(Channel.id).with_for_update(read=True)
    return list((await tx.scalars(query.execution_options(populate_existing=True))).all())


async def check_channels(runtime: Runtime, tx: AsyncSession, post: Post, channels: Sequence[Channel]) -> None:
    """Check that channels are connected, and the same as when the post was approved.

    Raises:
        NotConnected, ContentChanged, WrongState: As for `place_deliveries`.
    """
    query = select(Variant.channel_id, Variant.canonical).where(Variant.revision_id == post.revision_id)
    sealed = {row.channel_id: json.loads(row.canonical) for row in await tx.execute(query)}
    for channel in channels:
        about = runtime.connector(channel.platform).about
        if channel.removed_at is not None or channel.state != "connected":
            raise NotConnected(
                f"{about.label} “{channel.name}” is not connected.",
                next_step="Connect it under Settings > Channels.",
                channel_id=str(channel.id),
            )
        if difference := sealed_difference(sealed[channel.id], channel):
            raise ContentChanged(
                f"{about.label} “{channel.name}” was changed after the approval: {difference}.",
                next_step="Request changes and submit it again: what is sent must be what was approved.",
            )
        if about.fetches_media and sealed[channel.id]["media"] and not channel.is_sandbox:
            _check_public_address(runtime.settings.address, about.label)


def sealed_difference(sealed: dict[str, Any], channel: Channel) -> str:
    """Say in which way a channel is another one than was sealed; empty: it is the same."""
    if sealed["account"] != sealed_account(channel):
        return "it is connected to another account"
    if sealed["options"] != channel.options:
        return "its options are others"
    return ""


def _check_public_address(address: str, label: str) -> None:
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        is_public = ip_address(host).is_global
    except ValueError:
        is_public = "." in host and not host.endswith((".localhost", ".local", ".internal", ".test"))
    if parts.scheme != "https" or not is_public:
        raise WrongState(
            f"{label} fetches pictures from here, but {address} can't be reached from the internet.",
            next_step="Set SIGNOFF_PUBLIC_URL to a public https address.",
        )


async def _place(
    tx: AsyncSession,
    actor: Actor,
    post: Post,
    channel: Channel,
    due: tuple[datetime, str],
    *,
    is_again: bool,
) -> Delivery:
    due_at, due_local = due
    brand = await tx.get_one(Brand, post.brand_id)
    delivery = Delivery(
        id=DeliveryId(new_id()),
        organization_id=post.organization_id,
        brand_id=post.brand_id,
        post_id=post.id,
        revision_id=post.revision_id,
        channel_id=channel.id,
        account_key=channel.account_key,
        seal_id=post.seal_id,
        occurrence=await _occurrence(tx, actor, post, channel, is_again=is_again),
        due_at=due_at,
        due_local=due_local,
        due_zone=brand.time_zone,
        created_by=actor.person_id,
    )
    try:
        async with tx.begin_nested():
            tx.add(delivery)
    except IntegrityError as problem:
        if "once_per_occurrence" in str(problem):
            raise _already(channel) from problem
        raise
    chain.record(
        tx,
        actor,
        "delivery.schedule",
        ("delivery", delivery.id),
        after={
            "state": str(DeliveryState.SCHEDULED),
            "due_at": due_at.isoformat(),
            "channel_id": str(channel.id),
            "seal_id": str(post.seal_id),
            "occurrence": delivery.occurrence,
        },
        post_id=post.id,
    )
    return delivery


async def _occurrence(tx: AsyncSession, actor: Actor, post: Post, channel: Channel, *, is_again: bool) -> int:
    # By account: a channel that was removed and connected again is still the same place.
    there = (Delivery.post_id == post.id, Delivery.account_key == channel.account_key)
    if not is_again:
        taken = select(Delivery.occurrence).where(
            *there, Delivery.state.not_in([DeliveryState.CANCELLED, DeliveryState.RECOVERED])
        )
        if (await tx.scalars(taken.limit(1))).first() is not None:
            raise _already(channel)
        return 1
    if await tx.scalar(select(func.count()).where(*there, Delivery.state.in_(OPEN))):
        raise WrongState(
            f"The post's last delivery to “{channel.name}” isn't finished.",
            next_step="Wait for its outcome, or settle it, before publishing again.",
        )
    await _replace_failed(tx, actor, there)
    last = await tx.scalar(select(func.max(Delivery.occurrence)).where(*there))
    return (last or 0) + 1


async def _replace_failed(tx: AsyncSession, actor: Actor, there: tuple[ColumnElement[bool], ...]) -> None:
    """End failed deliveries that another is made in place of: retried as well, there would be two posts."""
    why = "Published again instead."
    failed = select(Delivery).where(*there, Delivery.state == DeliveryState.FAILED).with_for_update()
    for delivery in (await tx.scalars(failed.execution_options(populate_existing=True))).all():
        await move_delivery(
            tx, delivery, DeliveryAction.CANCEL, actor, detail={"reason": why}, wanted_reason=why
        )


def _already(channel: Channel) -> WrongState:
    return WrongState(
        f"This post is already scheduled for, on its way to, or out on “{channel.name}”.",
        next_step="Look at its delivery. To publish it once more on purpose, say so (again).",
        channel_id=str(channel.id),
    )


async def wake_workers(tx: AsyncSession) -> None:
    """Tell the workers, with the commit, that something may be due."""
    await tx.execute(select(func.pg_notify(DUE_CHANNEL, "")))
