"""The cadence: how often and when a brand posts, and what each of its channels does differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import Problem
from signoff.kernel.ids import BrandId, ChannelId
from signoff.kernel.people import May
from signoff.organizations.brands import list_brands
from signoff.organizations.cadence import (
    FIELDS,
    channel_cadence,
    set_brand_cadence,
    set_channel_cadence,
)
from signoff.organizations.rule_rows import Rules
from signoff.web.forms import number, text
from signoff.web.once import new_router
from signoff.web.problems import field_errors
from signoff.web.rules_page import cadence_inputs, rules_page
from signoff.web.visit import Looking, Reading, Sending, Visit

router = new_router("")

_INPUTS: Final = ("min_gap_minutes", "max_per_day", "quiet_from", "quiet_to", "slots")


@router.get("/settings/cadence")
async def show_first(visit: Reading) -> Response:
    """Begin with the first brand."""
    brands = await list_brands(visit.runtime, visit.actor)
    if brands:
        return visit.done(f"/settings/cadence/{brands[0].id}")
    return await visit.page("settings/cadence_without_brand.html", "settings")


@router.get("/settings/cadence/{brand_id}")
async def show_cadence(visit: Looking, brand_id: UUID) -> HTMLResponse:
    """Show a brand's rules, and which hold on its channels."""
    return await rules_page(visit, BrandId(brand_id))


@router.post("/settings/cadence/{brand_id}")
async def send_cadence(visit: Sending, brand_id: UUID, version: Annotated[int, Form()]) -> Response:
    """Set a brand's rules."""
    form, brand = await visit.request.form(), BrandId(brand_id)
    try:
        await set_brand_cadence(visit.runtime, visit.actor, brand, _values(form), version=version)
    except Problem as problem:
        return await rules_page(visit, brand, typed=_typed(form), problem=problem)
    return visit.done(f"/settings/cadence/{brand_id}", "Saved. What is scheduled stays where it is.")


@router.get("/channels/{channel_id}/cadence")
async def show_channel(visit: Reading, channel_id: UUID) -> HTMLResponse:
    """Ask which rules the channel has for itself."""
    visit.actor.need(May.MANAGE_CHANNELS)
    rules = await channel_cadence(visit.runtime, visit.actor, ChannelId(channel_id))
    return await _sheet(visit, rules, cadence_inputs(rules.in_force), set(rules.own))


@router.post("/channels/{channel_id}/cadence")
async def send_channel(visit: Sending, channel_id: UUID, version: Annotated[int, Form()]) -> Response:
    """Set the channel's own rules."""
    form, channel = await visit.request.form(), ChannelId(channel_id)
    own = {name for name in FIELDS if text(form, f"own_{name}") == "yes"}
    given = {name: value for name, value in _values(form).items() if name in own}
    try:
        done = await set_channel_cadence(visit.runtime, visit.actor, channel, given, version=version)
    except Problem as problem:
        rules = await channel_cadence(visit.runtime, visit.actor, channel)
        return await _sheet(visit, rules, _typed(form), own, problem)
    return visit.done(f"/settings/cadence/{done.brand.id}", f"Saved for “{_name(done)}”.")


def _name(rules: Rules) -> str:
    return rules.channel.name if rules.channel else rules.brand.name


def _values(form: FormData) -> dict[str, Any]:
    start, end = text(form, "quiet_from").strip(), text(form, "quiet_to").strip()
    return {
        "min_gap_minutes": number(text(form, "min_gap_minutes")),
        "max_per_day": number(text(form, "max_per_day")),
        "quiet_hours": {"from": start, "to": end} if start or end else None,
        "slots": [line for line in text(form, "slots").splitlines() if line.strip()],
    }


def _typed(form: FormData) -> dict[str, str]:
    return {name: text(form, name) for name in _INPUTS}


async def _sheet(
    visit: Visit, rules: Rules, given: Mapping[str, str], own: set[str], problem: Problem | None = None
) -> HTMLResponse:
    return await visit.sheet(
        "sheets/cadence.html",
        "settings",
        status=problem.status if problem else 200,
        rules=rules,
        given=given,
        own=own,
        problem=problem,
        errors=field_errors(problem),
    )
