"""A form that is sent twice, by a double click or a replayed request, is carried out once and answered alike.

Every page makes its own value for its forms. The same value with other content is another request: somebody
went back and changed something. Refusals aren't kept, so a form can be sent again once their cause is gone.
One that ended in any other way may have been carried out, and isn't again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from signoff.kernel.errors import InUse, Problem
from signoff.media.files import space_told
from signoff.records.answers import RequestKey, answer_to, begin, give_up, keep
from signoff.runtime import Runtime
from signoff.web.origin import CSRF_FIELD
from signoff.web.visit import Visit, signed_in

FIELD: Final = "once"

_KEPT_HEADERS: Final = {"location", "set-cookie"}
_WAIT_S: Final = 0.2
_WAITS: Final = 50
_SEE_OTHER: Final = 303
_PIECE_BYTES: Final = 256 * 1024
_REFUSALS: Final = (Problem, RequestValidationError, HTTPException)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class OnceRoute(APIRoute):
    """A route whose forms are carried out once where they carry a value for it."""

    def get_route_handler(self) -> Handler:
        """Wrap the handler that FastAPI makes."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if request.method != "POST":
                return await handler(request)
            try:
                return await _handle_form(request, handler)
            finally:
                await request.close()  # what was uploaded is gone with its form

        return handle


async def _handle_form(request: Request, handler: Handler) -> Response:
    with space_told():  # larger uploads wait in a temporary file
        form = await request.form()
    value = form.get(FIELD)
    if not isinstance(value, str) or not value:
        return await handler(request)
    visit = await signed_in(request)
    return await _once(visit, await _key(request, form, value), lambda: handler(request))


def new_router(prefix: str = "") -> APIRouter:
    """Make a router for pages with forms."""
    return APIRouter(prefix=prefix, route_class=OnceRoute)


async def _key(request: Request, form: FormData, value: str) -> tuple[str, str]:
    """Give the stored value and the fingerprint of what was sent."""
    said = [request.url.path]
    for name, given in form.multi_items():
        if name != CSRF_FIELD:
            said += [name, given if isinstance(given, str) else f"{given.filename} {await _digest(given)}"]
    fingerprint = hashlib.sha256("\0".join(said).encode()).hexdigest()
    return f"{value[:64]}:{fingerprint[:32]}", fingerprint


async def _digest(upload: UploadFile) -> str:
    """Read a file piece by piece, and leave it where it begins."""
    content = hashlib.sha256()
    while piece := await upload.read(_PIECE_BYTES):
        content.update(piece)
    await upload.seek(0)
    return content.hexdigest()


async def _once(
    visit: Visit, key: tuple[str, str], work: Callable[[], Coroutine[Any, Any, Response]]
) -> Response:
    value, fingerprint = key
    mine = RequestKey(visit.actor.organization_id, f"session:{visit.signed.session.id}", value)
    ticket = await begin(visit.runtime, mine, fingerprint)
    if ticket is None:
        return await _same_answer(visit.runtime, mine)
    try:
        response = await work()
    except _REFUSALS:
        await give_up(visit.runtime, ticket)
        raise
    if response.status_code == _SEE_OTHER:
        headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
        await keep(visit.runtime, ticket, response.status_code, headers)
    else:
        await give_up(visit.runtime, ticket)
    return response


async def _same_answer(runtime: Runtime, key: RequestKey) -> Response:
    """Wait for the first request's answer and give it, too."""
    for _ in range(_WAITS):
        known = await answer_to(runtime, key)
        if known is None:
            break
        if known.status is not None:
            return Response(status_code=known.status, headers=known.headers)
        await asyncio.sleep(_WAIT_S)
    raise InUse(
        "This form was sent twice, and the first one hasn't finished.",
        next_step="Look at the page before you repeat it.",
    )
