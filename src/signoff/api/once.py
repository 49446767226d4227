"""Idempotency-Key: a POST that is sent again is answered again, not done again.

Successes are kept. A refusal changed nothing, so the same key may be used again once its cause is gone. What
ended in any other way may have been carried out: whoever asks again is told so, and looks before they use
another key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from signoff.api.access import identify
from signoff.kernel.errors import InUse, Invalid, Problem
from signoff.records.access import IdempotencyKey
from signoff.records.answers import RequestKey, Ticket, answer_to, begin, give_up, is_lost, keep
from signoff.runtime import Runtime

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"

_REFUSALS: Final = (Problem, RequestValidationError, HTTPException)
"""What a request ends with that changed nothing."""

_KEY_CHARS: Final = 255
_KEPT_HEADERS: Final = ("content-type", "etag", "location")
_SUCCESSES: Final = range(200, 300)

Work = Callable[[], Awaitable[Response]]


class OnceRoute(APIRoute):
    """A route that takes an Idempotency-Key wherever it is a POST with JSON or without a body."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Wrap the handler that FastAPI makes."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            # Uploads aren't read into memory; their route calls `once` itself.
            is_upload = request.headers.get("content-type", "").lower().startswith("multipart/")
            if request.method != "POST" or HEADER not in request.headers or is_upload:
                return await handler(request)
            await identify(request)  # before anything of the body is read
            return await once(request, await request.body(), lambda: handler(request))

        return handle


async def once(request: Request, content: bytes, work: Work) -> Response:
    """Carry out a request, or give the answer that it got before.

    Args:
        request: Carries the key.
        content: What must be the same when the key is used again: the body, or a digest of it.
        work: Carries it out.

    Raises:
        InUse: The first request with this key still runs, or its outcome is unknown.
        Invalid: The key is malformed, or was used for another request.
    """
    caller, key = await identify(request), _key(request)
    runtime: Runtime = request.app.state.runtime
    said = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    mine = RequestKey(caller.actor.organization_id, caller.name, key)
    fingerprint = hashlib.sha256(said + content).hexdigest()
    ticket = await begin(runtime, mine, fingerprint)
    if ticket is None:
        known = await answer_to(runtime, mine)
        return _again(runtime, known, fingerprint, is_lost=await is_lost(runtime, mine))
    try:
        response = await work()
    except _REFUSALS:
        await give_up(runtime, ticket)
        raise
    await _keep(runtime, ticket, response)
    return response


def _key(request: Request) -> str:
    key = request.headers[HEADER]
    if not 0 < len(key) <= _KEY_CHARS or not key.isprintable() or not key.isascii():
        raise Invalid(
            f"{HEADER} has 1 to {_KEY_CHARS} printable characters.",
            field=HEADER,
            next_step="Use a fresh UUID.",
        )
    return key


def _again(runtime: Runtime, known: IdempotencyKey | None, fingerprint: str, *, is_lost: bool) -> Response:
    if known and known.fingerprint != fingerprint:
        raise Invalid(
            f"This {HEADER} was used for another request.",
            field=HEADER,
            next_step="Use a fresh key for each new request.",
        )
    if known and known.status is None and is_lost:
        raise InUse(
            "The first request with this key never got its answer: whether it was carried out isn't known.",
            next_step="Look at what it was to change before you repeat it with a new key.",
        )
    if known is None or known.status is None:  # None: it was given up in this very moment
        raise InUse(
            "The first request with this key still runs.",
            next_step="Ask again in a moment; you will get its answer.",
            retry_after_s=1,
        )
    body = runtime.vault.open_secret(known.body or b"")["body"]
    return Response(body.encode(), known.status, {**(known.headers or {}), REPLAYED: "true"})


async def _keep(runtime: Runtime, ticket: Ticket, response: Response) -> None:
    if response.status_code not in _SUCCESSES:
        await give_up(runtime, ticket)
        return
    # Sealed: an answer can hold a token or a sign-in link, which are stored nowhere else.
    body = runtime.vault.seal_secret({"body": bytes(response.body).decode()})
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    await keep(runtime, ticket, response.status_code, headers, body)
