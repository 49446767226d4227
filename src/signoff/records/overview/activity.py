"""What happened lately in an organization, as far as everybody there may know it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit.models import AuditEntry, AuditPersonal
from signoff.kernel.ids import PersonId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.queries import who_acted
from signoff.records.models import Delivery, Pause, Post
from signoff.records.tenants import Channel
from signoff.runtime import Runtime

_LOOKED_AT: Final = 300
"""Most entries are steps of a delivery; among so many there is enough to tell."""

_TOLD: Final = frozenset(
    {
        *("post.create", "post.submit", "post.approve", "post.request_changes", "post.skip"),
        *("delivery.schedule", "delivery.confirm", "delivery.fail", "delivery.lose_track"),
        *("delivery.retry", "delivery.hurry", "delivery.cancel", "delivery.recover", "delivery.take_down"),
        *("pause.start", "pause.end", "channel.connected", "channel.reconnected", "comment.add"),
    }
)


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened. `title` is the post's, `where` the channel's name; both may be empty."""

    at: datetime
    action: str
    who: str
    person_id: PersonId | None
    subject_type: str
    subject_id: UUID
    post_id: UUID | None
    title: str
    where: str


async def happened_lately(runtime: Runtime, actor: Actor, limit: int = 8) -> Sequence[Happened]:
    """Give the last things that happened, newest first."""
    async with runtime.transaction(actor.organization_id) as tx:
        return await read_activity(tx, actor, limit)


async def read_activity(tx: AsyncSession, actor: Actor, limit: int = 8) -> Sequence[Happened]:
    """Give them inside an open transaction."""
    actor.need(May.READ)
    newest = (
        select(AuditEntry.seq)
        .where(AuditEntry.organization_id == actor.organization_id)
        .order_by(AuditEntry.seq.desc())
        .limit(_LOOKED_AT)
        .subquery()
    )
    personal = and_(
        AuditPersonal.organization_id == AuditEntry.organization_id, AuditPersonal.seq == AuditEntry.seq
    )
    query = (
        select(AuditEntry, AuditPersonal, Post.title, Channel.name)
        .join(newest, newest.c.seq == AuditEntry.seq)
        .outerjoin(AuditPersonal, personal)
        .outerjoin(Post, Post.id == AuditEntry.post_id)
        .outerjoin(Delivery, Delivery.id == AuditEntry.subject_id)
        .outerjoin(Channel, Channel.id == Delivery.channel_id)
        .where(AuditEntry.organization_id == actor.organization_id, AuditEntry.action.in_(_TOLD))
        .where(_seen(actor))
        .order_by(AuditEntry.seq.desc())
        .limit(limit)
    )
    return [
        Happened(
            at=entry.at,
            action=entry.action,
            who=who_acted(entry, personal),
            person_id=entry.actor_id,
            subject_type=entry.subject_type,
            subject_id=entry.subject_id,
            post_id=entry.post_id,
            title=title or "",
            where=where or "",
        )
        for entry, personal, title, where in await tx.execute(query)
    ]


def _seen(actor: Actor) -> ColumnElement[bool]:
    """Leave out what belongs to brands that the actor doesn't see: the audit itself is the organization's."""
    if actor.brand_ids is None:
        return true()
    subject = AuditEntry.subject_id
    return or_(Post.id.is_not(None), subject.in_(select(Pause.id)), subject.in_(select(Channel.id)))
