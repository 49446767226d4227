"""News by mail: at most one a minute to each person for each kind, the rest folded into the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from signoff.alerts.base import Notice
from signoff.db.clock import now_sql
from signoff.records.alerts.events import CHANGES_REQUESTED, COMMENTS, DECIDED, TO_REVIEW
from signoff.records.alerts.letters import folded, send_letters
from signoff.records.alerts.news import KEPT, News
from signoff.records.alerts.news_words import Item, notice_of
from signoff.records.alerts.notifications import wants_mail
from signoff.records.models import Decision, Post, TakenBack
from signoff.records.posts.discussion import Comment
from signoff.records.posts.queue import waits_for
from signoff.records.states import PostState
from signoff.records.tenants import IS_MEMBER, Brand, Membership, Person, sees_brand
from signoff.runtime import Runtime

WAIT: Final = timedelta(minutes=1)
"""Long enough to take a decision back, and to fold what is done one after the other."""
APART: Final = timedelta(minutes=1)
_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class _Due:
    news: News
    to: str
    item: Item


async def mail_news(runtime: Runtime) -> int:
    """Write to whoever has news; tell how many mails left.

    Raises:
        TemporaryFailure: Nobody could be reached; everything is sent with a later try.
    """
    if not runtime.mail.is_configured:
        return 0
    return await send_letters(runtime, folded(await _read(runtime), _fold), _notice, _note)


async def _read(runtime: Runtime) -> list[_Due]:
    """Give what is due, in the order in which it happened."""
    async with runtime.worker_transaction() as tx:
        rows = (await tx.execute(_due().limit(_AT_ONCE))).all()
    return [_Due(news, to, Item(news.post_id, *said)) for news, to, *said in rows]


def _fold(due: _Due) -> tuple[str, str, str]:
    return str(due.news.organization_id), str(due.news.person_id), due.news.event


def _due() -> Select[*tuple[Any, ...]]:
    by, earlier = aliased(Person), aliased(News)
    lately = exists().where(
        earlier.organization_id == News.organization_id,
        earlier.person_id == News.person_id,
        earlier.event == News.event,
        earlier.mailed_at > now_sql() - APART,
    )
    belongs = and_(
        Membership.person_id == News.person_id,
        Membership.organization_id == News.organization_id,
        IS_MEMBER,
    )
    who = func.coalesce(func.nullif(by.name, ""), by.email, "Somebody")
    said = func.coalesce(Comment.body, Decision.comment, "")
    return (
        select(News, Person.email, Post.title, Brand.name, who, said, Decision.verdict)
        .join(Person, Person.id == News.person_id)
        .join(Membership, belongs)
        .join(Post, Post.id == News.post_id)
        .join(Brand, Brand.id == Post.brand_id)
        .outerjoin(by, by.id == News.by_id)
        .outerjoin(Decision, Decision.id == News.decision_id)
        .outerjoin(Comment, Comment.id == News.comment_id)
        .where(News.mailed_at.is_(None), News.created_at < now_sql() - WAIT)
        .where(News.created_at > now_sql() - KEPT, Person.disabled_at.is_(None), Post.deleted_at.is_(None))
        .where(sees_brand(Post.brand_id), _holds(), ~lately)
        .where(wants_mail(News.event, News.organization_id, News.person_id))
        .order_by(News.created_at)
    )


def _holds() -> ColumnElement[bool]:
    """What was undone, decided or taken back since is no news."""
    stands = ~exists().where(TakenBack.decision_id == News.decision_id)
    decided = Post.state.in_([PostState.APPROVED, PostState.ARCHIVED])
    return or_(
        and_(News.event == TO_REVIEW, Post.state == PostState.IN_REVIEW, waits_for(Post, News.person_id)),
        and_(News.event == CHANGES_REQUESTED, Post.state == PostState.DRAFT, Post.changes_requested, stands),
        and_(News.event == DECIDED, decided, stands),
        and_(News.event == COMMENTS, Comment.withdrawn_at.is_(None)),
    )


def _notice(runtime: Runtime, due: Sequence[_Due]) -> Notice:
    first = due[0]
    return notice_of(
        first.news.event,
        [each.item for each in due],
        address=runtime.settings.address,
        to=first.to,
        key=f"news {first.news.id}",
    )


async def _note(runtime: Runtime, due: Sequence[_Due]) -> None:
    ids = [each.news.id for each in due]
    async with runtime.worker_transaction() as tx:
        await tx.execute(update(News).where(News.id.in_(ids)).values(mailed_at=now_sql()))
