"""What surrounds every request: its id, the headers of its answer, and a problem where we made a mistake."""

from __future__ import annotations

import traceback
from typing import Final

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from signoff.api.problems import Broken, problem_response
from signoff.kernel.ids import new_id

_log = structlog.get_logger(__name__)

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""An answer is never taken for a page; a route's own header stays."""


class RequestFrame:
    """The outermost middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; whatever comes out of it is an answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.request_id = request_id = str(new_id())
        has_begun = False

        async def send_framed(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        with bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_framed)
            except Exception as mistake:
                _tell(scope, mistake)
                if has_begun:  # the caller sees that the answer breaks off
                    raise
                await problem_response(request, _broken(request_id))(scope, receive, send_framed)


def _broken(request_id: str) -> Broken:
    return Broken(
        "Something went wrong here that should not.",
        next_step=f"Try again; if it stays, give the operator the reference {request_id}.",
    )


def _tell(scope: Scope, mistake: Exception) -> None:
    """Log where it happened, but no message: messages of a database quote the values they stumbled over."""
    places = traceback.extract_tb(mistake.__traceback__)
    _log.error(
        "request failed",
        method=scope["method"],
        path=scope["path"],
        kind=type(mistake).__qualname__,
        places=[f"{place.filename}:{place.lineno} {place.name}" for place in places[-12:]],
    )
