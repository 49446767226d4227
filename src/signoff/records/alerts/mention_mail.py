"""Mail to people who are meant by a comment and haven't looked at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Select, and_, func, select, update
from sqlalchemy.orm import aliased

from signoff.alerts.base import Notice, PermanentFailure, TemporaryFailure
from signoff.db.clock import now_sql
from signoff.records.alerts.events import MENTIONS
from signoff.records.alerts.notifications import wants_mail
from signoff.records.models import Post
from signoff.records.posts.discussion import Comment, Mention
from signoff.records.tenants import Membership, Person, sees_brand
from signoff.runtime import Runtime

_WAIT: Final = timedelta(minutes=2)
"""Who looks at the page anyway needs no mail."""
_AT_ONCE: Final = 200
_QUOTED: Final = 400

_log = structlog.get_logger()


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
    sent, failure = 0, None
    for due in await _read(runtime):
        try:
            await runtime.mail.deliver(_notice(runtime, due))
            sent += 1
        except TemporaryFailure as problem:  # one mailbox that is busy keeps nobody else waiting
            failure = problem
            continue
        except PermanentFailure as problem:  # that address takes no mail: the page still shows the mention
            _log.warning("mention_mail_refused", detail=problem.detail)
        await _note(runtime, due)
    if failure and not sent:
        raise failure
    return sent


async def _read(runtime: Runtime) -> Sequence[_Due]:
    async with runtime.worker_transaction() as tx:
        return [_Due(*row) for row in (await tx.execute(_unmailed().limit(_AT_ONCE))).all()]


def _unmailed() -> Select[*tuple[Any, ...]]:
    author = aliased(Person)
    belongs = and_(
        Membership.person_id == Mention.person_id,
        Membership.organization_id == Mention.organization_id,
        Membership.accepted_at.is_not(None),
        Membership.removed_at.is_(None),
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
        .where(sees_brand(Post.brand_id))
        .order_by(Mention.created_at)
    )


def _notice(runtime: Runtime, due: _Due) -> Notice:
    return Notice(
        title=f"{due.who} mentioned you: “{due.title or 'a post'}”",
        cause=due.comment.body[:_QUOTED],
        next_step="Answer it on the post's page.",
        link=f"{runtime.settings.address}/posts/{due.comment.post_id}#discussion",
        recipients=(due.to,),
        key=f"mention {due.comment.id} {due.mention.person_id}",
    )


async def _note(runtime: Runtime, due: _Due) -> None:
    async with runtime.worker_transaction() as tx:
        await tx.execute(
            update(Mention)
            .where(Mention.comment_id == due.mention.comment_id, Mention.person_id == due.mention.person_id)
            .values(mailed_at=now_sql())
        )
