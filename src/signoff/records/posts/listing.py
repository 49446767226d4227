"""Lists of posts, in pages: filtered, searched and sorted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, case, cast, column, func, select, table
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import InstrumentedAttribute, aliased

from signoff.kernel.errors import Invalid
from signoff.kernel.ids import BrandId, ChannelId, PersonId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.views import PostView
from signoff.records.models import Post, Revision
from signoff.records.pages import (
    Page,
    behind,
    checked_limit,
    decode_cursor,
    decode_moment,
    encode_cursor,
)
from signoff.records.posts.queries import base, views
from signoff.records.states import PostState
from signoff.records.tenants import Channel
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

Found: Final = aliased(Post, _OWN, adapt_on_names=True)
"""The same posts in a view of one organization's own: there a word is found through an index, which row-level
security doesn't allow."""


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
    wanted: list[ColumnElement[bool]] = [Found.organization_id == actor.organization_id]
    equal = ((Found.brand_id, brand_id), (Found.author_id, author_id), (Found.assignee_id, assignee_id))
    wanted += [column == value for column, value in equal if value is not None]
    if state is not None:
        wanted.append(Found.state == state)
    elif not search:
        wanted.append(Found.state != PostState.ARCHIVED)
    if channel_id is not None:
        brand = await _brand_of(runtime, actor, channel_id)  # a brand's posts are found by an index
        wanted += [Found.brand_id == brand, goes_to(channel_id)]
    if changed_from is not None:
        wanted.append(Found.updated_at >= changed_from)
    if changed_to is not None:
        wanted.append(Found.updated_at < changed_to)
    if tag:
        wanted += [_WITHIN, Found.tags.contains([tag])]
    if search.strip():
        wanted += [_WITHIN, Found.search.op("@@")(_words_of(search))]
    return await page_of_posts(runtime, actor, wanted, sort=sort, cursor=cursor, limit=limit)


def goes_to(channel_id: ChannelId) -> ColumnElement[bool]:
    goes_there = select(Revision.id).where(
        Revision.id == Found.revision_id, Revision.channel_ids.contains([channel_id])
    )
    return goes_there.offset(0).exists()


def _words_of(search: str) -> ColumnElement[Any]:
    """Ask for the words that were typed; the last one may still be growing, so its beginning is enough."""
    asked = func.websearch_to_tsquery("simple", search)
    said = cast(asked, Text)
    growing = func.to_tsquery("simple", said.concat(":*"))
    return case((said.like("%'"), growing), else_=asked)


async def page_of_posts(
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
    page = select(Found.id).where(Found.deleted_at.is_(None), *wanted)
    if cursor:
        page = page.where(_after(sorted_by.key, cursor, is_descending=is_descending))
    page = page.order_by(*_order(Found, sorted_by.key, is_descending=is_descending))
    async with runtime.transaction(actor.organization_id) as tx:
        chosen = base().where(Post.id.in_(page.limit(checked_limit(limit) + 1)))
        found = await views(tx, chosen.order_by(*_order(Post, sorted_by.key, is_descending=is_descending)))
    return _cut(found, sorted_by.key, limit)


def _order(posts: type[Post], key: str, *, is_descending: bool) -> tuple[ColumnElement[Any], ...]:
    by = (getattr(posts, key), posts.id)
    return tuple(column.desc() if is_descending else column.asc() for column in by)


def _after(key: str, cursor: str, *, is_descending: bool) -> ColumnElement[bool]:
    bound, row_id = (decode_cursor if key == "title" else decode_moment)(cursor)
    return behind((getattr(Found, key), Found.id), (bound, row_id), is_descending=is_descending)


async def _brand_of(runtime: Runtime, actor: Actor, channel_id: ChannelId) -> BrandId | None:
    async with runtime.transaction(actor.organization_id) as tx:
        return await tx.scalar(select(Channel.brand_id).where(Channel.id == channel_id))


def _cut(found: list[PostView], key: str, limit: int) -> Page[PostView]:
    if len(found) <= limit:
        return Page(found)
    last = found[limit - 1].post
    value = getattr(last, key)
    return Page(found[:limit], encode_cursor(value if isinstance(value, str) else value.isoformat(), last.id))
