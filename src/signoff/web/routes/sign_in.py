"""Getting in and out: password, one-time link, forgotten password."""

from __future__ import annotations

import hashlib
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from signoff.kernel.errors import Problem
from signoff.organizations.sign_in import (
    LinkInfo,
    SignedIn,
    peek_link,
    request_reset,
    sign_in,
    sign_out,
    use_link,
)
from signoff.runtime import Runtime
from signoff.web.cookies import forget_session, remember_session, session_cookie
from signoff.web.origin import need_own_origin
from signoff.web.templating import html
from signoff.web.visit import Sending, client_ip, local_path

router = APIRouter()

_PROMISE: Final = "Nothing goes out that nobody approved."
_ART: Final = hashlib.sha256(_PROMISE.encode()).hexdigest()
_HEADINGS: Final = {
    "sign_in": ("Sign in", "Sign in"),
    "invite": ("You are invited", "Accept invitation"),
    "reset": ("Set a new password", "Set it and sign in"),
}

OwnOrigin = Depends(need_own_origin)


@router.get("/sign-in")
async def show_sign_in(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address's own word
    """Show the form."""
    return _show(request, "sign_in/sign_in.html", next=local_path(next), email="")


@router.post("/sign-in", dependencies=[OwnOrigin])
async def send_sign_in(
    request: Request,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the form's own word
) -> Response:
    """Open a session, or say that address or password is wrong without saying which."""
    runtime = _runtime(request)
    where = local_path(next)
    try:
        signed = await sign_in(runtime, email, password, ip=client_ip(request), user_agent=_browser(request))
    except Problem as problem:
        return _show(request, "sign_in/sign_in.html", problem, next=where, email=email)
    return _arrive(runtime, signed, where)


@router.get("/link/{secret}")
async def show_link(request: Request, secret: str) -> Response:
    """Show what a one-time link is for. Mail programs open links, so looking at it never uses it."""
    return _link_page(request, secret, await peek_link(_runtime(request), secret))


@router.post("/link/{secret}", dependencies=[OwnOrigin])
async def send_link(request: Request, secret: str, password: Annotated[str, Form()] = "") -> Response:
    """Use the link up and open a session."""
    runtime = _runtime(request)
    try:
        signed = await use_link(
            runtime,
            secret,
            ip=client_ip(request),
            user_agent=_browser(request),
            new_password=password or None,
        )
    except Problem as problem:
        return _link_page(request, secret, await peek_link(runtime, secret), problem)
    return _arrive(runtime, signed, "/")


@router.get("/sign-in/forgotten")
async def show_forgotten(request: Request) -> Response:
    """Ask for the address."""
    return _show(request, "sign_in/forgotten.html", email="", was_sent=False)


@router.post("/sign-in/forgotten", dependencies=[OwnOrigin])
async def send_forgotten(request: Request, email: Annotated[str, Form()] = "") -> Response:
    """Send a link if the address is known; the answer is always the same."""
    try:
        await request_reset(_runtime(request), email, client_ip(request))
    except Problem as problem:
        return _show(request, "sign_in/forgotten.html", problem, email=email, was_sent=False)
    return _show(request, "sign_in/forgotten.html", email=email, was_sent=True)


@router.post("/sign-out")
async def send_sign_out(visit: Sending) -> Response:
    """End the session."""
    settings = visit.runtime.settings
    await sign_out(visit.runtime, visit.request.cookies[session_cookie(settings)])
    response = RedirectResponse("/sign-in", 303)
    forget_session(response, settings)
    return response


def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


def _browser(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _arrive(runtime: Runtime, signed: SignedIn, where: str) -> Response:
    response = RedirectResponse(where, 303)
    remember_session(response, runtime.settings, signed.session_secret)
    return response


def _link_page(request: Request, secret: str, info: LinkInfo, problem: Problem | None = None) -> Response:
    heading, button = _HEADINGS.get(info.purpose, ("This link doesn't work", ""))
    return _show(
        request, "sign_in/link.html", problem, secret=secret, info=info, heading=heading, button=button
    )


def _show(request: Request, template: str, problem: Problem | None = None, **context: object) -> HTMLResponse:
    common = {"theme": "", "problem": problem, "promise": _PROMISE, "art": _ART}
    return HTMLResponse(
        html(request.app.state.environment, template, common | context), problem.status if problem else 200
    )
