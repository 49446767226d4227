"""Live updates: the stream of events, and what every page refreshes when one comes."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse, StreamingResponse

from signoff.records.overview.audit_trail import last_entry
from signoff.web.frame import gather_frame
from signoff.web.live import LiveEvents
from signoff.web.visit import LISTS, Reading

router = APIRouter()


@router.get("/events")
async def stream_events(visit: Reading, since: int | None = None) -> StreamingResponse:
    """Tell what changed after the entry that the browser saw last; at first, after the page was made."""
    live: LiveEvents = visit.request.app.state.live
    seen = visit.request.headers.get("last-event-id", "")
    start = int(seen) if seen.isdecimal() else since
    if start is None:
        start = await last_entry(visit.runtime, visit.actor)
    return StreamingResponse(
        live.stream(visit.actor.organization_id, start),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


@router.get("/frame")
async def show_frame(visit: Reading, section: str = "", at: str = "") -> HTMLResponse:
    """Show navigation and banners of the page at an address as they are now."""
    frame = await gather_frame(visit.runtime, visit.actor, visit.signed.organization)
    return visit.fragment("frame.html", frame=frame, section=section, path=at, is_narrowed_here=at in LISTS)
