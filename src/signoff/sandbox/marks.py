"""What every answer of a sandbox carries, so that nobody takes it for the real thing."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SANDBOX_HEADER: Final = "X-Signoff-Sandbox"

_ALWAYS: Final = {
    SANDBOX_HEADER: "1",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class Marked:
    """Marks all answers, and lets no other site change the sandbox through somebody's browser."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_ALWAYS)
            await send(message)

        app = self._app
        if scope["method"] != "GET" and Headers(scope=scope).get("sec-fetch-site") == "cross-site":
            app = PlainTextResponse("The sandbox takes no requests from other sites.", 403)
        await app(scope, receive, marked)
