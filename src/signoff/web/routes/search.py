"""Search and jump: the page, and the lines of the palette that opens over every page."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from signoff.web.jumping import targets_for
from signoff.web.visit import Reading

router = APIRouter()


@router.get("/search")
async def show_search(visit: Reading, q: str = "") -> HTMLResponse:
    """Show what was found: as a page, or the list alone."""
    groups = await targets_for(visit.runtime, visit.actor, q)
    if visit.is_partial:
        return visit.fragment("search/_found.html", groups=groups, asked=q)
    return await visit.page("search/search.html", "", groups=groups, asked=q)
