"""Posts on their way, for tests of what happens later: `delivery = await scheduled(runtime, ...)`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from signoff.kernel.ids import DeliveryId, PostId
from signoff.kernel.people import Actor, worker_actor
from signoff.pipeline.draft.content import PostDraft
from signoff.pipeline.draft.preview import preview
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.pipeline.schedule.place import place
from signoff.records.deliveries.views import PostView
from signoff.records.models import Delivery
from signoff.records.moves import lock_delivery, move_delivery
from signoff.records.planning.placement import Schedule
from signoff.records.states import ContentType, DeliveryAction, Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime


async def written(
    runtime: Runtime, actor: Actor, *channels: Channel, body: str = "Fresh bread at eight."
) -> PostView:
    """A draft for these channels of one brand."""
    return await create_post(runtime, actor, draft_for(*channels, body=body))


def draft_for(*channels: Channel, body: str = "Fresh bread at eight.") -> PostDraft:
    """What an author hands in."""
    return PostDraft(
        brand_id=channels[0].brand_id,
        content_type=ContentType.FEED_POST,
        title="Good morning",
        body=body,
        channels=[channel.id for channel in channels],
    )


async def in_review(
    runtime: Runtime, actor: Actor, *channels: Channel, body: str = "Fresh bread at eight."
) -> PostView:
    """A post that waits for a decision."""
    post = await written(runtime, actor, *channels, body=body)
    return await submit(runtime, actor, post.post.id)


async def seen(runtime: Runtime, actor: Actor, post_id: PostId) -> str:
    """The fingerprint of what a reviewer is shown now."""
    shown = (await preview(runtime, actor, post_id)).seen
    assert shown is not None
    return shown


async def approved(
    runtime: Runtime, actor: Actor, *channels: Channel, body: str = "Fresh bread at eight."
) -> PostView:
    """A sealed post; the actor wrote and approved it."""
    post = await in_review(runtime, actor, *channels, body=body)
    fingerprint = await seen(runtime, actor, post.post.id)
    return (await decide(runtime, actor, post.post.id, Verdict.APPROVE, seen=fingerprint)).post


async def scheduled(
    runtime: Runtime, actor: Actor, channel: Channel, *, due_in: timedelta = timedelta(hours=1)
) -> Delivery:
    """An approved post's delivery, due later."""
    post = await approved(runtime, actor, channel)
    schedule = Schedule(due_at=runtime.clock.now() + due_in)
    return (await place(runtime, actor, post.post.id, schedule))[0].delivery


async def moved(
    runtime: Runtime, delivery_id: DeliveryId, *actions: DeliveryAction, **facts: Any
) -> Delivery:
    """The delivery after the worker's moves; `facts` are set with the last one."""
    async with runtime.worker_transaction() as tx:
        delivery = await lock_delivery(tx, delivery_id)
        worker = worker_actor(delivery.organization_id)
        for action in actions:
            last = facts if action is actions[-1] else {}
            await move_delivery(tx, delivery, action, worker, **last)
        return delivery
