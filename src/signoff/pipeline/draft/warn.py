"""What an author should know although nothing forbids it: much the same text, another post in that hour."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import now_sql
from signoff.kernel.ids import PostId
from signoff.kernel.people import Actor, May
from signoff.pipeline.draft.content import PostDraft
from signoff.records.models import Delivery, Post, Revision
from signoff.records.states import DeliveryState, PostState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime

LOOKS_BACK: Final = timedelta(days=90)
ALIKE_FROM: Final = 0.6
"""Which share of all three-word runs two texts have in common."""
_POSTS: Final = 200
_RUN: Final = 3
_CHARS: Final = 20_000
_HOUR: Final = timedelta(hours=1)
_GONE: Final = (DeliveryState.CANCELLED, DeliveryState.FAILED, DeliveryState.RECOVERED)


@dataclass(frozen=True, slots=True)
class Alike:
    """Another post on one of the same channels whose text is much the same."""

    post_id: PostId
    title: str
    percent: int


@dataclass(frozen=True, slots=True)
class SameHour:
    """Another post on the same channel less than an hour away from the wished time."""

    post_id: PostId
    channel: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Warnings:
    """What to think about."""

    alike: Alike | None = None
    same_hour: SameHour | None = None


async def warnings_of(
    runtime: Runtime, actor: Actor, draft: PostDraft, post_id: PostId | None = None
) -> Warnings:
    """Compare what an author is typing with the brand's other posts on the same channels."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        return Warnings(await _alike(tx, draft, post_id), await _same_hour(tx, draft, post_id))


async def _alike(tx: AsyncSession, draft: PostDraft, post_id: PostId | None) -> Alike | None:
    mine = runs(draft.body)
    if not mine or not draft.channels:
        return None
    query = (
        select(Post.id, Revision.title, Revision.body)
        .join(Revision, Revision.id == Post.revision_id)
        .where(Post.brand_id == draft.brand_id, Post.deleted_at.is_(None))
        .where(Post.state != PostState.ARCHIVED, Post.updated_at > now_sql() - LOOKS_BACK)
        .where(Revision.channel_ids.overlap(list(draft.channels)), Post.id.is_distinct_from(post_id))
        .order_by(Post.updated_at.desc())
        .limit(_POSTS)
    )
    found = [(alikeness(mine, runs(row.body)), row) for row in await tx.execute(query)]
    share, row = max(found, key=lambda each: each[0], default=(0.0, None))
    if row is None or share < ALIKE_FROM:
        return None
    return Alike(row.id, row.title or row.body[:60], round(share * 100))


async def _same_hour(tx: AsyncSession, draft: PostDraft, post_id: PostId | None) -> SameHour | None:
    wished = draft.suggested_time
    if wished is None or not draft.channels:
        return None
    query = (
        select(Delivery.post_id, Delivery.due_at, Channel.name)
        .join(Channel, Channel.id == Delivery.channel_id)
        .where(Delivery.channel_id.in_(draft.channels), Delivery.post_id.is_distinct_from(post_id))
        .where(Delivery.due_at > wished - _HOUR, Delivery.due_at < wished + _HOUR)
        .where(Delivery.state.not_in(_GONE))
        .order_by(Delivery.due_at)
        .limit(1)
    )
    row = (await tx.execute(query)).first()
    return SameHour(row.post_id, row.name, row.due_at) if row else None


def alikeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Give the share of what both have in what either has, from 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0


def runs(text: str) -> frozenset[str]:
    """Give every run of three words; a shorter text is one run."""
    return frozenset(_runs(re.findall(r"\w+", text[:_CHARS].lower())))


def _runs(words: list[str]) -> Iterator[str]:
    if words:
        for start in range(max(1, len(words) - _RUN + 1)):
            yield " ".join(words[start : start + _RUN])
