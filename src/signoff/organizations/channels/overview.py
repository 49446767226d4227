"""All channels of an organization as people look after them: what asks for somebody first, in pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, tuple_

from signoff.db.clock import now_sql
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import BrandId
from signoff.kernel.people import Actor, May
from signoff.records.pages import (
    Page,
    checked_limit,
    decode_cursor,
    encode_cursor,
    has_words,
    page_of,
    present_channels,
)
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime

ENDS_SOON: Final = timedelta(days=14)
"""A sign-in that ends within this time is renewed now rather than later."""

_PARTS: Final = 3
_URGENCIES: Final = frozenset("0123")
_BETWEEN: Final = "\x1f"

_IS_OUT: Final = Channel.state == "reconnect"
_IS_ENDING: Final = and_(~_IS_OUT, Channel.expires_at > now_sql(), Channel.expires_at < now_sql() + ENDS_SOON)
_HAS_ADVICE: Final = or_(Channel.problem != "", func.jsonb_array_length(Channel.warnings) > 0)
_URGENCY: Final[ColumnElement[int]] = case((_IS_OUT, 0), (_IS_ENDING, 1), (_HAS_ADVICE, 2), else_=3)


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """How many channels there are, and how they are."""

    healthy: int
    ending: int
    """The sign-in ends within two weeks."""
    signed_out: int
    sandboxed: int


async def page_by_urgency(
    runtime: Runtime,
    actor: Actor,
    *,
    brand_id: BrandId | None = None,
    search: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Channel]:
    """Give some of the present channels: what asks for somebody first, then by brand and name.

    Args:
        runtime: Of the door.
        actor: Who looks.
        brand_id: Only of this brand.
        search: Words of the channel's, the account's or the brand's name.
        cursor: Where an earlier page ended.
        limit: 1 to 100.

    Raises:
        Invalid: Unknown cursor or limit.
    """
    actor.need(May.READ)
    key = (_URGENCY, func.lower(Brand.name), func.lower(Channel.name), Channel.id)
    query = present_channels(actor, brand_id).join(Brand, Brand.id == Channel.brand_id)
    query = query.add_columns(_URGENCY.label("urgency"), func.lower(Brand.name).label("brand"))
    if search.strip():
        query = query.where(has_words(search, Channel.name, Channel.account_name, Brand.name))
    if cursor:
        query = query.where(tuple_(*key) > _edge(cursor))
    query = query.order_by(*key).limit(checked_limit(limit) + 1)
    async with runtime.transaction(actor.organization_id) as tx:
        rows = (await tx.execute(query)).all()
    ranks = {
        row.Channel.id: f"{row.urgency}{_BETWEEN}{row.brand}{_BETWEEN}{row.Channel.name}" for row in rows
    }
    found = [row.Channel for row in rows]
    return page_of(found, limit, lambda channel: encode_cursor(ranks[channel.id], channel.id))


def _edge(cursor: str) -> ColumnElement[Any]:
    said, channel_id = decode_cursor(cursor)
    parts = said.split(_BETWEEN)
    if len(parts) != _PARTS or parts[0] not in _URGENCIES:
        raise Invalid(
            "This cursor isn't valid, or belongs to another sort order.",
            field="cursor",
            next_step="Start again without a cursor.",
        )
    urgency, brand, name = parts
    last = (literal(int(urgency)), literal(brand), func.lower(name), literal(channel_id, Channel.id.type))
    return tuple_(*last)


async def channel_figures(runtime: Runtime, actor: Actor, brand_id: BrandId | None = None) -> ChannelFigures:
    """Count the present channels, of all brands or of one, by how they are."""
    actor.need(May.READ)
    every = present_channels(actor, brand_id).with_only_columns(
        func.count().filter(~_IS_OUT, func.coalesce(~_IS_ENDING, True)),
        func.count().filter(_IS_ENDING),
        func.count().filter(_IS_OUT),
        func.count().filter(Channel.is_sandbox),
    )
    async with runtime.transaction(actor.organization_id) as tx:
        return ChannelFigures(*(await tx.execute(every)).one())


async def count_channels(runtime: Runtime, actor: Actor) -> Mapping[BrandId, int]:
    """Count the present channels of each brand that has any."""
    actor.need(May.READ)
    query = select(Channel.brand_id, func.count()).where(
        Channel.organization_id == actor.organization_id, Channel.removed_at.is_(None)
    )
    async with runtime.transaction(actor.organization_id) as tx:
        return {row[0]: row[1] for row in await tx.execute(query.group_by(Channel.brand_id))}
