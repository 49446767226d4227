"""Lists in pages: a cursor remembers the last row, so that nothing is shown twice or left out."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from signoff.kernel.errors import Invalid
from signoff.kernel.ids import BrandId
from signoff.kernel.people import Actor
from signoff.records.library.models import PostTemplate, Snippet
from signoff.records.tenants import Brand, Channel

T = TypeVar("T")
Named = TypeVar("Named", Brand, Channel, Snippet, PostTemplate)

MAX_LIMIT = 100
MOST_COUNTED = 1000
"""Counting further would take the longer the more there is, and nobody reads the difference."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items, and where the next page starts; None: this was the last one."""

    items: Sequence[T]
    next_cursor: str | None = None


def page_of(found: Sequence[T], limit: int, cursor_of: Callable[[T], str]) -> Page[T]:
    """Make a page of what was read: the one row beyond `limit` tells that there are more."""
    if len(found) <= limit:
        return Page(found)
    return Page(found[:limit], cursor_of(found[limit - 1]))


def present_channels(actor: Actor, brand_id: BrandId | None = None) -> Select[Channel]:
    """Give the query for the channels that weren't removed, of all brands or of one."""
    query = select(Channel).where(
        Channel.organization_id == actor.organization_id, Channel.removed_at.is_(None)
    )
    return query.where(Channel.brand_id == brand_id) if brand_id else query


async def page_by_name(
    tx: AsyncSession, query: Select[Named], kind: type[Named], *, cursor: str | None, limit: int
) -> Page[Named]:
    """Read a page of what has a name, sorted by it, however it is written.

    Raises:
        Invalid: Unknown cursor or limit.
    """
    key = func.lower(kind.name)
    if cursor:
        name, row_id = decode_cursor(cursor)
        query = query.where(tuple_(key, kind.id) > tuple_(func.lower(name), literal(row_id, kind.id.type)))
    found = (await tx.scalars(query.order_by(key, kind.id).limit(checked_limit(limit) + 1))).all()
    return page_of(found, limit, lambda row: encode_cursor(row.name, row.id))


def checked_limit(limit: int) -> int:
    """Raises Invalid unless 1 <= limit <= 100."""
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(f"A page holds 1 to {MAX_LIMIT} items, not {limit}.", field="limit")
    return limit


def has_words(search: str, *columns: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Give the condition that what was searched for stands in one of the columns, however it is written."""
    wanted = search.strip().lower()
    return or_(*(func.lower(column).contains(wanted, autoescape=True) for column in columns))


def at_most_counted(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """Count the rows that fulfil the conditions, but look at no more than `MOST_COUNTED`."""
    found = select(literal(1)).where(*conditions).limit(MOST_COUNTED).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


def behind(
    columns: Sequence[InstrumentedAttribute[Any]], edge: Sequence[object], *, is_descending: bool
) -> ColumnElement[bool]:
    """Give the condition of the rows behind the last one shown.

    Compared as a whole, which lets an index begin right there; said with `or` it would begin at the start.
    """
    last = tuple_(*(literal(value, column.type) for value, column in zip(edge, columns, strict=True)))
    return tuple_(*columns) < last if is_descending else tuple_(*columns) > last


def encode_cursor(value: str, row_id: UUID) -> str:
    """Make a cursor; opaque for callers."""
    return base64.urlsafe_b64encode(json.dumps([value, str(row_id)]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[str, UUID]:
    """Read a cursor.

    Raises:
        Invalid: It isn't one of ours.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        value, row_id = json.loads(raw)
        return str(value), UUID(row_id)
    except (ValueError, TypeError, binascii.Error, AttributeError) as problem:
        raise _not_ours() from problem


def decode_moment(cursor: str) -> tuple[datetime, UUID]:
    """Read a cursor of a list that is sorted by a moment.

    Raises:
        Invalid: It isn't one of ours, or belongs to another sort order.
    """
    value, row_id = decode_cursor(cursor)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as problem:
        raise _not_ours() from problem
    if moment.tzinfo is None:
        raise _not_ours()
    return moment, row_id


def _not_ours() -> Invalid:
    return Invalid(
        "This cursor isn't valid, or belongs to another sort order.",
        field="cursor",
        next_step="Start again without a cursor.",
    )
