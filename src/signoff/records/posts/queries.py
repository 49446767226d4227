"""Reading posts with their names, in pages. Everything takes the organization from the actor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, column, func, or_, select, table
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from signoff.kernel.errors import Invalid, NotFound
from signoff.kernel.ids import BrandId, ChannelId, PersonId, PostId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.queries import views_of_posts
from signoff.records.deliveries.views import PostView
from signoff.records.models import Decision, Post, Revision, Seal, TakenBack
from signoff.records.pages import (
    Page,
    at_most_counted,
    behind,
    checked_limit,
    decode_cursor,
    decode_moment,
    encode_cursor,
)
from signoff.records.posts.standing import read_decisions, read_standings
from signoff.records.states import PostState, Verdict
from signoff.records.tenants import Brand, Channel, Person
from signoff.runtime import Runtime

_SORTS: Final[dict[str, tuple[InstrumentedAttribute[Any], bool]]] = {
    "-updated_at": (Post.updated_at, True),
    "updated_at": (Post.updated_at, False),
    "-created_at": (Post.created_at, True),
    "created_at": (Post.created_at, False),
    "title": (Post.title, False),
    "-title": (Post.title, True),
    "state_since": (Post.state_since, False),
}


_OWN: Final = table(
    "own_posts",
    *(
        column(name, Post.__table__.c[name].type)
        for name in (
            *("id", "organization_id", "brand_id", "state", "state_since", "title", "tags", "search"),
            *("author_id", "revision_id", "created_at", "updated_at", "deleted_at", "assignee_id"),
        )
    ),
    schema="public",
)
_WITHIN: Final = array([_OWN.c.organization_id]).contains(array([func.signoff_organization()]))
"""The organization as the index of words knows it, so that a word is looked for among its own posts only."""

_Waiting: Final = aliased(Post)

_Found: Final = aliased(Post, _OWN, adapt_on_names=True)
"""The same posts in a view of one organization's own: there a word is found through an index, which row-level
security doesn't allow."""


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many posts wait for a decision."""

    mine: int
    team: int


async def get_post(runtime: Runtime, actor: Actor, post_id: PostId) -> PostView:
    """Give one post with all that is shown of it.

    Raises:
        NotFound: Not there, deleted, or another organization's.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        return await read_post(tx, post_id)


async def read_post(tx: AsyncSession, post_id: PostId) -> PostView:
    """Give one post inside an open transaction.

    Raises:
        NotFound: Not there, deleted, or another organization's.
    """
    found = await views(tx, _base().where(Post.id == post_id))
    if not found:
        raise NotFound("There is no such post.")
    return found[0]


async def read_posts(tx: AsyncSession, post_ids: Sequence[PostId]) -> list[PostView]:
    """Give the posts that there are, in no particular order."""
    return await views(tx, _base().where(Post.id.in_(post_ids)))


def _base() -> Select[*tuple[Any, ...]]:
    return (
        select(Post, Revision, Brand, Person, Seal)
        .join(Revision, Revision.id == Post.revision_id)
        .join(Brand, Brand.id == Post.brand_id)
        .outerjoin(Person, Person.id == Post.author_id)
        .outerjoin(Seal, Seal.id == Post.seal_id)
        .where(Post.deleted_at.is_(None))
    )


async def list_posts(  # noqa: PLR0913 - one argument for each filter
    runtime: Runtime,
    actor: Actor,
    *,
    state: PostState | None = None,
    brand_id: BrandId | None = None,
    channel_id: ChannelId | None = None,
    author_id: PersonId | None = None,
    assignee_id: PersonId | None = None,
    tag: str | None = None,
    changed_from: datetime | None = None,
    changed_to: datetime | None = None,
    search: str = "",
    sort: str = "-updated_at",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[PostView]:
    """List posts, filtered and sorted; `search` looks for words of title, text and tags.

    The last change lies from `changed_from` on and before `changed_to`.

    Raises:
        Invalid: Unknown sort order, cursor or limit.
    """
    actor.need(May.READ)
    wanted: list[ColumnElement[bool]] = [_Found.organization_id == actor.organization_id]
    equal = ((_Found.brand_id, brand_id), (_Found.author_id, author_id), (_Found.assignee_id, assignee_id))
    wanted += [column == value for column, value in equal if value is not None]
    if state is not None:
        wanted.append(_Found.state == state)
    elif not search:
        wanted.append(_Found.state != PostState.ARCHIVED)
    if channel_id is not None:
        brand = await _brand_of(runtime, actor, channel_id)  # a brand's posts are found by an index
        wanted += [_Found.brand_id == brand, _goes_to(channel_id)]
    if changed_from is not None:
        wanted.append(_Found.updated_at >= changed_from)
    if changed_to is not None:
        wanted.append(_Found.updated_at < changed_to)
    if tag:
        wanted += [_WITHIN, _Found.tags.contains([tag])]
    if search.strip():
        wanted += [_WITHIN, _Found.search.op("@@")(_words_of(search))]
    return await _page(runtime, actor, wanted, sort=sort, cursor=cursor, limit=limit)


def _goes_to(channel_id: ChannelId) -> ColumnElement[bool]:
    goes_there = select(Revision.id).where(
        Revision.id == _Found.revision_id, Revision.channel_ids.contains([channel_id])
    )
    return goes_there.offset(0).exists()


def _words_of(search: str) -> ColumnElement[Any]:
    """Ask for the words that were typed; the last one may still be growing, so its beginning is enough."""
    asked = func.websearch_to_tsquery("simple", search)
    said = cast(asked, Text)
    growing = func.to_tsquery("simple", said.concat(":*"))
    return case((said.like("%'"), growing), else_=asked)


async def review_queue(  # noqa: PLR0913 - one argument for each filter
    runtime: Runtime,
    actor: Actor,
    *,
    mine: bool = False,
    brand_id: BrandId | None = None,
    channel_id: ChannelId | None = None,
    author_id: PersonId | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[PostView]:
    """List what waits for a decision, longest waiting first; `mine`: for the actor, or for nobody else.

    What the actor approved already, and what waits for others now, isn't among `mine`.
    """
    actor.need(May.READ)
    wanted = [_Found.organization_id == actor.organization_id, _Found.state == PostState.IN_REVIEW]
    if mine:
        wanted.append(_for(_Found, actor))
    if brand_id is not None:
        wanted.append(_Found.brand_id == brand_id)
    if channel_id is not None:
        wanted.append(_goes_to(channel_id))
    if author_id is not None:
        wanted.append(_Found.author_id == author_id)
    return await _page(runtime, actor, wanted, sort="state_since", cursor=cursor, limit=limit)


async def count_queue(runtime: Runtime, actor: Actor) -> QueueCounts:
    """Count what waits for a decision."""
    actor.need(May.READ)
    waiting = (Post.state == PostState.IN_REVIEW, Post.deleted_at.is_(None))
    query = select(func.count(), func.count().filter(_for(Post, actor))).where(*waiting)
    async with runtime.transaction(actor.organization_id) as tx:
        team, mine = (await tx.execute(query)).one()
        return QueueCounts(mine=mine, team=team)


def _for(posts: type[Post], actor: Actor) -> ColumnElement[bool]:
    """The actor looks after it, or nobody in particular, which is everybody; and hasn't approved it yet."""
    looked_after = or_(posts.assignee_id.is_(None), posts.assignee_id == actor.person_id)
    approved = (
        select(Decision.id)
        .join(_Waiting, and_(_Waiting.id == Decision.post_id, _Waiting.round == Decision.round))
        .where(
            Decision.post_id == posts.id,
            Decision.revision_id == posts.revision_id,
            Decision.person_id == actor.person_id,
            Decision.verdict == Verdict.APPROVE,
            ~select(TakenBack.decision_id).where(TakenBack.decision_id == Decision.id).exists(),
        )
    )
    return and_(looked_after, ~approved.exists())


async def _page(
    runtime: Runtime,
    actor: Actor,
    wanted: Sequence[ColumnElement[bool]],
    *,
    sort: str,
    cursor: str | None,
    limit: int,
) -> Page[PostView]:
    if sort not in _SORTS:
        raise Invalid(
            f"Posts can't be sorted by “{sort}”.", field="sort", next_step=f"Use {', '.join(_SORTS)}."
        )
    sorted_by, is_descending = _SORTS[sort]
    # The page is found among the posts alone: over all the tables that give it its names the planner would
    # take the organization's rows of each for few, and read them all.
    page = select(_Found.id).where(_Found.deleted_at.is_(None), *wanted)
    if cursor:
        page = page.where(_after(sorted_by.key, cursor, is_descending=is_descending))
    page = page.order_by(*_order(_Found, sorted_by.key, is_descending=is_descending))
    async with runtime.transaction(actor.organization_id) as tx:
        chosen = _base().where(Post.id.in_(page.limit(checked_limit(limit) + 1)))
        found = await views(tx, chosen.order_by(*_order(Post, sorted_by.key, is_descending=is_descending)))
    return _cut(found, sorted_by.key, limit)


def _order(posts: type[Post], key: str, *, is_descending: bool) -> tuple[ColumnElement[Any], ...]:
    by = (getattr(posts, key), posts.id)
    return tuple(column.desc() if is_descending else column.asc() for column in by)


def _after(key: str, cursor: str, *, is_descending: bool) -> ColumnElement[bool]:
    bound, row_id = (decode_cursor if key == "title" else decode_moment)(cursor)
    return behind((getattr(_Found, key), _Found.id), (bound, row_id), is_descending=is_descending)


async def _brand_of(runtime: Runtime, actor: Actor, channel_id: ChannelId) -> BrandId | None:
    async with runtime.transaction(actor.organization_id) as tx:
        return await tx.scalar(select(Channel.brand_id).where(Channel.id == channel_id))


def _cut(found: list[PostView], key: str, limit: int) -> Page[PostView]:
    if len(found) <= limit:
        return Page(found)
    last = found[limit - 1].post
    value = getattr(last, key)
    return Page(found[:limit], encode_cursor(value if isinstance(value, str) else value.isoformat(), last.id))


async def views(tx: AsyncSession, query: Select[*tuple[Any, ...]]) -> list[PostView]:
    """Run a query over `_base` and add channels, deliveries and decisions, in a few more queries for all."""
    rows = (await tx.execute(query)).all()
    if not rows:
        return []
    ids = [row.Post.id for row in rows]
    channels = await _channels(tx, {channel_id for row in rows for channel_id in row.Revision.channel_ids})
    deliveries = await views_of_posts(tx, ids)
    decisions = await read_decisions(tx, ids)
    standings = await read_standings(tx, [(row.Post, row.Seal) for row in rows], decisions)
    return [
        PostView(
            post=row.Post,
            revision=row.Revision,
            brand=row.Brand,
            author_name=row.Person.display_name if row.Person else "",
            channels=[channels[i] for i in row.Revision.channel_ids if i in channels],
            deliveries=deliveries.get(row.Post.id, ()),
            decisions=decisions.get(row.Post.id, ()),
            seal=row.Seal,
            standing=standings.get(row.Post.id),
        )
        for row in rows
    ]


async def _channels(tx: AsyncSession, ids: set[ChannelId]) -> dict[ChannelId, Channel]:
    found = await tx.scalars(select(Channel).where(Channel.id.in_(ids)))
    return {channel.id: channel for channel in found}


async def list_revisions(runtime: Runtime, actor: Actor, post_id: PostId) -> list[Revision]:
    """List a post's revisions, newest first.

    Raises:
        NotFound: There is no such post.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        await read_post(tx, post_id)
        query = (
            select(Revision).where(Revision.post_id == post_id).order_by(Revision.number.desc()).limit(500)
        )
        return list((await tx.scalars(query)).all())


async def count_by_state(
    runtime: Runtime, actor: Actor, brand_id: BrandId | None = None
) -> dict[PostState, int]:
    """Count the posts in each state, of the organization or of one brand, up to `MOST_COUNTED` of each."""
    async with runtime.transaction(actor.organization_id) as tx:
        return await read_counts(tx, actor, brand_id)


async def read_counts(
    tx: AsyncSession, actor: Actor, brand_id: BrandId | None = None
) -> dict[PostState, int]:
    """Count them inside an open transaction."""
    actor.need(May.READ)
    own = [Post.organization_id == actor.organization_id, Post.deleted_at.is_(None)]
    if brand_id is not None:
        own.append(Post.brand_id == brand_id)
    counts = [at_most_counted(*own, Post.state == state).label(state) for state in PostState]
    row = (await tx.execute(select(*counts))).one()
    return {state: getattr(row, state) for state in PostState}
