"""Mail to people who are meant by a comment and haven't looked at it: at most one a minute to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, exists, func, select, tuple_, update
from sqlalchemy.orm import aliased

from signoff.alerts.base import Notice
from signoff.db.clock import now_sql
from signoff.records.alerts.events import MENTIONS
from signoff.records.alerts.letters import folded, send_letters
from signoff.records.alerts.notifications import wants_mail
from signoff.records.models import Post
from signoff.records.posts.discussion import Comment, Mention
from signoff.records.tenants import IS_MEMBER, Membership, Person, sees_brand
from signoff.runtime import Runtime

_WAIT: Final = timedelta(minutes=2)
"""Who looks at the page anyway needs no mail."""
_APART: Final = timedelta(minutes=1)
_AT_ONCE: Final = 200
_LISTED: Final = 10
_QUOTED: Final = 400


@dataclass(frozen=True, slots=True)
class _Due:
    mention: Mention
    comment: Comment
    to: str
    who: str
    title: str


async def mail_mentions(runtime: Runtime) -> int:
    """Write to whoever was mentioned some minutes ago and hasn't seen it; tell how many mails left.

    Raises:
        TemporaryFailure: Nobody could be reached; everything is sent with a later try.
    """
    if not runtime.mail.is_configured:
        return 0
    return await send_letters(runtime, folded(await _read(runtime), _fold), _notice, _note)


async def _read(runtime: Runtime) -> list[_Due]:
    """Give what is due, in the order in which it was said."""
    async with runtime.worker_transaction() as tx:
        return [_Due(*row) for row in await tx.execute(_unmailed().limit(_AT_ONCE))]


def _fold(due: _Due) -> tuple[str, str]:
    return str(due.mention.organization_id), str(due.mention.person_id)


def _unmailed() -> Select[*tuple[Any, ...]]:
    author, earlier = aliased(Person), aliased(Mention)
    lately = exists().where(
        earlier.organization_id == Mention.organization_id,
        earlier.person_id == Mention.person_id,
        earlier.mailed_at > now_sql() - _APART,
    )
    belongs = and_(
        Membership.person_id == Mention.person_id,
        Membership.organization_id == Mention.organization_id,
        IS_MEMBER,
    )
    name = func.coalesce(func.nullif(author.name, ""), author.email)
    return (
        select(Mention, Comment, Person.email, name, Post.title)
        .join(Comment, Comment.id == Mention.comment_id)
        .join(Person, Person.id == Mention.person_id)
        .join(author, author.id == Comment.person_id)
        .join(Membership, belongs)
        .join(Post, Post.id == Comment.post_id)
        .where(Mention.mailed_at.is_(None), Mention.seen_at.is_(None), Mention.created_at < now_sql() - _WAIT)
        .where(wants_mail(MENTIONS, Mention.organization_id, Person.id))
        .where(Comment.withdrawn_at.is_(None), Person.disabled_at.is_(None), Post.deleted_at.is_(None))
        .where(sees_brand(Post.brand_id), ~lately)
        .order_by(Mention.created_at)
    )


def _notice(runtime: Runtime, due: Sequence[_Due]) -> Notice:
    first, posts = due[0], {each.comment.post_id for each in due}
    name = f"“{first.title or 'a post'}”"
    is_one = len(due) == 1
    where = f"/posts/{first.comment.post_id}#discussion" if len(posts) == 1 else "/posts"
    return Notice(
        title=f"{first.who} mentioned you: {name}" if is_one else f"{len(due)} comments mention you",
        cause=first.comment.body[:_QUOTED] if is_one else _list(due),
        next_step="Answer it on the post's page.",
        link=f"{runtime.settings.address}{where}",
        recipients=(first.to,),
        key=f"mention {first.comment.id} {first.mention.person_id}",
    )


def _list(due: Sequence[_Due]) -> str:
    lines = [f"- “{each.title or 'A post'}”, {each.who}: {each.comment.body[:_QUOTED]}" for each in due]
    more = [f"- and {len(lines) - _LISTED} more"] if len(lines) > _LISTED else []
    return "\n".join(lines[:_LISTED] + more)


async def _note(runtime: Runtime, due: Sequence[_Due]) -> None:
    keys = [(each.mention.comment_id, each.mention.person_id) for each in due]
    change = update(Mention).where(tuple_(Mention.comment_id, Mention.person_id).in_(keys))
    async with runtime.worker_transaction() as tx:
        await tx.execute(change.values(mailed_at=now_sql()))
