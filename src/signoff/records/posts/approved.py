"""What was approved before: the last other version of a post that somebody sealed, and what they decided."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import now_sql
from signoff.kernel.ids import ChannelId, RevisionId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.views import PostView
from signoff.records.models import Decision, Delivery, Post, Revision, Seal, Variant
from signoff.records.posts.queries import read_posts
from signoff.runtime import Runtime

_RECENT: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Frozen:
    """A version as it was handed in."""

    revision: Revision
    variants: Mapping[ChannelId, Mapping[str, Any]]
    """By channel: exactly what is sealed."""
    due_at: datetime | None
    """When it was to go out; None: it wasn't scheduled."""


@dataclass(frozen=True, slots=True)
class Change:
    """The version that was approved last, and the present one."""

    before: Frozen
    after: Frozen


async def change_since_approval(runtime: Runtime, actor: Actor, view: PostView) -> Change | None:
    """Give both versions of a post; None: nothing but the present version was ever approved."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        query = (
            select(Revision)
            .join(Seal, Seal.revision_id == Revision.id)
            .where(Revision.post_id == view.post.id, Revision.id != view.revision.id)
            .order_by(Revision.number.desc())
            .limit(1)
        )
        before = await tx.scalar(query)
        if before is None:
            return None
        due = select(func.min(Delivery.due_at)).where(Delivery.revision_id == before.id)
        return Change(
            Frozen(before, await _variants(tx, before.id), await tx.scalar(due)),
            Frozen(view.revision, await _variants(tx, view.revision.id), view.post.suggested_time),
        )


async def _variants(tx: AsyncSession, revision_id: RevisionId) -> dict[ChannelId, Mapping[str, Any]]:
    rows = await tx.scalars(select(Variant).where(Variant.revision_id == revision_id))
    return {row.channel_id: json.loads(row.canonical) for row in rows}


async def decided_lately(
    runtime: Runtime, actor: Actor, *, limit: int = 30
) -> Sequence[tuple[Decision, PostView]]:
    """List the actor's own decisions of the last two weeks, the newest first; of each post the last one."""
    actor.need(May.READ)
    newest = (
        select(Decision.id)
        .join(Post, Post.id == Decision.post_id)
        .where(Decision.person_id == actor.person_id, Decision.created_at > now_sql() - _RECENT)
        .where(Post.deleted_at.is_(None))
        .ext(distinct_on(Decision.post_id))
        .order_by(Decision.post_id, Decision.created_at.desc(), Decision.id.desc())
    )
    query = select(Decision).where(Decision.id.in_(newest)).order_by(Decision.created_at.desc())
    async with runtime.transaction(actor.organization_id) as tx:
        decisions = (await tx.scalars(query.limit(limit))).all()
        posts = {view.post.id: view for view in await read_posts(tx, [each.post_id for each in decisions])}
        return [(each, posts[each.post_id]) for each in decisions if each.post_id in posts]
