"""Tables and reading of what people say about a post: comments in threads, and who is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import FetchedValue, ForeignKey, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from signoff.db.base import Base
from signoff.kernel.ids import CommentId, OrganizationId, PersonId, PostId, RevisionId, new_id
from signoff.kernel.people import Actor, May
from signoff.records.models import Post, Revision
from signoff.records.posts.queries import need_post
from signoff.records.tenants import Person
from signoff.runtime import Runtime

_COMMENTS_SHOWN: Final = 500
_MENTIONS_SHOWN: Final = 20


class Comment(Base):
    """Something said about one revision of a post; an answer names the comment it answers."""

    __tablename__ = "comments"

    id: Mapped[CommentId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId]
    post_id: Mapped[PostId]
    revision_id: Mapped[RevisionId]
    in_reply_to: Mapped[CommentId | None]
    """The head of the thread; threads are one level deep."""
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    body: Mapped[str]
    is_for_client: Mapped[bool] = mapped_column(default=False)
    """Clients may read it; otherwise it stays inside the organization."""
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None]


class Mention(Base):
    """Somebody is meant by a comment, and hasn't necessarily seen it."""

    __tablename__ = "mentions"

    comment_id: Mapped[CommentId] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"), primary_key=True)
    organization_id: Mapped[OrganizationId]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    seen_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Said:
    """A comment with the name of who said it and the revision it was said about."""

    comment: Comment
    who: str
    revision: int


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment and its answers, oldest first."""

    head: Said
    replies: Sequence[Said]

    @property
    def is_settled(self) -> bool:
        return self.head.comment.settled_at is not None


@dataclass(frozen=True, slots=True)
class Asked:
    """A mention that the person hasn't seen."""

    comment: Comment
    who: str
    title: str


async def discussion(runtime: Runtime, actor: Actor, post_id: PostId) -> list[Thread]:
    """Give a post's threads, oldest first; of more than 500 comments the newest.

    Raises:
        NotFound: There is no such post.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        await need_post(tx, post_id)
        return await read_discussion(tx, post_id)


async def read_discussion(tx: AsyncSession, post_id: PostId) -> list[Thread]:
    """Give a post's threads inside an open transaction."""
    query = (
        select(Comment, Person, Revision.number)
        .join(Person, Person.id == Comment.person_id)
        .join(Revision, Revision.id == Comment.revision_id)
        .where(Comment.post_id == post_id)
        .order_by(Comment.created_at.desc(), Comment.id.desc())
        .limit(_COMMENTS_SHOWN)
    )
    rows = reversed((await tx.execute(query)).all())
    said = [Said(row.Comment, row.Person.display_name, row.number) for row in rows]
    replies: dict[CommentId, list[Said]] = {}
    for each in said:
        if each.comment.in_reply_to is not None and each.comment.withdrawn_at is None:
            replies.setdefault(each.comment.in_reply_to, []).append(each)
    heads = [each for each in said if each.comment.in_reply_to is None]
    threads = [Thread(head, replies.get(head.comment.id, ())) for head in heads]
    return [each for each in threads if each.replies or each.head.comment.withdrawn_at is None]


async def unseen_mentions(runtime: Runtime, actor: Actor) -> list[Asked]:
    """Give what the person is asked in comments and hasn't looked at, newest first."""
    async with runtime.transaction(actor.organization_id) as tx:
        return await read_unseen_mentions(tx, actor)


async def read_unseen_mentions(tx: AsyncSession, actor: Actor) -> list[Asked]:
    """Give it inside an open transaction."""
    actor.need(May.READ)
    query = (
        select(Comment, Person, func.coalesce(func.nullif(Post.title, ""), "a post").label("title"))
        .join(Mention, Mention.comment_id == Comment.id)
        .join(Person, Person.id == Comment.person_id)
        .join(Post, Post.id == Comment.post_id)
        .where(
            Mention.organization_id == actor.organization_id,
            Mention.person_id == actor.person_id,
            Mention.seen_at.is_(None),
            Comment.withdrawn_at.is_(None),
            Post.deleted_at.is_(None),
        )
        .order_by(Comment.created_at.desc())
        .limit(_MENTIONS_SHOWN)
    )
    return [Asked(row.Comment, row.Person.display_name, row.title) for row in await tx.execute(query)]
