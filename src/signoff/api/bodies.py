"""How much is read of a request; more is refused while it comes in, not when it is there."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from signoff.api.problems import problem_response
from signoff.kernel.errors import TooLarge

JSON_MAX_BYTES: Final = 4 * 1024 * 1024
_FRAME_BYTES: Final = 64 * 1024
"""What a multipart form adds to the file."""


class BodyLimit:
    """Counts the bytes of each request: uploads may have as many as configured, JSON far fewer."""

    def __init__(self, app: ASGIApp, upload_max_bytes: int) -> None:
        self.app = app
        self.upload_max_bytes = upload_max_bytes + _FRAME_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a count on what is read of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_upload = headers.get("content-type", "").lower().startswith("multipart/")
        most = self.upload_max_bytes if is_upload else JSON_MAX_BYTES
        announced = headers.get("content-length", "")
        if announced.isdigit() and int(announced) > most:
            await problem_response(Request(scope, receive), _too_large(most))(scope, receive, send)
            return
        await self.app(scope, _counted(receive, most), send)


def _counted(receive: Receive, most: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            # The one kind of error that FastAPI lets through while it reads a body.
            raise HTTPException(TooLarge.status, _too_large(most).detail)
        return message

    return counted


def _too_large(most: int) -> TooLarge:
    limit = f"{most // 2**20} MB" if most >= 2**20 else f"{most // 2**10} kB"
    return TooLarge(f"What was sent is larger than {limit}.", next_step="Send less, or a smaller picture.")
