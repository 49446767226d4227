"""API tokens: made, shown once, revoked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Form
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import Problem
from signoff.kernel.ids import TokenId
from signoff.kernel.people import May
from signoff.organizations.tokens import create_token, list_tokens, revoke_token
from signoff.web.once import new_router
from signoff.web.visit import Reading, Sending, Visit

router = new_router("/settings/tokens")


@router.get("")
async def show_tokens(visit: Reading, cursor: str = "") -> HTMLResponse:
    """List the tokens."""
    page = await list_tokens(visit.runtime, visit.actor, cursor=cursor or None)
    return await visit.page(
        "settings/tokens.html", "settings", tokens=page.items, next_cursor=page.next_cursor
    )


@router.get("/new")
async def show_new(visit: Reading) -> HTMLResponse:
    """Ask what the token is for."""
    return await _sheet(visit, {"name": "", "scopes": {May.READ}, "days": 90, "agent": False})


@router.post("/new")
async def send_new(
    visit: Sending,
    name: Annotated[str, Form()] = "",
    scope: Annotated[list[str] | None, Form()] = None,
    days: Annotated[int, Form()] = 90,
    agent: Annotated[str, Form()] = "",
) -> Response:
    """Make a token and show it once."""
    given = {"name": name, "scopes": set(scope or []), "days": days, "agent": agent == "yes"}
    try:
        token, secret = await create_token(
            visit.runtime, visit.actor, name, scope or [], timedelta(days=days), is_agent=agent == "yes"
        )
    except Problem as problem:
        return await _sheet(visit, given, problem)
    return await visit.page("settings/token_made.html", "settings", token=token, secret=secret)


@router.post("/{token_id}/revoke")
async def send_revoke(visit: Sending, token_id: UUID) -> Response:
    """Make a token worthless."""
    await revoke_token(visit.runtime, visit.actor, TokenId(token_id))
    return visit.done("/settings/tokens", "The token is worthless now.", icon="ban")


async def _sheet(visit: Visit, given: Mapping[str, Any], problem: Problem | None = None) -> HTMLResponse:
    return await visit.sheet(
        "sheets/token.html",
        "settings",
        status=problem.status if problem else 200,
        given=given,
        problem=problem,
    )
