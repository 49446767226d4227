"""Days without posts: adding them beside the cadence, and lifting them."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Form
from starlette.responses import Response

from signoff.kernel.errors import Invalid, Problem
from signoff.kernel.ids import BrandId, ChannelId, ClosedDaysId
from signoff.organizations.closed_days import ClosedDraft, close_days, open_days
from signoff.web.forms import chosen_id
from signoff.web.once import new_router
from signoff.web.rules_page import rules_page
from signoff.web.visit import Sending

router = new_router("/settings/cadence/{brand_id}/closed-days")


@router.post("")
async def send_days(
    visit: Sending,
    brand_id: UUID,
    first: Annotated[str, Form()] = "",
    last: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    channel: Annotated[str, Form()] = "",
) -> Response:
    """Keep days free of posts."""
    brand, channel_id = BrandId(brand_id), chosen_id(channel)
    typed = {"first": first, "last": last, "reason": reason, "channel": channel}
    try:
        first_day, last_day = _day(first, "first"), _day(last, "last") if last.strip() else None
        draft = ClosedDraft(first_day, reason, last_day, ChannelId(channel_id) if channel_id else None)
        await close_days(visit.runtime, visit.actor, brand, draft)
    except Problem as problem:
        return await rules_page(visit, brand, closed_typed=typed, closed_problem=problem)
    said = "Saved. What is scheduled there already stays; the calendar shows it."
    return visit.done(f"/settings/cadence/{brand_id}#closed", said, icon="calendar-x")


@router.post("/{closed_id}/remove")
async def send_removal(visit: Sending, brand_id: UUID, closed_id: UUID) -> Response:
    """Let posts go out on these days again."""
    try:
        await open_days(visit.runtime, visit.actor, BrandId(brand_id), ClosedDaysId(closed_id))
    except Problem as problem:
        return await rules_page(visit, BrandId(brand_id), closed_problem=problem)
    return visit.done(f"/settings/cadence/{brand_id}#closed", "Posts go out on these days again.")


def _day(typed: str, field: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise Invalid("Choose a day.", field=field) from None
