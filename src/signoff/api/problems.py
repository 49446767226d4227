"""Refusals as RFC 9457 problem details: how they look, and how routes announce them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from signoff.kernel.errors import Invalid, NotAllowed, Problem, SignInNeeded

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:signoff:problem:"
_SCHEMA_REF: Final = {"$ref": "#/components/schemas/Problem"}


class Broken(Problem):
    """Our own mistake. The reference stands in the log, too."""

    status = 500
    type = "internal"
    title = "Signoff made a mistake"


class Unreadable(Problem):
    """The body can't be read: it isn't the JSON or the form that it says it is."""


class MethodNotAllowed(Problem):
    """The address is right, the method isn't; `Allow` names those that are."""

    status = 405
    type = "method-not-allowed"
    title = "This address doesn't take that method"


class UnsupportedType(Problem):
    """The body's Content-Type isn't one that this address takes."""

    status = 415
    type = "unsupported-media-type"
    title = "Unsupported content type"


class FieldError(BaseModel):
    """One field that is wrong."""

    field: str = Field(description="Its path in the request, with dots; empty for the request as a whole.")
    message: str = Field(description="What is wrong with it, and by how much.")


class ProblemOut(BaseModel):
    """Why a request was refused, and what to do. Some types carry members of their own, such as `version`."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str = Field(
        description="Stable name of the kind of problem.", examples=["urn:signoff:problem:not-found"]
    )
    title: str = Field(description="The kind of problem in words.", examples=["Not found"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(description="What happened this time.", examples=["There is no such post."])
    next_step: str = Field(description="What to do about it; may be empty.", examples=["List the posts."])
    request_id: str = Field(
        description="Stands in the log, too.", examples=["01980c7a-7bb0-7c3e-9a7b-2f6d1c0e8a11"]
    )
    errors: list[FieldError] = Field(
        default=[], description="What is wrong field by field, where fields are wrong."
    )


def problem_response(
    request: Request, problem: Problem, *, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Answer with a problem, in the headers as well where HTTP has one for it."""
    said = {
        "type": TYPE_PREFIX + problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "next_step": problem.next_step,
        "request_id": getattr(request.state, "request_id", ""),
    }
    return JSONResponse(
        {**problem.extra, **said},
        problem.status,
        _headers(problem) | dict(headers or {}),
        media_type=MEDIA_TYPE,
    )


def _headers(problem: Problem) -> dict[str, str]:
    headers = {}
    if isinstance(problem, SignInNeeded):
        headers["WWW-Authenticate"] = 'Bearer realm="signoff"'
    if "retry_after_s" in problem.extra:
        headers["Retry-After"] = str(problem.extra["retry_after_s"])
    return headers


def problems(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Describe for OpenAPI which problems a route answers with, besides those that all have."""
    described: dict[int | str, dict[str, Any]] = {}
    everywhere: set[type[Problem]] = {SignInNeeded, NotAllowed, Invalid}
    for kind in sorted(everywhere.union(kinds), key=lambda kind: (kind.status, kind.type)):
        answer = described.setdefault(kind.status, {"description": "", "content": {MEDIA_TYPE: {}}})
        answer["description"] = " Or: ".join(filter(None, [answer["description"], _first_line(kind)]))
        content = answer["content"][MEDIA_TYPE]
        content["schema"] = _SCHEMA_REF
        content.setdefault("examples", {})[kind.type] = {"summary": kind.title, "value": _example(kind)}
    return described


def _first_line(kind: type[Problem]) -> str:
    return (kind.__doc__ or kind.title).strip().splitlines()[0]


def _example(kind: type[Problem]) -> dict[str, Any]:
    return {
        "type": TYPE_PREFIX + kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": _first_line(kind),
        "next_step": "",
        "request_id": "01980c7a-7bb0-7c3e-9a7b-2f6d1c0e8a11",
    }
