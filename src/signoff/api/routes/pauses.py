"""The switches that hold deliveries."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, status

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.lists import Cursor, Limit
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.api.schemas.base import PageOut
from signoff.api.schemas.deliveries import DeliveryOut
from signoff.api.schemas.operation import (
    PausedOut,
    PauseIn,
    PauseOut,
    ResumedOut,
    ResumeIn,
    ResumeReviewOut,
    Scope,
)
from signoff.kernel.errors import Invalid, NotFound, WrongState
from signoff.pipeline.schedule.pause import pause
from signoff.pipeline.schedule.resume import resume, review_resume
from signoff.records.alerts.notices import page_of_pauses
from signoff.records.states import OnResume

router = new_router("/pauses", "Publishing", NotFound)


@router.get("", summary="List what is paused")
async def list_pauses(
    actor: CurrentActor, runtime: CurrentRuntime, cursor: Cursor = None, limit: Limit = 50
) -> PageOut[PauseOut]:
    """Give the open pauses, oldest first."""
    page = await page_of_pauses(runtime, actor, cursor=cursor, limit=limit)
    return PageOut(items=[PauseOut.model_validate(each) for each in page.items], next_cursor=page.next_cursor)


@router.post(
    "", status_code=status.HTTP_201_CREATED, summary="Hold deliveries", responses=problems(WrongState)
)
async def start_pause(body: PauseIn, actor: CurrentActor, runtime: CurrentRuntime) -> PausedOut:
    """Hold everything, the organization, a brand or a channel; what becomes due waits and says so."""
    paused = await pause(runtime, actor, body.scope, body.id, reason=body.reason, on_resume=body.on_resume)
    return PausedOut(
        pause=PauseOut.model_validate(paused.pause),
        on_their_way=[DeliveryOut.of(view) for view in paused.on_their_way],
    )


@router.delete("", summary="Let deliveries go again", responses=problems(WrongState))
async def end_pause(
    *,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    scope: Annotated[Scope | None, Query(description="What to let go; or as `scope` in a body.")] = None,
    id: Annotated[UUID | None, Query(description="The brand or channel.")] = None,
    rule: Annotated[OnResume | None, Query(description="For what is overdue.")] = None,
    body: ResumeIn | None = None,
) -> ResumedOut:
    """Lift a pause; what is overdue follows the rule. Name it in the query or in a body."""
    wanted = ResumeIn(scope=scope, id=id, rule=rule) if scope else body
    if wanted is None:
        raise Invalid(
            "Say what to let go.", field="scope", next_step="Send scope, and id for a brand or channel."
        )
    return ResumedOut.of(await resume(runtime, actor, wanted.scope, wanted.id, wanted.rule))


@router.get("/review", summary="See what resuming would do", responses=problems(WrongState))
async def review_pause(
    *,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    scope: Annotated[Scope, Query(description="What is paused.", examples=["organization"])],
    id: Annotated[UUID | None, Query(description="The brand or channel.")] = None,
    rule: Annotated[OnResume | None, Query(description="Another rule than the pause's own.")] = None,
) -> ResumeReviewOut:
    """List what is overdue, and what the rule would do with each, without changing anything."""
    return ResumeReviewOut.of(await review_resume(runtime, actor, scope, id, rule))
