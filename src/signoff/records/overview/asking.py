"""What asks somebody to do something, as far as a start page tells it: short lines, and few of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from signoff.db.written import minute
from signoff.kernel.ids import ChannelId, DeliveryId, PostId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries import late
from signoff.records.models import Decision, Delivery, Post, ReceiptRow, Revision
from signoff.records.posts.queue import waits_for
from signoff.records.states import DeliveryState, PostState
from signoff.records.tenants import STALE_AFTER_HOURS, ApprovalRule, Brand, Channel, Person

_MOST: Final = 20
"""Of deliveries, and of posts that wait for a decision; of more it is only told that there are more."""
_LATELY: Final = 50
"""Among the drafts, and the approved posts, that were touched last."""
_TITLE: Final = 60
"""Characters of a text that stands for the title of a post without one."""

Order: TypeAlias = tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]
_NEWEST: Final[Order] = (Post.updated_at.desc(), Post.id.desc())


@dataclass(frozen=True, slots=True)
class AskingDelivery:
    """A delivery that waits for a person, or may soon."""

    id: DeliveryId
    state: DeliveryState
    state_since: datetime
    asks_person: bool
    error: str
    next_step: str
    recovery_reason: str
    title: str
    brand: str
    channel: str
    went_to_sandbox: bool


@dataclass(frozen=True, slots=True)
class AskingPost:
    """A post that waits for somebody."""

    id: PostId
    title: str
    """Of the current revision, or how its text begins."""
    brand: str
    author: str
    state_since: datetime
    wished_at: datetime | None
    channel_ids: Sequence[ChannelId]
    stale_after_hours: int
    """In review, its brand wants people told of it after that."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The last decision about a post."""

    who: str
    comment: str


async def asking_deliveries(
    tx: AsyncSession, actor: Actor, states: Sequence[DeliveryState]
) -> list[AskingDelivery]:
    """Give the deliveries in some states that were due first, at most 20."""
    return await _deliveries(tx, _own(actor).where(Delivery.state.in_(states)))


async def held_deliveries(tx: AsyncSession, actor: Actor, now: datetime) -> list[AskingDelivery]:
    """Give those that are too late to go out by themselves and were due first, at most 20."""
    held = _own(actor).join(Brand, Brand.id == Delivery.brand_id).where(late.HELD)
    return await _deliveries(tx, held.where(Delivery.due_at <= minute(now)))


def _own(actor: Actor) -> Select[DeliveryId]:
    actor.need(May.READ)
    return select(Delivery.id).where(Delivery.organization_id == actor.organization_id)


async def _deliveries(tx: AsyncSession, which: Select[DeliveryId]) -> list[AskingDelivery]:
    first = which.order_by(Delivery.due_at, Delivery.id).limit(_MOST)
    columns = (
        *(Delivery.id, Delivery.state, Delivery.state_since, Delivery.asks_person, Delivery.error),
        *(Delivery.next_step, Delivery.recovery_reason, Post.title, Brand.name, Channel.name),
        func.coalesce(ReceiptRow.is_sandbox, Channel.is_sandbox),
    )
    query = (
        select(*columns)
        .join(Post, Post.id == Delivery.post_id)
        .join(Brand, Brand.id == Delivery.brand_id)
        .join(Channel, Channel.id == Delivery.channel_id)
        .outerjoin(ReceiptRow, ReceiptRow.id == Delivery.receipt_id)
        .where(Delivery.id.in_(first))
        .order_by(Delivery.due_at, Delivery.id)
    )
    return [AskingDelivery(*row) for row in await tx.execute(query)]


async def waiting_posts(tx: AsyncSession, actor: Actor) -> tuple[list[AskingPost], bool]:
    """Give the posts that wait longest for the actor's decision, at most 20, and whether there are more."""
    waiting = _posts_of(actor, PostState.IN_REVIEW).where(waits_for(Post, actor.person_id))
    longest = waiting.order_by(Post.state_since, Post.id).limit(_MOST + 1)
    found = await _posts(tx, Post.id.in_(longest), (Post.state_since, Post.id))
    return found[:_MOST], len(found) > _MOST


async def sent_back_posts(tx: AsyncSession, actor: Actor, most: int) -> list[AskingPost]:
    """Give the actor's drafts for which changes are requested, the last touched first."""
    lately = _last(_posts_of(actor, PostState.DRAFT).where(Post.author_id == actor.person_id))
    return await _posts(tx, Post.id.in_(lately) & Post.changes_requested, _NEWEST, most)


async def idle_posts(tx: AsyncSession, actor: Actor, most: int) -> list[AskingPost]:
    """Give approved posts that no delivery shall bring out, the last touched first."""
    planned = exists().where(Delivery.post_id == Post.id, Delivery.state != DeliveryState.CANCELLED)
    lately = _last(_posts_of(actor, PostState.APPROVED))
    return await _posts(tx, Post.id.in_(lately) & ~planned, _NEWEST, most)


async def last_answers(tx: AsyncSession, posts: Sequence[AskingPost]) -> Mapping[PostId, Answer]:
    """Give who decided last about some posts, and what they said."""
    if not posts:
        return {}
    query = (
        select(Decision.post_id, _name_of_person(), Decision.comment)
        .distinct(Decision.post_id)
        .join(Person, Person.id == Decision.person_id)
        .where(Decision.post_id.in_([post.id for post in posts]))
        .order_by(Decision.post_id, Decision.created_at.desc(), Decision.id.desc())
    )
    return {post_id: Answer(who, comment) for post_id, who, comment in await tx.execute(query)}


def _posts_of(actor: Actor, state: PostState) -> Select[PostId]:
    actor.need(May.READ)
    return select(Post.id).where(
        Post.organization_id == actor.organization_id, Post.deleted_at.is_(None), Post.state == state
    )


def _last(posts: Select[PostId]) -> Select[PostId]:
    return posts.order_by(*_NEWEST).limit(_LATELY)


async def _posts(
    tx: AsyncSession, wanted: ColumnElement[bool], order: Order, most: int | None = None
) -> list[AskingPost]:
    title = func.coalesce(func.nullif(Revision.title, ""), func.left(Revision.body, _TITLE))
    columns = (
        *(Post.id, title, Brand.name, func.coalesce(_name_of_person(), ""), Post.state_since),
        *(Post.suggested_time, Revision.channel_ids),
        func.coalesce(ApprovalRule.stale_after_hours, STALE_AFTER_HOURS),
    )
    query = (
        select(*columns)
        .join(Revision, Revision.id == Post.revision_id)
        .join(Brand, Brand.id == Post.brand_id)
        .outerjoin(ApprovalRule, ApprovalRule.brand_id == Post.brand_id)
        .outerjoin(Person, Person.id == Post.author_id)
        .where(wanted)
        .order_by(*order)
        .limit(most)
    )
    return [AskingPost(*row) for row in await tx.execute(query)]


def _name_of_person() -> ColumnElement[str]:
    """Give `Person.display_name` as the database says it."""
    return case((Person.name != "", Person.name), else_=func.split_part(Person.email, "@", 1))
