"""What a chosen time means: the answer to typing into a time field."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from signoff.kernel.errors import Problem
from signoff.kernel.local_time import moment_of
from signoff.web.visit import Reading

router = APIRouter()


@router.get("/time")
async def show_time(visit: Reading, zone: str, due_local: str = "") -> HTMLResponse:
    """Say what a local time of a brand is for the viewer, or why it can't be chosen."""
    moment, problem = None, None
    if due_local:
        try:
            moment = moment_of(due_local, zone)
        except Problem as found:
            problem = found
    return visit.fragment("parts/time.html", moment=moment, problem=problem, other_zone=zone != visit.zone)
