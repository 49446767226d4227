"""Live events, for whoever would otherwise ask again and again."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Query
from starlette.requests import Request
from starlette.responses import StreamingResponse

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.live import Live
from signoff.api.routing import new_router
from signoff.records.overview.audit_trail import last_entry

router = new_router("/events", "Publishing")


@router.get(
    "",
    summary="Follow what changes",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events, until one side leaves.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def events(
    request: Request,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    last_event_id: Annotated[
        int | None,
        Header(
            alias="Last-Event-ID",
            ge=0,
            lt=2**63,
            description="The id of the last event seen; what came after it is told.",
        ),
    ] = None,
    since: Annotated[int | None, Query(ge=0, lt=2**63, description="The same, without a header.")] = None,
) -> StreamingResponse:
    """Tell the kind of each change as it happens: posts, review, jobs, alerts, pause, channels.

    Events carry no content: read again what you show. Their id is the number of the last audit entry.
    """
    live: Live = request.app.state.live
    now = await last_entry(runtime, actor)
    seen = last_event_id if last_event_id is not None else since
    start = now if seen is None else seen
    return StreamingResponse(
        live.stream(actor.organization_id, start),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )
