"""How ready a post is, and which of its statements somebody checked. It helps, and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from signoff.db.arrays import among
from signoff.db.base import Base
from signoff.kernel.ids import ChannelId, OrganizationId, PersonId, PostId, RevisionId, new_id
from signoff.kernel.people import Actor, May
from signoff.kernel.score.ledger import Ledger, ledger_of
from signoff.kernel.score.score import Asked, Score, score_of
from signoff.kernel.score.statements import Statement, statements_in
from signoff.records.deliveries.views import PostView
from signoff.records.models import Variant
from signoff.records.posts.previews import content_of
from signoff.records.posts.queries import read_post
from signoff.records.posts.render import Content
from signoff.records.posts.seal import seal_hash
from signoff.records.states import ContentType
from signoff.records.tenants import Brand, Person
from signoff.runtime import Runtime

ARTICLES: Final = frozenset({ContentType.FAQ_PAGE, ContentType.OCCASION_PAGE, ContentType.BLOG_POST})

_SCORES_KEPT: Final = 4096


class StatementCheck(Base):
    """A reviewer's mark on a statement of exactly one version; the newest mark of a statement counts."""

    __tablename__ = "statement_checks"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId]
    post_id: Mapped[PostId]
    revision_id: Mapped[RevisionId]
    seen: Mapped[str]
    """The fingerprint of what was on the screen."""
    statement: Mapped[str]
    """The statement's key."""
    sentence: Mapped[str]
    is_checked: Mapped[bool]
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


@dataclass(frozen=True, slots=True)
class ToCheck:
    """A statement and, where somebody vouched for it in this very version, who and when."""

    statement: Statement
    checked_by: str = ""
    checked_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Neither on record nor checked."""
        return not self.statement.is_proved and not self.checked_by


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a reviewer is told beside the preview."""

    seen: str
    """The fingerprint that it belongs to; empty for a post that was never handed in."""
    score: Score
    statements: Sequence[ToCheck]

    @property
    def open_count(self) -> int:
        return sum(each.is_open for each in self.statements)


async def readiness(runtime: Runtime, actor: Actor, post_id: PostId) -> Readiness:
    """Give a post's score and statements.

    Raises:
        NotFound: There is no such post.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        view = await read_post(tx, post_id)
        return (await read_readiness(runtime, tx, [view]))[post_id]


async def readiness_of(runtime: Runtime, actor: Actor, views: Sequence[PostView]) -> dict[PostId, Readiness]:
    """Give the same for the posts of a list, in two queries for all."""
    async with runtime.transaction(actor.organization_id) as tx:
        return await read_readiness(runtime, tx, views)


async def read_readiness(
    runtime: Runtime, tx: AsyncSession, views: Sequence[PostView]
) -> dict[PostId, Readiness]:
    """Give it inside an open transaction."""
    seals = await _seals(tx, [view.revision.id for view in views])
    marks = await _marks(tx, [view.post.id for view in views])
    today = runtime.clock.now().date()
    found = {}
    for view in views:
        seen = seals.get(view.revision.id, "")
        found[view.post.id] = _ready(view, seen, marks.get((view.post.id, seen), {}), today)
    return found


def readiness_of_content(runtime: Runtime, brand: Brand, content: Content, query: str) -> Readiness:
    """Give the same for words that aren't handed in, checked by nobody. `query`: what they answer."""
    statements = [ToCheck(each) for each in statements_in(_texts(content), ledger_of_brand(brand))]
    asked = _asked(content, brand, query, frozenset(), runtime.clock.now().date())
    return Readiness("", _scored(asked), statements)


def statements_of(view: PostView) -> list[Statement]:
    """Find the statements in all that a post says on any of its channels."""
    return list(_found(tuple(_texts(_content_of(view))), ledger_of_brand(view.brand)))


def _ready(view: PostView, seen: str, marks: Mapping[str, tuple[str, datetime]], today: date) -> Readiness:
    statements = [
        ToCheck(statement, *marks.get(statement.key, ("", None))) for statement in statements_of(view)
    ]
    verified = frozenset(each.statement.sentence for each in statements if each.checked_by)
    asked = _asked(_content_of(view), view.brand, view.post.target_prompt, verified, today)
    return Readiness(seen, _scored(asked), statements)


def _content_of(view: PostView) -> Content:
    return content_of(view.revision, str(view.post.content_type))


_scored = lru_cache(maxsize=_SCORES_KEPT)(score_of)
"""The same text on the same day has the same score, and a queue shows it again and again."""

_found = lru_cache(maxsize=_SCORES_KEPT)(statements_in)
"""And beside the same facts it makes the same statements."""


def _asked(content: Content, brand: Brand, query: str, verified: frozenset[str], today: date) -> Asked:
    return Asked(
        title=content.title,
        source=content.body,
        is_article=content.content_type in ARTICLES,
        ledger=ledger_of_brand(brand),
        as_of=today,
        query=query,
        verified=verified,
        alts=tuple(str(use.get("alt", "")) for use in content.media),
        description=str(content.metadata.get("description", "")),
    )


def _texts(content: Content) -> list[str]:
    own: list[Mapping[str, Any]] = list(content.overrides.values())
    texts = [
        content.title,
        content.body,
        *(each.get("title") for each in own),
        *(each.get("body") for each in own),
    ]
    return [str(text) for text in texts if text]


def ledger_of_brand(brand: Brand) -> Ledger:
    """Give a brand's facts as the checklist reads them."""
    return ledger_of(
        name=brand.name,
        address=brand.address,
        telephone=brand.telephone,
        domain=(urlsplit(brand.website).hostname or "").removeprefix("www."),
        hours=brand.hours,
        facts=brand.facts,
    )


async def _seals(tx: AsyncSession, revision_ids: Sequence[RevisionId]) -> dict[RevisionId, str]:
    found: dict[RevisionId, list[tuple[ChannelId, str]]] = {}
    query = select(Variant.revision_id, Variant.channel_id, Variant.canonical)
    for revision_id, channel_id, canonical in await tx.execute(
        query.where(among(Variant.revision_id, revision_ids))
    ):
        found.setdefault(revision_id, []).append((channel_id, canonical))
    return {revision_id: seal_hash(variants) for revision_id, variants in found.items()}


async def _marks(
    tx: AsyncSession, post_ids: Sequence[PostId]
) -> dict[tuple[PostId, str], dict[str, tuple[str, datetime]]]:
    """Give who checked what, by post and fingerprint: the newest mark of each statement."""
    check = StatementCheck
    query = (
        select(check, Person)
        .join(Person, Person.id == check.person_id)
        .where(among(check.post_id, post_ids))
        .ext(distinct_on(check.post_id, check.seen, check.statement))
        .order_by(check.post_id, check.seen, check.statement, check.created_at.desc(), check.id.desc())
    )
    found: dict[tuple[PostId, str], dict[str, tuple[str, datetime]]] = {}
    for mark, person in await tx.execute(query):
        if mark.is_checked:
            marks = found.setdefault((mark.post_id, mark.seen), {})
            marks[mark.statement] = (person.display_name, mark.created_at)
    return found
