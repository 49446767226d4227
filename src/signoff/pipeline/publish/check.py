"""Phase 2: is this still exactly what was approved? Variants, media bytes and channel are read anew."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from signoff.records.consignment import Consignment, check_media, consign, sealed_digests
from signoff.records.leases import Lease
from signoff.records.models import Delivery
from signoff.records.moves import LeaseLost
from signoff.runtime import Runtime


async def check(runtime: Runtime, lease: Lease) -> Consignment:
    """Read a claimed delivery and check that it is what was approved.

    Raises:
        LeaseLost: Another worker has it.
        SealBroken: Text, options or media differ from what was sealed.
        ChannelChanged: The channel isn't the one that was approved.
    """
    async with runtime.worker_transaction() as tx:
        delivery = await _delivery(tx, lease)
        consignment = await consign(runtime, tx, delivery)
        digests = await sealed_digests(tx, delivery)
    await check_media(runtime, digests)
    return consignment


async def _delivery(tx: AsyncSession, lease: Lease) -> Delivery:
    delivery = await tx.get(Delivery, lease.delivery_id, populate_existing=True)
    if delivery is None or delivery.lease_token != lease.token:
        raise LeaseLost(f"another worker took over delivery {lease.delivery_id}")
    return delivery
