"""Who belongs to the organization, and in which role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import Form
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import NotFound, Problem
from signoff.kernel.people import LEAST_ROLE, May, Role
from signoff.organizations.invite import invite_member
from signoff.organizations.members import change_role, list_members, remove_member
from signoff.web.once import new_router
from signoff.web.problems import field_errors
from signoff.web.visit import Reading, Sending, Visit

router = new_router("/settings/team")


@router.get("")
async def show_team(visit: Reading) -> HTMLResponse:
    """List everybody, and what each role may do."""
    return await _page(visit)


@router.get("/invite")
async def show_invite(visit: Reading) -> HTMLResponse:
    """Ask whom to invite."""
    visit.actor.need(May.MANAGE_MEMBERS)
    return await _invite_sheet(visit, {"email": "", "name": "", "role": Role.AUTHOR})


@router.post("/invite")
async def send_invite(
    visit: Sending,
    email: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    role: Annotated[Role, Form()] = Role.AUTHOR,
) -> Response:
    """Invite, and show the link once."""
    try:
        invited = await invite_member(visit.runtime, visit.actor, email, role, name)
    except Problem as problem:
        return await _invite_sheet(visit, {"email": email, "name": name, "role": role}, problem)
    return await visit.page("settings/invited.html", "settings", invited=invited)


@router.post("/{member_id}")
async def send_role(
    visit: Sending, member_id: UUID, role: Annotated[Role, Form()], version: Annotated[int, Form()]
) -> Response:
    """Give somebody another role."""
    try:
        member = await change_role(visit.runtime, visit.actor, member_id, role, version)
    except Problem as problem:
        return await _page(visit, problem)
    return visit.done("/settings/team", f"{member.name} is {member.role} now.", icon="users")


@router.get("/{member_id}/remove")
async def show_remove(visit: Reading, member_id: UUID) -> HTMLResponse:
    """Ask before somebody is removed."""
    visit.actor.need(May.MANAGE_MEMBERS)
    return await _remove_sheet(visit, member_id)


@router.post("/{member_id}/remove")
async def send_remove(visit: Sending, member_id: UUID) -> Response:
    """Remove somebody from the organization."""
    try:
        await remove_member(visit.runtime, visit.actor, member_id)
    except Problem as problem:
        return await _remove_sheet(visit, member_id, problem)
    return visit.done("/settings/team", "They are removed.", icon="users")


async def _page(visit: Visit, problem: Problem | None = None) -> HTMLResponse:
    return await visit.page(
        "settings/team.html",
        "settings",
        status=problem.status if problem else 200,
        members=await list_members(visit.runtime, visit.actor),
        roles=list(Role),
        least_role=LEAST_ROLE,
        problem=problem,
    )


async def _invite_sheet(
    visit: Visit, given: Mapping[str, str], problem: Problem | None = None
) -> HTMLResponse:
    owners_too = visit.actor.may(May.MANAGE_OWNERS)
    return await visit.sheet(
        "sheets/invite.html",
        "settings",
        status=problem.status if problem else 200,
        roles=[role for role in Role if owners_too or role is not Role.OWNER],
        given=given,
        errors=field_errors(problem),
        problem=problem,
    )


async def _remove_sheet(visit: Visit, member_id: UUID, problem: Problem | None = None) -> HTMLResponse:
    members = await list_members(visit.runtime, visit.actor)
    member = next((each for each in members if each.id == member_id), None)
    if member is None:
        raise NotFound("There is no such member.")
    return await visit.sheet(
        "sheets/remove_member.html",
        "settings",
        status=problem.status if problem else 200,
        member=member,
        problem=problem,
    )
