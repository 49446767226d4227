"""Who belongs to the organization, and in which role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import NotFound, Problem
from signoff.kernel.ids import BrandId
from signoff.kernel.people import LEAST_ROLE, May, Role
from signoff.organizations.brands import list_brands
from signoff.organizations.invite import invite_member
from signoff.organizations.members import Member, list_members, page_of_members
from signoff.organizations.membership import change_brands, change_role, remove_member
from signoff.web.once import new_router
from signoff.web.problems import field_errors
from signoff.web.seek import ALL, Seek
from signoff.web.visit import Looking, Reading, Sending, Visit

router = new_router("/settings/team")


@router.get("")
async def show_team(visit: Looking, seek: Annotated[Seek, Depends(Seek.of)]) -> HTMLResponse:
    """List everybody in pages, or who has something in their name, and what each role may do."""
    return await _page(visit, seek=seek)


@router.get("/invite")
async def show_invite(visit: Reading) -> HTMLResponse:
    """Ask whom to invite."""
    visit.actor.need(May.MANAGE_MEMBERS)
    return await _invite_sheet(
        visit, {"email": "", "name": "", "role": Role.AUTHOR, "sees": "all", "brands": []}
    )


@router.post("/invite")
async def send_invite(
    visit: Sending,
    email: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    role: Annotated[Role, Form()] = Role.AUTHOR,
    sees: Annotated[str, Form()] = "all",
    brand: Annotated[list[UUID] | None, Form()] = None,
) -> Response:
    """Invite, and show the link once."""
    given = {"email": email, "name": name, "role": role, "sees": sees, "brands": brand or []}
    try:
        invited = await invite_member(
            visit.runtime, visit.actor, email, role, name, _chosen_brands(sees, brand)
        )
    except Problem as problem:
        return await _invite_sheet(visit, given, problem)
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


@router.get("/{member_id}/brands")
async def show_brands(visit: Reading, member_id: UUID) -> HTMLResponse:
    """Ask which brands somebody is to see."""
    visit.actor.need(May.MANAGE_MEMBERS)
    return await _brands_sheet(visit, member_id)


@router.post("/{member_id}/brands")
async def send_brands(
    visit: Sending,
    member_id: UUID,
    version: Annotated[int, Form()],
    sees: Annotated[str, Form()] = "all",
    brand: Annotated[list[UUID] | None, Form()] = None,
) -> Response:
    """Say which brands somebody sees."""
    chosen = _chosen_brands(sees, brand)
    try:
        member = await change_brands(visit.runtime, visit.actor, member_id, chosen, version)
    except Problem as problem:
        return await _brands_sheet(visit, member_id, problem)
    what = "all brands" if chosen is None else "1 brand" if len(chosen) == 1 else f"{len(chosen)} brands"
    return visit.done("/settings/team", f"{member.name} sees {what} now.", icon="users")


def _chosen_brands(sees: str, brands: Sequence[UUID] | None) -> list[BrandId] | None:
    return None if sees == "all" else [BrandId(each) for each in brands or []]


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


async def _page(visit: Visit, problem: Problem | None = None, seek: Seek = ALL) -> HTMLResponse:
    page = await page_of_members(visit.runtime, visit.actor, search=seek.q, cursor=seek.cursor or None)
    return await visit.page(
        "settings/team.html",
        "settings",
        status=problem.status if problem else 200,
        members=page.items,
        seek=seek,
        next_cursor=page.next_cursor,
        roles=list(Role),
        least_role=LEAST_ROLE,
        problem=problem,
    )


async def _invite_sheet(
    visit: Visit, given: Mapping[str, object], problem: Problem | None = None
) -> HTMLResponse:
    owners_too = visit.actor.may(May.MANAGE_OWNERS)
    return await visit.sheet(
        "sheets/invite.html",
        "settings",
        status=problem.status if problem else 200,
        roles=[role for role in Role if owners_too or role is not Role.OWNER],
        brands=await list_brands(visit.runtime, visit.actor),
        given=given,
        errors=field_errors(problem),
        problem=problem,
    )


async def _remove_sheet(visit: Visit, member_id: UUID, problem: Problem | None = None) -> HTMLResponse:
    return await visit.sheet(
        "sheets/remove_member.html",
        "settings",
        status=problem.status if problem else 200,
        member=await _member(visit, member_id),
        problem=problem,
    )


async def _brands_sheet(visit: Visit, member_id: UUID, problem: Problem | None = None) -> HTMLResponse:
    member = await _member(visit, member_id)
    return await visit.sheet(
        "sheets/member_brands.html",
        "settings",
        status=problem.status if problem else 200,
        member=member,
        brands=await list_brands(visit.runtime, visit.actor),
        given={"sees": "all" if member.brand_ids is None else "some", "brands": member.brand_ids or []},
        problem=problem,
    )


async def _member(visit: Visit, member_id: UUID) -> Member:
    members = await list_members(visit.runtime, visit.actor)
    member = next((each for each in members if each.id == member_id), None)
    if member is None:
        raise NotFound("There is no such member.")
    return member
