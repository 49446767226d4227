"""Reading posts with their names, in pages. Everything takes the organization from the actor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from signoff.kernel.errors import Invalid, NotFound
from signoff.kernel.ids import BrandId, ChannelId, PersonId, PostId
from signoff.kernel.people import Actor, May
from signoff.records.delivery_queries import views_of_posts
from signoff.records.models import Decision, Post, Revision, Seal
from signoff.records.pages import Page, checked_limit, decode_cursor, decode_moment, encode_cursor
from signoff.records.states import PostState
from signoff.records.tenants import Brand, Channel, Person
from signoff.records.views import PostView
from signoff.runtime import Runtime

_SORTS: Final[dict[str, tuple[InstrumentedAttribute[Any], bool]]] = {
    "-updated_at": (Post.updated_at, True),
    "updated_at": (Post.updated_at, False),
    "-created_at": (Post.created_at, True),
    "created_at": (Post.created_at, False),
    "title": (Post.title, False),
    "state_since": (Post.state_since, False),
}


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
    tag: str | None = None,
    search: str = "",
    sort: str = "-updated_at",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[PostView]:
    """List posts, filtered and sorted; `search` looks for words of title, text and tags.

    Raises:
        Invalid: Unknown sort order, cursor or limit.
    """
    actor.need(May.READ)
    wanted: list[ColumnElement[bool]] = [Post.organization_id == actor.organization_id]
    if state is not None:
        wanted.append(Post.state == state)
    elif not search:
        wanted.append(Post.state != PostState.ARCHIVED)
    if brand_id is not None:
        wanted.append(Post.brand_id == brand_id)
    if channel_id is not None:
        wanted.append(Revision.channel_ids.contains([channel_id]))
    if author_id is not None:
        wanted.append(Post.author_id == author_id)
    if tag:
        wanted.append(Post.tags.contains([tag]))
    if search.strip():
        wanted.append(Post.search.op("@@")(_words_of(search)))
    return await _page(runtime, actor, wanted, sort=sort, cursor=cursor, limit=limit)


def _words_of(search: str) -> ColumnElement[Any]:
    """Ask for the words that were typed; the last one may still be growing, so its beginning is enough."""
    asked = func.websearch_to_tsquery("simple", search)
    said = cast(asked, Text)
    growing = func.to_tsquery("simple", said.concat(":*"))
    return case((said.like("%'"), growing), else_=asked)


async def review_queue(
    runtime: Runtime,
    actor: Actor,
    *,
    brand_id: BrandId | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[PostView]:
    """List what waits for a decision, longest waiting first."""
    actor.need(May.READ)
    wanted = [Post.organization_id == actor.organization_id, Post.state == PostState.IN_REVIEW]
    if brand_id is not None:
        wanted.append(Post.brand_id == brand_id)
    return await _page(runtime, actor, wanted, sort="state_since", cursor=cursor, limit=limit)


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
    column, is_descending = _SORTS[sort]
    query = _base().where(*wanted)
    if cursor:
        query = query.where(_after(column, cursor, is_descending=is_descending))
    order = (column.desc(), Post.id.desc()) if is_descending else (column.asc(), Post.id.asc())
    async with runtime.transaction(actor.organization_id) as tx:
        found = await views(tx, query.order_by(*order).limit(checked_limit(limit) + 1))
    return _cut(found, column.key, limit)


def _after(column: InstrumentedAttribute[Any], cursor: str, *, is_descending: bool) -> ColumnElement[bool]:
    bound, row_id = (decode_cursor if column.key == "title" else decode_moment)(cursor)
    edge = literal(bound, column.type)
    if is_descending:
        return or_(column < edge, and_(column == edge, Post.id < row_id))
    return or_(column > edge, and_(column == edge, Post.id > row_id))


def _cut(found: list[PostView], key: str, limit: int) -> Page[PostView]:
    if len(found) <= limit:
        return Page(found)
    last = found[limit - 1].post
    value = getattr(last, key)
    return Page(found[:limit], encode_cursor(value if isinstance(value, str) else value.isoformat(), last.id))


async def views(tx: AsyncSession, query: Select[*tuple[Any, ...]]) -> list[PostView]:
    """Run a query over `_base` and add channels, deliveries and decisions, in three more queries for all."""
    rows = (await tx.execute(query)).all()
    if not rows:
        return []
    ids = [row.Post.id for row in rows]
    channels = await _channels(tx, {channel_id for row in rows for channel_id in row.Revision.channel_ids})
    deliveries = await views_of_posts(tx, ids)
    decisions = await _decisions(tx, ids)
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
        )
        for row in rows
    ]


async def _channels(tx: AsyncSession, ids: set[ChannelId]) -> dict[ChannelId, Channel]:
    found = await tx.scalars(select(Channel).where(Channel.id.in_(ids)))
    return {channel.id: channel for channel in found}


async def _decisions(tx: AsyncSession, post_ids: Sequence[UUID]) -> dict[PostId, list[tuple[Decision, str]]]:
    query = (
        select(Decision, Person)
        .join(Person, Person.id == Decision.person_id)
        .where(Decision.post_id.in_(post_ids))
        .order_by(Decision.created_at.desc(), Decision.id.desc())
    )
    found: dict[PostId, list[tuple[Decision, str]]] = {}
    for decision, person in await tx.execute(query):
        found.setdefault(decision.post_id, []).append((decision, person.display_name))
    return found


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


async def count_by_state(runtime: Runtime, actor: Actor) -> dict[PostState, int]:
    """Count the organization's posts in each state."""
    actor.need(May.READ)
    query = (
        select(Post.state, func.count().label("posts"))
        .where(Post.organization_id == actor.organization_id, Post.deleted_at.is_(None))
        .group_by(Post.state)
    )
    async with runtime.transaction(actor.organization_id) as tx:
        counted = {row.state: row.posts for row in await tx.execute(query)}
    return {state: counted.get(state, 0) for state in PostState}
