"""The OpenAPI description: what FastAPI can't know is added here."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from signoff.api.once import HEADER, REPLAYED
from signoff.api.problems import MEDIA_TYPE, ProblemOut, problems
from signoff.kernel.errors import InUse

_ABOUT: Final = f"""\
Everything that the pages do, for scripts.

**Signing in.** Send a token as `Authorization: Bearer …`; `signoff token create --owner you@example.com`
makes one.

**Refusals** are problem details (RFC 9457, `{MEDIA_TYPE}`): `type` names the kind for
programs, `detail` says what happened, `next_step` what to do, `errors` which fields are wrong. An unknown id
and one of another organization get the same 404.

**Ids** are UUIDs. **Times** are RFC 3339 in UTC; local times come with an IANA zone beside them.

**Lists** answer with `items` and `next_cursor`; send that as `cursor` for the next page.

**Edits** are based on a version: reading gives an `ETag`, changing and removing demands it as `If-Match`.
428 without one, 412 when somebody was faster; the answer names the present `version`.

**Sending again.** Every POST takes an `{HEADER}`. The same request with the same key within 24 hours
gets the first one's answer with `{REPLAYED}: true`; while the first one runs 409, for another request 422.
Refusals aren't kept.
"""

_TAGS: Final = [
    {"name": "Posts", "description": "Pieces of content, their revisions and where they stand."},
    {"name": "Templates and snippets", "description": "What posts begin with, and pieces to put in."},
    {"name": "Review", "description": "Exactly what would be sent, decided about by people; then scheduled."},
    {"name": "Media", "description": "Pictures."},
    {"name": "Deliveries", "description": "What becomes of an approved post on each channel."},
    {"name": "Publishing", "description": "Pauses, alerts, figures, live events."},
    {"name": "Brands and channels", "description": "Whom posts are for, and where they go."},
    {"name": "People", "description": "Members, tokens, oneself."},
    {"name": "Audit", "description": "Who did what and when."},
]

_KEY_PARAMETER: Final = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A fresh value for each new request, such as a UUID; the same one when sending it again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    "example": "b2f6a9e0-5d3c-4c1e-9a55-0f6c1f2d7e10",
}


def describe(app: FastAPI) -> None:
    """Have the application give our description at /openapi.json."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _description(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI documents


def _description(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(
        title=app.title,
        version=app.version,
        summary="Plan, approve and publish posts exactly once",
        description=_ABOUT,
        routes=app.routes,
        tags=_TAGS,
        servers=app.servers,
    )
    schemas = made["components"]["schemas"]
    problem = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {}) | {"Problem": problem}
    for operations in made["paths"].values():
        if post := operations.get("post"):
            _take_key(post)
    return made


def _take_key(operation: dict[str, Any]) -> None:
    operation.setdefault("parameters", []).append(_KEY_PARAMETER)
    busy = problems(InUse)[InUse.status]
    conflict = operation["responses"].setdefault(str(InUse.status), busy)
    conflict["content"][MEDIA_TYPE]["examples"] |= busy["content"][MEDIA_TYPE]["examples"]
