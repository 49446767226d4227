"""The numbers around every page: asked for in one statement, because every page pays for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.people import Actor, May
from signoff.records.models import Delivery, Post
from signoff.records.overview.health import late_ones
from signoff.records.pages import at_most_counted
from signoff.records.states import DeliveryState, PostState


@dataclass(frozen=True, slots=True)
class Tally:
    """How an organization stands. Posts and deliveries are counted up to `MOST_COUNTED`."""

    posts: Mapping[PostState, int]
    asking: int
    late: int
    """Deliveries that are told late."""


async def read_tally(tx: AsyncSession, actor: Actor, asking: Sequence[DeliveryState]) -> Tally:
    """Count; `asking` are the states in which a delivery waits for a person, or may soon."""
    actor.need(May.READ)
    own = actor.organization_id
    posts = [
        at_most_counted(Post.organization_id == own, Post.deleted_at.is_(None), Post.state == state)
        for state in PostState
    ]
    deliveries = at_most_counted(Delivery.organization_id == own, Delivery.state.in_(asking))
    counts = select(deliveries, late_ones(actor).scalar_subquery(), *posts)
    waiting, late, *by_state = (await tx.execute(counts)).one()
    return Tally(dict(zip(PostState, by_state, strict=True)), waiting, late)
