"""Reviewing: the queue, the preview, the decision, and bringing an approved post out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, status

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.lists import Cursor, Limit
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.api.schemas.base import ListOut, PageOut
from signoff.api.schemas.deliveries import DeliveryOut
from signoff.api.schemas.delivery_requests import ScheduleIn
from signoff.api.schemas.posts import PostOut
from signoff.api.schemas.reviews import DecidedOut, DecisionIn, PreviewOut
from signoff.kernel.errors import ContentChanged, NoRoom, NotConnected, NotFound, WrongState
from signoff.kernel.ids import BrandId, ChannelId, PersonId, PostId
from signoff.pipeline.draft.preview import preview
from signoff.pipeline.review.decide import decide
from signoff.pipeline.schedule.place import place
from signoff.records.planning.placement import Schedule
from signoff.records.posts import queue

router = new_router("", "Review", NotFound)


def _schedule(body: ScheduleIn) -> Schedule:
    return Schedule(
        channels=None if body.channels is None else [ChannelId(channel) for channel in body.channels],
        due_at=body.due_at if isinstance(body.due_at, datetime) else None,
        due_local=body.due_local,
        now=body.due_at == "now",
        next_slot=body.due_at == "next_slot",
        keep_time=body.keep_time,
        again=body.again,
        publish_mode=body.publish_mode,
    )


@router.get("/review-queue", summary="List what waits for a decision")
async def review_queue(
    actor: CurrentActor,
    runtime: CurrentRuntime,
    *,
    mine: Annotated[bool, Query(description="Only what waits for the caller.")] = False,
    brand: Annotated[UUID | None, Query(description="Of this brand.")] = None,
    channel: Annotated[UUID | None, Query(description="For this channel.")] = None,
    author: Annotated[UUID | None, Query(description="By this person.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[PostOut]:
    """List posts in review, longest waiting first.

    For the caller waits what they look after, or nobody in particular, until they approved it; not their own
    work where others have to approve that.
    """
    page = await queue.review_queue(
        runtime,
        actor,
        mine=mine,
        brand_id=BrandId(brand) if brand else None,
        channel_id=ChannelId(channel) if channel else None,
        author_id=PersonId(author) if author else None,
        cursor=cursor,
        limit=limit,
    )
    return PageOut(items=[PostOut.of(view) for view in page.items], next_cursor=page.next_cursor)


@router.get("/posts/{post_id}/preview", summary="See exactly what would be sent")
async def preview_post(post_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> PreviewOut:
    """Render the present revision for each channel; `seen` is what a decision sends back."""
    return PreviewOut.of(await preview(runtime, actor, PostId(post_id)))


@router.post(
    "/posts/{post_id}/decisions",
    status_code=status.HTTP_201_CREATED,
    summary="Approve, request changes or skip",
    responses=problems(ContentChanged, NoRoom, NotConnected, WrongState),
)
async def decide_post(
    post_id: UUID, body: DecisionIn, actor: CurrentActor, runtime: CurrentRuntime
) -> DecidedOut:
    """Decide about exactly what was seen; 409 if it changed in the meantime."""
    schedule = _schedule(body.schedule) if body.schedule else None
    decided = await decide(
        runtime,
        actor,
        PostId(post_id),
        body.verdict,
        seen=body.seen,
        comment=body.comment,
        schedule=schedule,
        facts_confirmed=body.facts_confirmed,
    )
    return DecidedOut.of(decided, actor)


@router.post(
    "/posts/{post_id}/deliveries",
    status_code=status.HTTP_201_CREATED,
    summary="Schedule an approved post, or publish it now",
    responses=problems(ContentChanged, NoRoom, NotConnected, WrongState),
)
async def place_post(
    post_id: UUID, body: ScheduleIn, actor: CurrentActor, runtime: CurrentRuntime
) -> ListOut[DeliveryOut]:
    """Make one delivery for each channel; one that the cadence moved says so in `moved_from`, `moved_why`."""
    placed = await place(runtime, actor, PostId(post_id), _schedule(body))
    return ListOut(items=[DeliveryOut.of(view) for view in placed])
