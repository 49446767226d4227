"""Which brands and channels some deliveries belong to, each read once however many deliveries it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.arrays import among
from signoff.kernel.ids import BrandId, ChannelId
from signoff.records.models import Delivery
from signoff.records.tenants import Brand, Channel


@dataclass(frozen=True, slots=True)
class Places:
    """Brands and channels by id, removed ones too."""

    brands: Mapping[BrandId, Brand]
    channels: Mapping[ChannelId, Channel]

    def hold(self, delivery: Delivery) -> bool:
        """Tell whether both of a delivery's are among them; who asks may be limited to other brands."""
        return delivery.brand_id in self.brands and delivery.channel_id in self.channels


async def places_of(tx: AsyncSession, deliveries: Iterable[Delivery]) -> Places:
    """Read the brands and channels of some deliveries as they are now."""
    found = list(deliveries)
    if not found:
        return Places({}, {})
    fresh = {"populate_existing": True}
    brands = select(Brand).where(among(Brand.id, {each.brand_id for each in found}))
    channels = select(Channel).where(among(Channel.id, {each.channel_id for each in found}))
    return Places(
        {each.id: each for each in await tx.scalars(brands.execution_options(**fresh))},
        {each.id: each for each in await tx.scalars(channels.execution_options(**fresh))},
    )
