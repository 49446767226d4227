"""How many posts there are in each state."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.ids import BrandId
from signoff.kernel.people import Actor, May
from signoff.records.models import Post
from signoff.records.pages import at_most_counted
from signoff.records.states import PostState
from signoff.runtime import Runtime


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
