"""News of the posts that people work on, noted for each of them with the change that makes it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, delete, insert, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from signoff.db.base import Base
from signoff.db.clock import now_sql
from signoff.kernel.ids import CommentId, DecisionId, OrganizationId, PersonId, PostId
from signoff.kernel.people import LEAST_ROLE, Actor, May, Role
from signoff.records.alerts.events import CHANGES_REQUESTED, COMMENTS, DECIDED, TO_REVIEW
from signoff.records.models import Decision, Post, Revision
from signoff.records.posts.discussion import Comment
from signoff.records.states import Verdict
from signoff.records.tenants import IS_MEMBER, Membership, sees_brand

KEPT: Final = timedelta(days=1)
"""What wasn't mailed by then isn't news any more."""

_DECIDERS: Final = [role for role in Role if role.rank >= LEAST_ROLE[May.DECIDE].rank]


class News(Base):
    """Something that happened to a post, for one person; whether it still holds is asked when it's mailed."""

    __tablename__ = "news"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=FetchedValue())
    organization_id: Mapped[OrganizationId]
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    event: Mapped[str]
    post_id: Mapped[PostId]
    by_id: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    """Who did it."""
    decision_id: Mapped[DecisionId | None]
    comment_id: Mapped[CommentId | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    mailed_at: Mapped[datetime | None]


async def tell_reviewers(tx: AsyncSession, post: Post, by: Actor) -> None:
    """Note that a post waits: for who looks after its review, else for everybody who may decide about it."""
    waits_for = or_(literal(post.assignee_id is None), Membership.person_id == post.assignee_id)
    reviewers = select(
        Membership.organization_id,
        Membership.person_id,
        literal(TO_REVIEW),
        literal(post.id),
        literal(by.person_id),
    ).where(
        Membership.organization_id == post.organization_id,
        Membership.role.in_(_DECIDERS),
        IS_MEMBER,
        Membership.person_id.is_distinct_from(by.person_id),
        sees_brand(post.brand_id),
        waits_for,
    )
    columns = ["organization_id", "person_id", "event", "post_id", "by_id"]
    await tx.execute(insert(News).from_select(columns, reviewers))


async def tell_writers(tx: AsyncSession, post: Post, decision: Decision) -> None:
    """Note what was decided, for who wrote the post or its present version."""
    wrote = await tx.scalar(select(Revision.created_by).where(Revision.id == decision.revision_id))
    asks = decision.verdict is Verdict.REQUEST_CHANGES
    for person_id in _others({post.author_id, wrote}, decision.person_id):
        tx.add(
            News(
                organization_id=post.organization_id,
                person_id=person_id,
                event=CHANGES_REQUESTED if asks else DECIDED,
                post_id=post.id,
                by_id=decision.person_id,
                decision_id=decision.id,
            )
        )
    await tx.flush()


def tell_of_comment(tx: AsyncSession, comment: Comment, people: Iterable[PersonId | None]) -> None:
    """Note that somebody said something, for the people whom it concerns."""
    for person_id in _others(people, comment.person_id):
        tx.add(
            News(
                organization_id=comment.organization_id,
                person_id=person_id,
                event=COMMENTS,
                post_id=comment.post_id,
                by_id=comment.person_id,
                comment_id=comment.id,
            )
        )


async def forget_old_news(tx: AsyncSession) -> None:
    """Delete what was mailed or is old, over all organizations. For the timetable; repeatable."""
    await tx.execute(delete(News).where(News.created_at < now_sql() - KEPT))


def _others(people: Iterable[PersonId | None], by_id: PersonId | None) -> list[PersonId]:
    return sorted({each for each in people if each is not None and each != by_id})
