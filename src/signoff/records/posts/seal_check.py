"""Comparing what is stored with what was approved, for people who look at a delivery."""

from __future__ import annotations

from sqlalchemy import select

from signoff.kernel.people import Actor, May
from signoff.records.models import Seal, Variant
from signoff.records.posts.seal import seal_of
from signoff.runtime import Runtime


async def seal_stands(runtime: Runtime, actor: Actor, seal: Seal) -> bool:
    """Compute a seal once more from the stored variants and tell whether it is the same."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        variants = await tx.scalars(select(Variant).where(Variant.revision_id == seal.revision_id))
        return seal_of(variants) == seal.hash
