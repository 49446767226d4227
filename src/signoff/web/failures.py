"""What the pages say when something can't be done, or went wrong."""

from __future__ import annotations

import secrets
from typing import Any, Final
from urllib.parse import quote

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from signoff.kernel.errors import Invalid, NotFound, Problem, SignInNeeded, Unavailable
from signoff.kernel.own_pages import path_on
from signoff.web.headers import HEADERS
from signoff.web.templating import html

_log = structlog.get_logger(__name__)

_NOT_FOUND: Final = 404
_LINK: Final = "/link/"


def handle_failures(app: FastAPI) -> None:
    """Register a page for everything that can be raised."""
    app.add_exception_handler(SignInNeeded, _sign_in)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _http)
    for kind in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(kind, _database_away)
    app.add_exception_handler(Exception, _bug)


async def _sign_in(request: Request, _: Exception) -> Response:
    """Lead to the sign-in page and back; a part of a page can't be replaced by it."""
    is_part = "hx-request" in request.headers
    asked = path_on(
        request.headers.get("host"), request.headers.get("hx-current-url") if is_part else str(request.url)
    )
    way = "/sign-in"
    if asked and asked != "/" and (is_part or request.method == "GET"):
        way += f"?next={quote(asked)}"
    if is_part:
        return Response(status_code=401, headers={"HX-Redirect": way})
    return RedirectResponse(way, 303)


async def _problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)  # noqa: S101 - registered for it
    return failure_page(request, problem)


async def _not_understood(request: Request, _: Exception) -> Response:
    if request.method == "GET":
        return failure_page(request, NotFound("There is no such page."))
    return failure_page(
        request, Invalid("The form wasn't complete.", next_step="Go back, reload, and send it again.")
    )


async def _http(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)  # noqa: S101 - registered for it
    if problem.status_code == _NOT_FOUND:
        return failure_page(request, NotFound("There is no such page."))
    shown = Problem(str(problem.detail))
    return failure_page(request, shown, status=problem.status_code)


async def _database_away(request: Request, problem: Exception) -> Response:
    _log.error("database_away", error=f"{type(problem).__name__}: {problem}")
    away = Unavailable(
        "The database didn't answer, so nothing can be shown or changed.",
        next_step="What is approved and planned is kept, and goes out by itself once it answers again. "
        "Those who run this installation are told when it lasts. Try again in a moment.",
    )
    return failure_page(request, away, title="The database can't be reached")


async def _bug(request: Request, _: Exception) -> Response:
    shown = Problem(
        "Signoff made a mistake. Nothing was changed by this request.", next_step="Try again in a moment."
    )
    page = failure_page(request, shown, status=500, title="Something went wrong here")
    page.headers.update(HEADERS)  # the middleware that adds them has been left already
    return page


def failure_page(
    request: Request, problem: Problem, *, status: int | None = None, title: str = ""
) -> HTMLResponse:
    """Show what is wrong, what to do, and a reference that stands in the log, too."""
    code = status or problem.status
    reference = secrets.token_hex(4)
    path = _without_secret(request.url.path)
    _log.info("page refused", reference=reference, status=code, path=path, detail=problem.detail)
    context: dict[str, Any] = {
        "problem": problem,
        "title": title or problem.title,
        "status": code,
        "reference": reference,
        "theme": "",
        "back": _way_back(request),
    }
    return HTMLResponse(html(request.app.state.environment, "failure.html", context), code)


def _without_secret(path: str) -> str:
    """Leave out what a one-time link opens with: refused here, it may still be good."""
    return f"{_LINK}…" if path.startswith(_LINK) else path


def _way_back(request: Request) -> str:
    """Give the page of ours that a form was sent from; the start page otherwise."""
    path = path_on(request.headers.get("host"), request.headers.get("referer"))
    return path if path and request.method == "POST" else "/"
