"""Making deliveries of an approved post: one for each channel. Scheduling and approving use it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.kernel.errors import ContentChanged, Invalid, NotConnected, WrongState
from signoff.kernel.ids import ChannelId, DeliveryId, new_id
from signoff.kernel.people import Actor
from signoff.records.models import Delivery, Post, Revision, Variant
from signoff.records.moves import lock_deliveries, move_delivery
from signoff.records.planning.cadence import lock_channels
from signoff.records.planning.due import Due, Schedule, due_on, lock_zone, wanted_moment
from signoff.records.posts.render import sealed_account
from signoff.records.states import OPEN, DeliveryAction, DeliveryState, PostState, PublishMode
from signoff.records.tenants import Channel
from signoff.runtime import Runtime

__all__ = [
    "DUE_CHANNEL",
    "Schedule",
    "check_channels",
    "place_deliveries",
    "sealed_difference",
    "wake_workers",
]

DUE_CHANNEL: Final = "signoff_due"
"""The notification that wakes the workers."""


async def place_deliveries(
    runtime: Runtime, tx: AsyncSession, actor: Actor, post: Post, schedule: Schedule
) -> list[Delivery]:
    """Make the deliveries, each at a moment that keeps its channel's cadence; the post's row must be locked.

    Raises:
        WrongState: The post isn't approved, or is on that channel already.
        NoRoom: A channel's cadence leaves no moment.
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
    brand = await lock_zone(tx, post.brand_id)
    wanted = await wanted_moment(tx, brand, schedule)
    channels = await _channels(tx, post, schedule.channels)
    occurrences = [
        await _occurrence(tx, actor, post, channel, is_again=schedule.again) for channel in channels
    ]
    channels = await _kept(tx, channels)
    by_hand = schedule.publish_mode is PublishMode.MANUAL
    await check_channels(runtime, tx, post, channels, by_hand=by_hand)
    placed = []
    for channel, occurrence in zip(channels, occurrences, strict=True):
        due = await due_on(tx, brand, channel, schedule, wanted)
        how = {"occurrence": occurrence, "publish_mode": schedule.publish_mode}
        placed.append(await _place(tx, actor, post, channel, due, how))
    await wake_workers(tx)
    return placed


async def _channels(tx: AsyncSession, post: Post, wanted: Sequence[ChannelId] | None) -> list[Channel]:
    revision = await tx.get_one(Revision, post.revision_id)
    ids = list(dict.fromkeys(revision.channel_ids if wanted is None else wanted))
    if not ids or not set(ids) <= set(revision.channel_ids):
        raise Invalid(
            "The post was approved for other channels.",
            field="channels",
            next_step="Choose among the approved channels, or request changes and add one.",
        )
    await lock_channels(tx, ids)  # before any delivery, and those before the channels' rows
    query = select(Channel).where(Channel.id.in_(ids)).order_by(Channel.id)
    return list((await tx.scalars(query)).all())


async def _kept(tx: AsyncSession, channels: Sequence[Channel]) -> list[Channel]:
    """Let none of them be removed or changed until its delivery stands and can be withdrawn with it.

    A worker may note meanwhile that an account must be connected again: it never waits for who plans.
    """
    ids = [channel.id for channel in channels]
    query = select(Channel).where(Channel.id.in_(ids)).order_by(Channel.id)
    locked = query.with_for_update(read=True, key_share=True)
    return list((await tx.scalars(locked.execution_options(populate_existing=True))).all())


async def check_channels(
    runtime: Runtime, tx: AsyncSession, post: Post, channels: Sequence[Channel], *, by_hand: bool = False
) -> None:
    """Check that channels are connected, and the same as when the post was approved.

    By hand one is published also to an account whose sign-in has ended.

    Raises:
        NotConnected, ContentChanged, WrongState: As for `place_deliveries`.
    """
    query = select(Variant.channel_id, Variant.canonical).where(Variant.revision_id == post.revision_id)
    sealed = {row.channel_id: json.loads(row.canonical) for row in await tx.execute(query)}
    for channel in channels:
        about = runtime.connector(channel.platform).about
        if channel.removed_at is not None or (channel.state != "connected" and not by_hand):
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
        if not by_hand and about.fetches_media and sealed[channel.id]["media"] and not channel.is_sandbox:
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
    tx: AsyncSession, actor: Actor, post: Post, channel: Channel, due: Due, how: dict[str, Any]
) -> Delivery:
    delivery = Delivery(
        id=DeliveryId(new_id()),
        organization_id=post.organization_id,
        brand_id=post.brand_id,
        post_id=post.id,
        revision_id=post.revision_id,
        channel_id=channel.id,
        account_key=channel.account_key,
        seal_id=post.seal_id,
        **how,
        created_by=actor.person_id,
        **due.columns,
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
            "channel_id": str(channel.id),
            "seal_id": str(post.seal_id),
            "occurrence": delivery.occurrence,
            **due.said,
            "publish_mode": str(delivery.publish_mode),
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
    for delivery in await lock_deliveries(tx, *there, Delivery.state == DeliveryState.FAILED):
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
