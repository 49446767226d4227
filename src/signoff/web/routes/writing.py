"""Settings of how a brand writes: what its links carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import Problem
from signoff.kernel.ids import BrandId, ChannelId
from signoff.organizations.brands import get_brand, list_brands
from signoff.organizations.channels import list_channels
from signoff.organizations.link_tracking import get_link_tracking, set_link_tracking
from signoff.records.posts.tracking import WORDS
from signoff.web.forms import chosen_id, text
from signoff.web.once import new_router
from signoff.web.visit import Looking, Reading, Sending, Visit

router = new_router("/settings/writing")

_LINKS: Final = "links_"


@router.get("")
async def show_first(visit: Reading) -> Response:
    """Begin with the first brand."""
    brands = await list_brands(visit.runtime, visit.actor)
    if brands:
        return visit.done(f"/settings/writing/{brands[0].id}")
    return await visit.page("settings/writing_without_brand.html", "settings")


@router.get("/{brand_id}")
async def show_writing(visit: Looking, brand_id: UUID) -> HTMLResponse:
    """Show what a brand's links carry."""
    given = await get_link_tracking(visit.runtime, visit.actor, BrandId(brand_id))
    return await _page(visit, BrandId(brand_id), given)


@router.post("/{brand_id}/links")
async def send_links(visit: Sending, brand_id: UUID) -> Response:
    """Set what a brand's links carry."""
    form = await visit.request.form()
    given: dict[ChannelId | None, str] = {None: text(form, "links")}
    for name in form:
        key = chosen_id(name.removeprefix(_LINKS)) if name.startswith(_LINKS) else None
        if key is not None:
            given[ChannelId(key)] = text(form, name)
    try:
        await set_link_tracking(visit.runtime, visit.actor, BrandId(brand_id), given)
    except Problem as problem:
        return await _page(visit, BrandId(brand_id), given, problem)
    said = "Saved. What was handed in for review keeps its links."
    return visit.done(f"/settings/writing/{brand_id}", said, icon="link-2")


async def _page(
    visit: Visit,
    brand_id: BrandId,
    given: Mapping[ChannelId | None, str],
    problem: Problem | None = None,
) -> HTMLResponse:
    return await visit.page(
        "settings/writing.html",
        "settings",
        status=problem.status if problem else 200,
        brand=await get_brand(visit.runtime, visit.actor, brand_id),
        channels=await list_channels(visit.runtime, visit.actor, brand_id),
        given=given,
        placeholders=WORDS,
        problem=problem,
    )
