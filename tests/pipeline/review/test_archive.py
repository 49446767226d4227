"""Putting a post away and getting it back: what waits is cancelled, an approval doesn't come back."""

from __future__ import annotations

import pytest

from signoff.kernel.errors import NotAllowed, WrongState
from signoff.kernel.people import Actor, Role
from signoff.pipeline.review.archive import archive, restore
from signoff.pipeline.schedule.place import place
from signoff.records.planning.placement import Schedule
from signoff.records.posts.listing import list_posts
from signoff.records.posts.queries import get_post
from signoff.records.states import DeliveryAction, DeliveryState, PostState, Wanted
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import approved, in_review, moved, scheduled, written
from tests.support.world import Join


@pytest.mark.parametrize("make", [written, in_review, approved])
async def test_from_every_state_it_is_archived_with_the_reason(
    runtime: Runtime, owner: Actor, channel: Channel, make: type
) -> None:
    post = await make(runtime, owner, channel)
    put_away = await archive(runtime, owner, post.post.id, reason="Out of date.")
    assert (put_away.post.state, put_away.post.archive_reason) == (PostState.ARCHIVED, "Out of date.")
    assert (await list_posts(runtime, owner)).items == []


async def test_what_waits_is_cancelled(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    delivery = await scheduled(runtime, owner, channel)
    put_away = await archive(runtime, owner, delivery.post_id)
    assert [one.delivery.state for one in put_away.deliveries] == [DeliveryState.CANCELLED]


async def test_what_is_going_out_is_marked_as_unwanted(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    await moved(runtime, delivery.id, DeliveryAction.CLAIM)
    put_away = await archive(runtime, owner, delivery.post_id, reason="Wrong price.")
    (view,) = put_away.deliveries
    assert (view.delivery.state, view.delivery.wanted) == (DeliveryState.PUBLISHING, Wanted.CANCELLED)


async def test_restored_it_is_a_draft_whose_approval_is_gone(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    post = (await approved(runtime, owner, channel)).post
    await archive(runtime, owner, post.id)
    back = await restore(runtime, owner, post.id)
    assert (back.post.state, back.seal, back.post.archive_reason) == (PostState.DRAFT, None, "")
    with pytest.raises(WrongState):
        await place(runtime, owner, post.id, Schedule(now=True))


async def test_only_what_is_archived_is_restored_and_only_once(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    post = (await written(runtime, owner, channel)).post
    with pytest.raises(WrongState):
        await restore(runtime, owner, post.id)
    await archive(runtime, owner, post.id)
    with pytest.raises(WrongState):
        await archive(runtime, owner, post.id)


async def test_authors_put_away_their_own_posts_only(
    runtime: Runtime, author: Actor, reviewer: Actor, join: Join, channel: Channel
) -> None:
    post = (await written(runtime, author, channel)).post
    other = await join(Role.AUTHOR, "other@casaluz.example")
    with pytest.raises(NotAllowed):
        await archive(runtime, other, post.id)
    await archive(runtime, author, post.id)
    with pytest.raises(NotAllowed):
        await restore(runtime, other, post.id)
    await restore(runtime, reviewer, post.id)
    assert (await get_post(runtime, author, post.id)).post.state is PostState.DRAFT
