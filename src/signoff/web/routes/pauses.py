"""The switches: hold everything, an organization, a brand or a channel, and let it go again."""

from __future__ import annotations

from collections import Counter
from typing import Annotated
from uuid import UUID

from fastapi import Form
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import Problem
from signoff.kernel.people import May
from signoff.organizations.brands import list_brands
from signoff.organizations.channels import list_channels
from signoff.pipeline.schedule.overdue_rule import Fate
from signoff.pipeline.schedule.pause import Paused, pause
from signoff.pipeline.schedule.resume import Resumed, resume, review_resume
from signoff.records.states import OnResume
from signoff.web.forms import chosen_id
from signoff.web.once import new_router
from signoff.web.visit import Looking, Reading, Sending, Visit
from signoff.web.words import FATE_LABELS

router = new_router("/pauses")


@router.get("")
async def show_pauses(visit: Looking) -> HTMLResponse:
    """List what is paused."""
    return await visit.page("settings/pauses.html", "settings", problem=None)


@router.get("/new")
async def show_pause(visit: Reading, target: str = "") -> HTMLResponse:
    """Ask what to pause, and why."""
    visit.actor.need(May.PAUSE)
    return await _sheet(visit, target)


@router.post("")
async def send_pause(
    visit: Sending,
    target: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    rule: Annotated[OnResume, Form()] = OnResume.PUBLISH,
) -> Response:
    """Pause; the answer names what can't be held any more."""
    scope, target_id = _read(target)
    try:
        paused = await pause(visit.runtime, visit.actor, scope, target_id, reason=reason, on_resume=rule)
    except Problem as problem:
        return await _sheet(visit, target, problem, reason, rule)
    return visit.done("/publishing", _said(paused), icon="pause", tone="warn")


@router.get("/resume")
async def show_resume(visit: Reading, target: str = "", rule: OnResume | None = None) -> HTMLResponse:
    """Show what is overdue, and what the rule would do with it."""
    scope, target_id = _read(target)
    review = await review_resume(visit.runtime, visit.actor, scope, target_id, rule)
    return await visit.sheet(
        "sheets/resume.html", "publishing", review=review, target=target, labels=FATE_LABELS, problem=None
    )


@router.post("/resume")
async def send_resume(
    visit: Sending, target: Annotated[str, Form()] = "", rule: Annotated[OnResume | None, Form()] = None
) -> Response:
    """Let deliveries go again."""
    scope, target_id = _read(target)
    try:
        resumed = await resume(visit.runtime, visit.actor, scope, target_id, rule)
    except Problem as problem:
        return await visit.page("settings/pauses.html", "settings", status=problem.status, problem=problem)
    return visit.done("/publishing", _outcome(resumed), icon="play")


def _outcome(resumed: Resumed) -> str:
    fates = Counter(one.fate for one in resumed.becoming)
    told = [
        f"{count} overdue {said}"
        for count, said in (
            (resumed.released, "go out" if resumed.released != 1 else "goes out"),
            (fates[Fate.MOVE], "moved"),
            (fates[Fate.HOLD], "held until somebody decides"),
            (fates[Fate.PAUSED], "still paused"),
        )
        if count
    ]
    return " ".join(["Publishing goes on.", *(f"{one}." for one in told)])


def _read(target: str) -> tuple[str, UUID | None]:
    scope, _, target_id = target.partition(":")
    return scope, chosen_id(target_id)


def _said(paused: Paused) -> str:
    if not paused.on_their_way:
        return "Paused. Nothing was on its way."
    names = ", ".join(f"“{view.title}” to {view.channel.name}" for view in paused.on_their_way[:5])
    more = len(paused.on_their_way) - 5
    return f"Paused. On its way already: {names}{f' and {more} more' if more > 0 else ''}."


async def _sheet(
    visit: Visit,
    target: str,
    problem: Problem | None = None,
    typed: str = "",
    rule: OnResume = OnResume.PUBLISH,
) -> HTMLResponse:
    return await visit.sheet(
        "sheets/pause.html",
        "publishing",
        status=problem.status if problem else 200,
        targets=await _targets(visit),
        target=target,
        typed=typed,
        rule=rule,
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
