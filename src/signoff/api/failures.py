"""Everything that can be raised becomes a problem; nothing of it carries a secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from signoff.api.problems import Broken, MethodNotAllowed, Unreadable, problem_response
from signoff.kernel.errors import Invalid, NotFound, Problem, TooLarge, Unavailable


def handle_failures(app: FastAPI) -> None:
    """Register an answer for everything but our own mistakes, which `frame` catches."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _http)
    for kind in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(kind, _database_away)


async def _problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)  # noqa: S101 - registered for it
    return problem_response(request, problem)


async def _not_understood(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, RequestValidationError)  # noqa: S101 - registered for it
    found = problem.errors()
    if any(error["type"] == "json_invalid" for error in found):
        refused: Problem = Unreadable("The body isn't JSON.", next_step="Send valid JSON in UTF-8.")
    else:
        refused = Invalid(_sentence(found), errors=[_field_error(error) for error in found])
    return problem_response(request, refused)


def _sentence(found: Sequence[Mapping[str, Any]]) -> str:
    if len(found) == 1:
        error = _field_error(found[0])
        return f"{error['field']}: {error['message']}" if error["field"] else error["message"]
    return f"{len(found)} fields are wrong; `errors` names them."


def _field_error(error: Mapping[str, Any]) -> dict[str, str]:
    # The first part says where it was found (body, query, path, header): people know that from the name.
    path = ".".join(str(part) for part in error["loc"][1:])
    return {"field": path, "message": str(error["msg"]).removeprefix("Value error, ")}


async def _http(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)  # noqa: S101 - registered for it
    return problem_response(request, _as_problem(problem), headers=problem.headers)


def _as_problem(raised: HTTPException) -> Problem:
    match raised.status_code:
        case HTTPStatus.NOT_FOUND:
            return NotFound(
                "There is no such address.", next_step="See /api/v1/openapi.json for those there are."
            )
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return MethodNotAllowed(
                "This address doesn't take that method.", next_step="Use one of those in Allow."
            )
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return TooLarge(str(raised.detail), next_step="Send less.")
        case HTTPStatus.BAD_REQUEST:
            return Unreadable(str(raised.detail), next_step="Check the body's encoding and its Content-Type.")
        case _:
            return Broken(str(raised.detail))


async def _database_away(request: Request, _: Exception) -> Response:
    away = Unavailable(
        "The database didn't answer in time.",
        next_step="Try again in a moment; with the same Idempotency-Key nothing is done twice.",
        retry_after_s=2,
    )
    return problem_response(request, away)
