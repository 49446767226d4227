"""Approved posts with pictures that all become due, told apart by their numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from signoff.kernel.people import Actor
from signoff.organizations.channels import connect_channel
from signoff.pipeline.draft.content import MediaUse, PostDraft
from signoff.pipeline.draft.media import upload_media
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.records.models import Delivery
from signoff.records.planning.placement import Schedule
from signoff.records.states import Verdict
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.crashes.platforms import Platform
from tests.media.pictures import saved, scene
from tests.support.posts import seen


def mark_of(channel: Channel, number: int) -> str:
    """The words by which a post is known again, also on a platform that remembers earlier tests."""
    return f"loaf no. {number:04} of {channel.id.hex}"


async def _at_once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def connected(runtime: Runtime, actor: Actor, brand: Brand, platform: Platform) -> Channel:
    return await connect_channel(
        runtime, actor, brand.id, platform.name, platform.name.title(), platform.credentials, platform.options
    )


async def planned(
    runtime: Runtime,
    actor: Actor,
    channel: Channel,
    platform: Platform,
    numbers: range,
    *,
    due_in: timedelta = timedelta(minutes=59),
) -> list[Delivery]:
    """Approved posts with two pictures, all due within an hour, told apart by their numbers."""
    pictures = [saved(scene((width, 640)), "JPEG") for width in (640, 648)]
    stored = [await upload_media(runtime, actor, _at_once(picture)) for picture in pictures]
    uses = [MediaUse(each.id, "A loaf of bread") for each in stored]
    due_at = runtime.clock.now() + due_in
    deliveries = []
    for number in numbers:
        mark = mark_of(channel, number)
        draft = PostDraft(
            channel.brand_id,
            platform.content_type,
            title=mark,
            body=f"Take {mark}.",
            media=uses,
            channels=[channel.id],
        )
        post = await create_post(runtime, actor, draft)
        await submit(runtime, actor, post.post.id)
        fingerprint = await seen(runtime, actor, post.post.id)
        schedule = Schedule(due_at=due_at + timedelta(milliseconds=number))
        decided = await decide(
            runtime, actor, post.post.id, Verdict.APPROVE, seen=fingerprint, schedule=schedule
        )
        deliveries += [view.delivery for view in decided.deliveries]
    return deliveries
