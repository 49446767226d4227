"""Finding one brand or channel of the actor's organization; whatever isn't theirs isn't there."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from signoff.kernel.errors import NotFound
from signoff.kernel.ids import BrandId, ChannelId
from signoff.kernel.people import Actor
from signoff.records.tenants import Brand, Channel


async def find_brand(tx: AsyncSession, actor: Actor, brand_id: BrandId, *, for_update: bool = False) -> Brand:
    """Raises NotFound: not there, removed, or another organization's."""
    query = select(Brand).where(
        Brand.id == brand_id, Brand.organization_id == actor.organization_id, Brand.removed_at.is_(None)
    )
    # Not against foreign keys: who holds a delivery of the brand, and writes it, must not wait for this.
    brand: Brand | None = await tx.scalar(query.with_for_update(key_share=True) if for_update else query)
    if brand is None:
        raise NotFound("There is no such brand.")
    return brand


async def find_channel(
    tx: AsyncSession, actor: Actor, channel_id: ChannelId, *, for_update: bool = False
) -> Channel:
    """Give a channel with its sealed credentials. Raises NotFound: not there, removed, or another's."""
    query = select(Channel).where(
        Channel.id == channel_id,
        Channel.organization_id == actor.organization_id,
        Channel.removed_at.is_(None),
    )
    query = query.options(undefer(Channel.credentials))
    locked = query.with_for_update().execution_options(populate_existing=True)
    channel: Channel | None = await tx.scalar(locked if for_update else query)
    if channel is None:
        raise NotFound("There is no such channel.")
    return channel
