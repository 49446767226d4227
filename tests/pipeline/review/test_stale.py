"""Posts that wait too long for a decision are told of once, and once more much later."""

from __future__ import annotations

from datetime import timedelta

from signoff.db.session import limit_to_brands
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.pipeline.review.stale import tell_stale
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.approvals import AskFor, approve
from tests.support.clock import ShiftableClock
from tests.support.posts import in_review, written
from tests.support.publishing import alerts
from tests.support.world import connect_board

TITLE = "“Good morning” of Casa Luz waits for a decision"


async def test_it_is_told_once_for_each_level_and_ends_with_the_decision(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    await written(runtime, owner, channel)
    waiting = await in_review(runtime, owner, channel)
    clock.advance(timedelta(hours=3, minutes=55))
    assert await tell_stale(runtime) == 0
    clock.advance(timedelta(minutes=10))
    assert [await tell_stale(runtime), await tell_stale(runtime)] == [1, 0]
    clock.advance(timedelta(hours=21))
    assert [await tell_stale(runtime), await tell_stale(runtime)] == [1, 0]
    assert await alerts(runtime, owner) == [TITLE, TITLE]
    await approve(runtime, owner, waiting.post.id)
    assert await alerts(runtime, owner) == []


async def test_who_sees_some_brands_only_is_told_of_theirs_alone(
    runtime: Runtime, owner: Actor, reviewer: Actor, brand: Brand, channel: Channel, clock: ShiftableClock
) -> None:
    other = await create_brand(runtime, owner, BrandDraft(name="Northlight", time_zone="Europe/London"))
    await in_review(runtime, owner, await connect_board(runtime, owner, other, "northlight"))
    await in_review(runtime, owner, channel)
    clock.advance(timedelta(hours=5))
    assert await tell_stale(runtime) == 2
    limit_to_brands([brand.id])
    try:
        assert await alerts(runtime, reviewer) == [TITLE]
    finally:
        limit_to_brands(None)


async def test_a_brand_says_what_too_long_is(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, ask_for: AskFor
) -> None:
    await ask_for(stale_after_hours=48)
    await in_review(runtime, owner, channel)
    clock.advance(timedelta(hours=47))
    assert await tell_stale(runtime) == 0
    # Found late, it is told of once, at the level that it has reached.
    clock.advance(timedelta(days=20))
    assert [await tell_stale(runtime), await tell_stale(runtime)] == [1, 0]
