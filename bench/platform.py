"""The platform of the bench: the three calls of a Facebook post, answered after a set time.

A process of its own, so that its work isn't counted with anybody's. It knows as little of the Graph API as
the calls need, and notes the moment at which each post became visible.

    python -m bench.platform PORT_FILE
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import parse_qs, urlsplit

import httptools
import uvloop

_TOKEN_FACTS: Final = {
    "is_valid": True,
    "type": "PAGE",
    "scopes": ["pages_manage_posts", "pages_read_engagement"],
}


@dataclass
class Pages:
    """All Pages of the stand-in; whatever number is asked for is one."""

    delay_s: float = 0.0
    numbers: count[int] = field(default_factory=lambda: count(10_000_000_001))
    drafts: dict[str, str] = field(default_factory=dict)
    """Unpublished posts and their texts."""
    visible: dict[str, str] = field(default_factory=dict)
    shown_at: list[float] = field(default_factory=list)
    """When each publishing call came in, by the machine's clock."""
    again: int = 0
    """How many posts were published that were out already."""

    def answer(self, method: str, path: str, query: str, body: bytes) -> Mapping[str, Any]:
        parts = path.strip("/").split("/")[1:]
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        match parts:
            case ["debug_token"]:
                return {"data": _TOKEN_FACTS}
            case [page, "feed"]:
                return self._make(page, form.get("message", ""))
            case [post] if "_" in post:
                return self._publish(post) if method == "POST" else self._read(post)
            case [page]:
                return {"id": page, "name": f"Page {page}", "link": f"https://www.facebook.com/{page}"}
        return {"error": {"message": f"no such call: {path}?{query}", "code": 1}}

    def _make(self, page: str, message: str) -> Mapping[str, Any]:
        post = f"{page}_{next(self.numbers)}"
        self.drafts[post] = message
        return {"id": post}

    def _publish(self, post: str) -> Mapping[str, Any]:
        self.shown_at.append(time.time())
        if post in self.visible:
            self.again += 1
        else:
            self.visible[post] = self.drafts.pop(post)
        return {"success": True}

    def _read(self, post: str) -> Mapping[str, Any]:
        return {
            "id": post,
            "message": self.visible[post],
            "created_time": "2026-01-01T00:00:00+0000",
            "permalink_url": f"https://www.facebook.com/{post}",
            "is_published": True,
        }

    def command(self, path: str, body: bytes) -> Mapping[str, Any]:
        """Answer the bench itself: begin anew with another delay, or tell what came in."""
        if path == "/bench/begin":
            self.delay_s = json.loads(body)["delay_s"]
            self.drafts, self.visible, self.shown_at, self.again = {}, {}, [], 0
        told: dict[str, Any] = {"shown": len(self.shown_at), "again": self.again}
        return told | ({"shown_at": self.shown_at} if path == "/bench/shown" else {})


class Connection(asyncio.Protocol):
    """One connection, which asks one thing at a time."""

    transport: asyncio.Transport

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._parser = httptools.HttpRequestParser(self)
        self._target, self._body = b"", b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._target, self._body = url, b""

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        target = urlsplit(self._target.decode())
        if target.path.startswith("/bench/"):
            self._send(self._pages.command(target.path, self._body))
            return
        method = self._parser.get_method().decode()
        said = self._pages.answer(method, target.path, target.query, self._body)
        asyncio.get_running_loop().call_later(self._pages.delay_s, self._send, said)

    def _send(self, said: Mapping[str, Any]) -> None:
        body = json.dumps(said).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        if not self.transport.is_closing():
            self.transport.write(head.encode() + body)


async def serve(port_file: Path) -> None:
    """Answer until killed; the port is written to the file once it is open."""
    pages = Pages()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(pages), "127.0.0.1", 0, backlog=1024
    )
    unfinished = port_file.with_suffix(".new")
    unfinished.write_text(str(server.sockets[0].getsockname()[1]))
    unfinished.rename(port_file)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1])))
