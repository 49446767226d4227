"""Deliveries: looking at them, and deciding where only a person can."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.lists import Cursor, Limit
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.api.schemas.base import ListOut, Moment, PageOut
from signoff.api.schemas.deliveries import DeliveryDetailOut, DeliveryOut, HeldDecisionOut
from signoff.api.schemas.delivery_requests import HeldIn, ReasonIn, RecoverIn, RescheduleIn, SettleIn
from signoff.kernel.errors import NoRoom, NotConnected, NotFound, WrongState
from signoff.kernel.ids import BrandId, ChannelId, DeliveryId, PostId
from signoff.pipeline.publish.hurry import hurry
from signoff.pipeline.publish.look import look_now
from signoff.pipeline.publish.retry import retry
from signoff.pipeline.publish.settle import settle_not_out, settle_out
from signoff.pipeline.recover.by_hand import recovered_by_hand
from signoff.pipeline.recover.take_down import recover
from signoff.pipeline.schedule.change import cancel, reschedule
from signoff.pipeline.schedule.release import decide_held, release
from signoff.records.deliveries import queries
from signoff.records.states import DeliveryState

router = new_router("/deliveries", "Deliveries", NotFound)


@router.get("", summary="List deliveries")
async def list_deliveries(
    *,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    state: Annotated[list[DeliveryState], Query(description="In one of these states; may be repeated.")] = [],  # noqa: B006
    brand: Annotated[UUID | None, Query(description="Of this brand.")] = None,
    channel: Annotated[UUID | None, Query(description="To this channel.")] = None,
    post: Annotated[UUID | None, Query(description="Of this post.")] = None,
    start: Annotated[Moment | None, Query(alias="from", description="Due then or later.")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Due before then.")] = None,
    held: Annotated[bool, Query(description="Only what is held because it is late.")] = False,
    newest_first: Annotated[bool, Query(description="By due time, the last one first.")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[DeliveryOut]:
    """List deliveries by due time."""
    page = await queries.list_deliveries(
        runtime,
        actor,
        states=state,
        brand_id=BrandId(brand) if brand else None,
        channel_id=ChannelId(channel) if channel else None,
        post_id=PostId(post) if post else None,
        start=start,
        end=end,
        cursor=cursor,
        limit=limit,
        newest_first=newest_first,
        is_held=held,
    )
    return PageOut(items=[DeliveryOut.of(view) for view in page.items], next_cursor=page.next_cursor)


@router.get("/{delivery_id}", summary="Read a delivery")
async def read_delivery(delivery_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> DeliveryDetailOut:
    """Give everything on record: attempts, timeline, receipts, what was approved by whom."""
    detail = await queries.get_delivery(runtime, actor, DeliveryId(delivery_id))
    return DeliveryDetailOut.of_detail(detail)


@router.post("/{delivery_id}/cancel", summary="Cancel a delivery", responses=problems(WrongState))
async def cancel_delivery(
    delivery_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, body: ReasonIn | None = None
) -> DeliveryOut:
    """Cancel it; one that can't be stopped any more says so in `wanted`."""
    reason = body.reason if body else ""
    return DeliveryOut.of(await cancel(runtime, actor, DeliveryId(delivery_id), reason=reason))


@router.post(
    "/{delivery_id}/reschedule", summary="Choose another time", responses=problems(WrongState, NoRoom)
)
async def reschedule_delivery(
    delivery_id: UUID, body: RescheduleIn, actor: CurrentActor, runtime: CurrentRuntime
) -> DeliveryOut:
    """Move a scheduled delivery to another time, or to the next one that keeps the cadence."""
    view = await reschedule(
        runtime,
        actor,
        DeliveryId(delivery_id),
        due_at=None if body.due_at == "next_slot" else body.due_at,
        due_local=body.due_local,
        next_slot=body.due_at == "next_slot",
        keep_time=body.keep_time,
    )
    return DeliveryOut.of(view)


@router.post("/{delivery_id}/release", summary="Let a late one go", responses=problems(WrongState))
async def release_delivery(delivery_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> DeliveryOut:
    """Publish a delivery now that is held because it is later than its brand allows."""
    return DeliveryOut.of(await release(runtime, actor, DeliveryId(delivery_id)))


@router.post("/held", summary="Decide about several late ones")
async def decide_about_held(
    body: HeldIn, actor: CurrentActor, runtime: CurrentRuntime
) -> ListOut[HeldDecisionOut]:
    """Let several held deliveries go one after the other, move them, or cancel them; each by itself."""
    ids = [DeliveryId(each) for each in body.deliveries]
    decided = await decide_held(runtime, actor, ids, body.then)
    return ListOut(items=[HeldDecisionOut.of(each) for each in decided])


@router.post("/{delivery_id}/retry", summary="Try again", responses=problems(WrongState, NotConnected))
async def retry_delivery(delivery_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> DeliveryOut:
    """Let a failed delivery, which is certainly not out, go out after all."""
    return DeliveryOut.of(await retry(runtime, actor, DeliveryId(delivery_id)))


@router.post("/{delivery_id}/hurry", summary="Don't wait for the next try", responses=problems(WrongState))
async def hurry_delivery(delivery_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> DeliveryOut:
    """Try a delivery again now that waits for its next try; what else holds it holds on."""
    return DeliveryOut.of(await hurry(runtime, actor, DeliveryId(delivery_id)))


@router.post("/{delivery_id}/look", summary="Ask the platform now", responses=problems(WrongState))
async def look_at_delivery(delivery_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> DeliveryOut:
    """Have a worker ask the platform at once what became of a delivery whose outcome is unknown."""
    return DeliveryOut.of(await look_now(runtime, actor, DeliveryId(delivery_id)))


@router.post("/{delivery_id}/settle", summary="Say what became of it", responses=problems(WrongState))
async def settle_delivery(
    delivery_id: UUID, body: SettleIn, actor: CurrentActor, runtime: CurrentRuntime
) -> DeliveryOut:
    """Say that it is out, at this address; or of an unknown outcome that it isn't, and what then."""
    if body.then is None:
        return DeliveryOut.of(
            await settle_out(runtime, actor, DeliveryId(delivery_id), body.url, sure=body.sure)
        )
    view = await settle_not_out(runtime, actor, DeliveryId(delivery_id), then=body.then, sure=body.sure)
    return DeliveryOut.of(view)


@router.post("/{delivery_id}/recover", summary="Take a post down", responses=problems(WrongState))
async def recover_delivery(
    delivery_id: UUID, body: RecoverIn, actor: CurrentActor, runtime: CurrentRuntime
) -> DeliveryOut:
    """Take a published delivery down through the platform, or learn the steps to do it by hand."""
    view = await recover(runtime, actor, DeliveryId(delivery_id), reason=body.reason, urgency=body.urgency)
    return DeliveryOut.of(view)


@router.post(
    "/{delivery_id}/recovered-by-hand", summary="Confirm that it is down", responses=problems(WrongState)
)
async def confirm_recovered(delivery_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> DeliveryOut:
    """Say that a person took the post down where the platform can't."""
    return DeliveryOut.of(await recovered_by_hand(runtime, actor, DeliveryId(delivery_id)))
