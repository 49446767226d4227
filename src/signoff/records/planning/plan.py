"""What the calendar shows: deliveries of a period, and posts that wish for a time or wait for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.ids import BrandId, ChannelId, DeliveryId, PersonId, PostId
from signoff.kernel.people import Actor, May
from signoff.records.models import Delivery, Post, Revision
from signoff.records.states import DeliveryState, PostState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime

_DELIVERIES_MOST: Final = 3000
_POSTS_MOST: Final = 500
_TRAY_MOST: Final = 60
_CHANNELS_MOST: Final = 2000
_PLANNED: Final = (PostState.DRAFT, PostState.IN_REVIEW, PostState.APPROVED)


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """A delivery, as far as a calendar shows it."""

    id: DeliveryId
    post_id: PostId
    brand_id: BrandId
    channel_id: ChannelId
    title: str
    state: DeliveryState
    asks_person: bool
    due_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlannedPost:
    """A post that isn't scheduled: it wishes for a time, or has none."""

    id: PostId
    brand_id: BrandId
    author_id: PersonId | None
    title: str
    state: PostState
    changes_requested: bool
    version: int
    wished_at: datetime | None
    channel_ids: Sequence[ChannelId]


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """A channel, as far as a calendar or a list of brands shows it."""

    id: ChannelId
    brand_id: BrandId
    platform: str
    name: str
    is_sandbox: bool
    state: str
    problem: str
    warning: str
    """The first one; empty: there is none."""
    expires_at: datetime | None
    is_removed: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A period's deliveries and wishes; `tray` is what has no time in any period, newest first."""

    deliveries: Sequence[PlannedDelivery]
    wishes: Sequence[PlannedPost]
    tray: Sequence[PlannedPost]
    is_cut: bool
    """There was more than is shown."""


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """What of the plan is wanted; None stands for all."""

    brand_id: BrandId | None = None
    channel_id: ChannelId | None = None


async def read_plan(
    runtime: Runtime,
    actor: Actor,
    start: datetime,
    end: datetime,
    wanted: PlanFilter,
) -> Plan:
    """Give what is planned from `start` until before `end`; cancelled and taken down ones are left out."""
    async with runtime.transaction(actor.organization_id) as tx:
        return await plan_between(tx, actor, start, end, wanted)


async def plan_between(
    tx: AsyncSession,
    actor: Actor,
    start: datetime,
    end: datetime,
    wanted: PlanFilter,
    *,
    with_tray: bool = True,
) -> Plan:
    """Give it inside an open transaction."""
    actor.need(May.READ)
    rows = (await tx.execute(_deliveries(actor, start, end, wanted))).all()
    wishes = _posts(actor, wanted).where(Post.suggested_time >= start, Post.suggested_time < end)
    tray = _posts(actor, wanted).where(_lately_without_time(actor)).order_by(Post.updated_at.desc())
    return Plan(
        deliveries=[PlannedDelivery(*row) for row in rows],
        wishes=await _read_posts(tx, wishes.order_by(Post.suggested_time).limit(_POSTS_MOST)),
        tray=await _read_posts(tx, tray.limit(_TRAY_MOST)) if with_tray else (),
        is_cut=len(rows) == _DELIVERIES_MOST,
    )


def _deliveries(actor: Actor, start: datetime, end: datetime, wanted: PlanFilter) -> Select[*tuple[Any, ...]]:
    columns = (
        *(Delivery.id, Delivery.post_id, Delivery.brand_id, Delivery.channel_id, Post.title),
        *(Delivery.state, Delivery.asks_person, Delivery.due_at, Delivery.published_at),
    )
    query = (
        select(*columns)
        .join(Post, Post.id == Delivery.post_id)
        .where(
            Delivery.organization_id == actor.organization_id,
            Delivery.due_at >= start,
            Delivery.due_at < end,
            Delivery.state.not_in([DeliveryState.CANCELLED, DeliveryState.RECOVERED]),
        )
        .order_by(Delivery.due_at, Delivery.id)
        .limit(_DELIVERIES_MOST)
    )
    if wanted.brand_id is not None:
        query = query.where(Delivery.brand_id == wanted.brand_id)
    if wanted.channel_id is not None:
        query = query.where(Delivery.channel_id == wanted.channel_id)
    return query


def _posts(actor: Actor, wanted: PlanFilter) -> Select[*tuple[Any, ...]]:
    title = func.coalesce(func.nullif(Post.title, ""), func.left(Revision.body, 80))
    columns = (
        *(Post.id, Post.brand_id, Post.author_id, title, Post.state, Post.changes_requested),
        *(Post.version, Post.suggested_time, Revision.channel_ids),
    )
    query = (
        select(*columns)
        .join(Revision, Revision.id == Post.revision_id)
        .where(
            Post.organization_id == actor.organization_id,
            Post.deleted_at.is_(None),
            Post.state.in_(_PLANNED),
            ~_has_delivery(),
        )
    )
    if wanted.brand_id is not None:
        query = query.where(Post.brand_id == wanted.brand_id)
    if wanted.channel_id is not None:
        query = query.where(Revision.channel_ids.contains([wanted.channel_id]))
    return query


def _lately_without_time(actor: Actor) -> ColumnElement[bool]:
    """Those of each state that were touched last: among all that was ever approved, few aren't scheduled."""
    lately = [
        select(Post.id)
        .where(Post.organization_id == actor.organization_id, Post.deleted_at.is_(None))
        .where(Post.suggested_time.is_(None), Post.state == state)
        .order_by(Post.updated_at.desc())
        .limit(_POSTS_MOST)
        for state in _PLANNED
    ]
    return Post.id.in_(union_all(*lately))


def _has_delivery() -> ColumnElement[bool]:
    return exists().where(
        Delivery.post_id == Post.id,
        Delivery.state.not_in([DeliveryState.CANCELLED, DeliveryState.RECOVERED]),
    )


async def _read_posts(tx: AsyncSession, query: Select[*tuple[Any, ...]]) -> list[PlannedPost]:
    return [PlannedPost(*row) for row in (await tx.execute(query)).all()]


async def channel_lines(runtime: Runtime, actor: Actor) -> list[ChannelLine]:
    """Give all channels that the organization has or had, by name: a calendar also shows what is past."""
    async with runtime.transaction(actor.organization_id) as tx:
        return await read_channel_lines(tx, actor)


async def read_channel_lines(tx: AsyncSession, actor: Actor) -> list[ChannelLine]:
    """Give them inside an open transaction."""
    actor.need(May.READ)
    columns = (
        *(Channel.id, Channel.brand_id, Channel.platform, Channel.name, Channel.is_sandbox, Channel.state),
        *(Channel.problem, func.coalesce(Channel.warnings[0].astext, ""), Channel.expires_at),
        Channel.removed_at.is_not(None),
    )
    query = select(*columns).where(Channel.organization_id == actor.organization_id)
    ordered = query.order_by(func.lower(Channel.name), Channel.id).limit(_CHANNELS_MOST)
    return [ChannelLine(*row) for row in await tx.execute(ordered)]
