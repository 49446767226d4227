"""The switches: hold everything, an organization, a brand or a channel, and let it go again."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Form
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import Problem
from signoff.kernel.people import May
from signoff.organizations.brands import list_brands
from signoff.organizations.channels import list_channels
from signoff.pipeline.schedule.pause import Paused, pause, resume
from signoff.web.forms import chosen_id
from signoff.web.once import new_router
from signoff.web.visit import Reading, Sending, Visit

router = new_router("/pauses")


@router.get("")
async def show_pauses(visit: Reading) -> HTMLResponse:
    """List what is paused."""
    return await visit.page("settings/pauses.html", "settings", problem=None)


@router.get("/new")
async def show_pause(visit: Reading, target: str = "") -> HTMLResponse:
    """Ask what to pause, and why."""
    visit.actor.need(May.PAUSE)
    return await _sheet(visit, target)


@router.post("")
async def send_pause(
    visit: Sending, target: Annotated[str, Form()] = "", reason: Annotated[str, Form()] = ""
) -> Response:
    """Pause; the answer names what can't be held any more."""
    scope, target_id = _read(target)
    try:
        paused = await pause(visit.runtime, visit.actor, scope, target_id, reason=reason)
    except Problem as problem:
        return await _sheet(visit, target, problem, reason)
    return visit.done("/publishing", _said(paused), icon="pause", tone="warn")


@router.post("/resume")
async def send_resume(visit: Sending, target: Annotated[str, Form()] = "") -> Response:
    """Let deliveries go again."""
    scope, target_id = _read(target)
    try:
        resumed = await resume(visit.runtime, visit.actor, scope, target_id)
    except Problem as problem:
        return await visit.page("settings/pauses.html", "settings", status=problem.status, problem=problem)
    overdue = f" {resumed.released} overdue go out now." if resumed.released else ""
    return visit.done("/publishing", f"Publishing goes on.{overdue}", icon="play")


def _read(target: str) -> tuple[str, UUID | None]:
    scope, _, target_id = target.partition(":")
    return scope, chosen_id(target_id)


def _said(paused: Paused) -> str:
    if not paused.on_their_way:
        return "Paused. Nothing was on its way."
    names = ", ".join(f"“{view.title}” to {view.channel.name}" for view in paused.on_their_way[:5])
    more = len(paused.on_their_way) - 5
    return f"Paused. On its way already: {names}{f' and {more} more' if more > 0 else ''}."


async def _sheet(visit: Visit, target: str, problem: Problem | None = None, typed: str = "") -> HTMLResponse:
    return await visit.sheet(
        "sheets/pause.html",
        "publishing",
        status=problem.status if problem else 200,
        targets=await _targets(visit),
        target=target,
        typed=typed,
        problem=problem,
    )


async def _targets(visit: Visit) -> list[tuple[str, str]]:
    """Offer what the viewer may pause, the widest first."""
    brands = await list_brands(visit.runtime, visit.actor)
    channels = await list_channels(visit.runtime, visit.actor)
    offered = []
    if visit.actor.may(May.MANAGE_BRANDS):
        offered.append(("organization", f"All of {visit.signed.organization}"))
    if visit.actor.is_operator:
        offered.append(("global", "Every organization of this installation"))
    offered += [(f"brand:{brand.id}", f"The brand {brand.name}") for brand in brands]
    offered += [(f"channel:{channel.id}", f"The channel {channel.name}") for channel in channels]
    return offered
