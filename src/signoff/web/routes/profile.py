"""What people set for themselves: name, zone, theme, password, sessions."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import Form
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import Problem
from signoff.kernel.ids import OrganizationId, SessionId
from signoff.organizations.profile import change_profile
from signoff.organizations.sign_in import list_sessions, revoke_session, set_password, switch_organization
from signoff.web.cookies import remember_keys
from signoff.web.once import new_router
from signoff.web.times import zone_names
from signoff.web.visit import Reading, Sending, Visit

router = new_router("/settings/profile")

HERE: Final = "/settings/profile"


@router.get("")
async def show_profile(visit: Reading) -> HTMLResponse:
    """Show the viewer's own settings."""
    return await _page(visit)


@router.post("")
async def send_profile(
    visit: Sending,
    name: Annotated[str, Form()] = "",
    time_zone: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "system",
    keys: Annotated[str, Form()] = "",
) -> Response:
    """Change them."""
    try:
        await change_profile(visit.runtime, visit.actor, name=name, time_zone=time_zone, theme=theme)
    except Problem as problem:
        return await _page(visit, problem)
    response = visit.done(HERE, "Saved.")
    remember_keys(response, visit.runtime.settings, is_on=keys == "on")
    return response


@router.post("/password")
async def send_password(
    visit: Sending, new: Annotated[str, Form()] = "", current: Annotated[str, Form()] = ""
) -> Response:
    """Set a password; other sessions end."""
    try:
        await set_password(visit.runtime, visit.actor, new, current or None, keep=visit.signed.session.id)
    except Problem as problem:
        return await _page(visit, problem)
    return visit.done(HERE, "The password is set. Your other sessions ended.", icon="key-round")


@router.post("/organization")
async def send_organization(visit: Sending, organization: Annotated[UUID, Form()]) -> Response:
    """Go on in another organization."""
    await switch_organization(visit.runtime, visit.signed, OrganizationId(organization))
    return visit.done("/")


@router.post("/sessions/{session_id}/end")
async def send_end_session(visit: Sending, session_id: UUID) -> Response:
    """End one of the viewer's other sessions."""
    await revoke_session(visit.runtime, visit.actor, SessionId(session_id))
    return visit.done(HERE, "That session has ended.")


async def _page(visit: Visit, problem: Problem | None = None) -> HTMLResponse:
    return await visit.page(
        "settings/profile.html",
        "settings",
        status=problem.status if problem else 200,
        zones=zone_names(),
        sessions=await list_sessions(visit.runtime, visit.actor),
        own_session=visit.signed.session.id,
        has_password=visit.signed.person.password_hash is not None,
        problem=problem,
    )
