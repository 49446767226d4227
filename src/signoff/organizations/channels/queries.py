"""Reading channels. Credentials are only read where a platform is called with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.connectors.about import About
from signoff.kernel.ids import BrandId, ChannelId
from signoff.kernel.people import Actor, May
from signoff.organizations.channels.fields import asked
from signoff.organizations.lookup import find_channel
from signoff.records.pages import Page, page_by_name, present_channels
from signoff.records.tenants import Channel
from signoff.runtime import Runtime


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    """A channel as a list to choose from shows it."""

    id: ChannelId
    platform: str
    name: str


def platforms(runtime: Runtime) -> list[About]:
    """Give the platforms that can be connected, by name, with what they ask for."""
    known = (asked(connector.about) for connector in runtime.connectors.values())
    return sorted(known, key=lambda about: about.label.casefold())


async def list_channels(runtime: Runtime, actor: Actor, brand_id: BrandId | None = None) -> list[Channel]:
    """Give all present channels of the organization, or of one brand, by name, to choose from."""
    actor.need(May.READ)
    query = present_channels(actor, brand_id).order_by(func.lower(Channel.name), Channel.id)
    async with runtime.transaction(actor.organization_id) as tx:
        return list(await tx.scalars(query))


async def channel_choices(
    runtime: Runtime, actor: Actor, brand_id: BrandId | None = None
) -> list[ChannelChoice]:
    """Give what a list to choose from shows of the same channels: there may be hundreds."""
    actor.need(May.READ)
    query = present_channels(actor, brand_id).order_by(func.lower(Channel.name), Channel.id)
    shown = query.with_only_columns(Channel.id, Channel.platform, Channel.name)
    async with runtime.transaction(actor.organization_id) as tx:
        return [ChannelChoice(*row) for row in await tx.execute(shown)]


async def page_of_channels(
    runtime: Runtime,
    actor: Actor,
    brand_id: BrandId | None = None,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Channel]:
    """Give some of the present channels of the organization, or of one brand, by name.

    Raises:
        Invalid: Unknown cursor or limit.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        query = present_channels(actor, brand_id)
        return await page_by_name(tx, query, Channel, cursor=cursor, limit=limit)


async def read_sandboxed(tx: AsyncSession, actor: Actor) -> list[str]:
    """Name the present channels that end in a sandbox, inside an open transaction."""
    actor.need(May.READ)
    query = select(Channel.name).where(
        Channel.organization_id == actor.organization_id, Channel.removed_at.is_(None), Channel.is_sandbox
    )
    return list(await tx.scalars(query.order_by(func.lower(Channel.name), Channel.id)))


async def read_channel_names(tx: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Name these channels, inside an open transaction; removed ones are left out."""
    query = select(Channel.id, Channel.name).where(Channel.id.in_(ids), Channel.removed_at.is_(None))
    return {row.id: row.name for row in await tx.execute(query)}


async def get_channel(runtime: Runtime, actor: Actor, channel_id: ChannelId) -> Channel:
    """Raises NotFound: not there, removed, or another organization's."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        return await find_channel(tx, actor, channel_id)
