"""The approval rules of a brand, which stand beside its cadence, and those that a channel has for itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from fastapi import Form
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import Problem
from signoff.kernel.ids import BrandId, ChannelId
from signoff.kernel.people import May
from signoff.organizations.approval import (
    OF_BRAND,
    channel_approval,
    set_brand_approval,
    set_channel_approval,
)
from signoff.organizations.rule_rows import Rules
from signoff.web.forms import number, text
from signoff.web.once import new_router
from signoff.web.rules_page import rules_page
from signoff.web.visit import Reading, Sending, Visit

router = new_router("")

_ANSWERS: Final = {"yes": True, "no": False}


@router.post("/settings/cadence/{brand_id}/approval")
async def send_rules(visit: Sending, brand_id: UUID, version: Annotated[int, Form()]) -> Response:
    """Set a brand's approval rules."""
    form = await visit.request.form()
    typed = {name: text(form, name).strip() for name in OF_BRAND}
    given = {name: number(typed[name]) for name in OF_BRAND} | {"four_eyes": typed["four_eyes"] == "yes"}
    try:
        await set_brand_approval(visit.runtime, visit.actor, BrandId(brand_id), given, version=version)
    except Problem as problem:
        return await rules_page(visit, BrandId(brand_id), approval_typed=typed, approval_problem=problem)
    return visit.done(f"/settings/cadence/{brand_id}", "Saved. What is sealed stays approved.", icon="stamp")


@router.get("/channels/{channel_id}/approval")
async def show_channel(visit: Reading, channel_id: UUID) -> HTMLResponse:
    """Ask what the channel wants in place of its brand."""
    visit.actor.need(May.MANAGE_BRANDS)
    rules = await channel_approval(visit.runtime, visit.actor, ChannelId(channel_id))
    four_eyes = {True: "yes", False: "no", None: ""}[rules.own.get("four_eyes")]
    return await _sheet(
        visit, rules, {"approvals": str(rules.own.get("approvals", "")), "four_eyes": four_eyes}
    )


@router.post("/channels/{channel_id}/approval")
async def send_channel(visit: Sending, channel_id: UUID, version: Annotated[int, Form()]) -> Response:
    """Set what the channel wants in place of its brand."""
    form, channel = await visit.request.form(), ChannelId(channel_id)
    typed = _typed(form)
    given = {"approvals": number(typed["approvals"]), "four_eyes": _ANSWERS.get(typed["four_eyes"])}
    try:
        rules = await set_channel_approval(visit.runtime, visit.actor, channel, given, version=version)
    except Problem as problem:
        return await _sheet(
            visit, await channel_approval(visit.runtime, visit.actor, channel), typed, problem
        )
    name = rules.channel.name if rules.channel else rules.brand.name
    return visit.done(f"/settings/cadence/{rules.brand.id}", f"Saved for “{name}”.", icon="stamp")


def _typed(form: FormData) -> dict[str, str]:
    return {name: text(form, name).strip() for name in ("approvals", "four_eyes")}


async def _sheet(
    visit: Visit, rules: Rules, given: Mapping[str, str], problem: Problem | None = None
) -> HTMLResponse:
    return await visit.sheet(
        "sheets/approval.html",
        "settings",
        status=problem.status if problem else 200,
        rules=rules,
        given=given,
        problem=problem,
    )
