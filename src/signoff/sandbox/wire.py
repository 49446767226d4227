"""Below HTTP: connections that are closed, reset, left hanging or torn in the middle of an answer."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from signoff.sandbox.marks import SANDBOX_HEADER

_EXTENSION: Final = "signoff.connection"


@dataclass(frozen=True, slots=True)
class Connection:
    """The TCP connection of a request."""

    transport: asyncio.Transport

    def close(self) -> None:
        """End it in order (FIN) after what was written."""
        self.transport.close()

    def reset(self) -> None:
        """Break it off (RST), as a crashed server or a firewall does."""
        raw = self.transport.get_extra_info("socket")
        # Lingering for zero seconds turns the close that `abort` does into a reset.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def write(self, raw: bytes) -> None:
        self.transport.write(raw)


class SandboxProtocol(HttpToolsProtocol):
    """The server's HTTP protocol, which also hands the application its connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment] # ASGI lets a server extend it
        scope["extensions"] = {_EXTENSION: Connection(self.transport)}


Act = Callable[[Connection, Receive], Awaitable[None]]


class Unanswered(Response):
    """What takes the place of an answer; it ends when the connection is gone."""

    def __init__(self, act: Act) -> None:
        super().__init__()
        self._act = act

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        await self._act(scope["extensions"][_EXTENSION], receive)
        await _until_gone(receive)


def closed() -> Unanswered:
    """Close the connection without a word."""

    async def act(connection: Connection, _: Receive) -> None:
        connection.close()

    return Unanswered(act)


def reset() -> Unanswered:
    """Break the connection off."""

    async def act(connection: Connection, _: Receive) -> None:
        connection.reset()

    return Unanswered(act)


def hanging(seconds: float) -> Unanswered:
    """Say nothing until the caller gives up or the time is over."""

    async def act(connection: Connection, receive: Receive) -> None:
        try:
            async with asyncio.timeout(seconds):
                await _until_gone(receive)
        except TimeoutError:
            connection.close()

    return Unanswered(act)


def torn(body: bytes) -> Unanswered:
    """Promise the whole body, send half of it, and close."""
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\n{SANDBOX_HEADER}: 1\r\n\r\n"

    async def act(connection: Connection, _: Receive) -> None:
        connection.write(head.encode() + body[: len(body) // 2])
        connection.close()

    return Unanswered(act)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
