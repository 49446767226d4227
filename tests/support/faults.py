"""A proxy in front of a real server that loses requests and answers where a test says so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol

import aiohttp
from aiohttp import web

from tests.support.loopback import serving

Fault = Literal[
    "lose request",
    "lose answer",
    "garbage answer",
    "502 after effect",
    "busy",
    "401",
    "500",
    "kill before",
    "kill after",
]


class Victim(Protocol):
    """A task, or whatever else can be ended."""

    def cancel(self) -> object: ...


@dataclass
class FaultyProxy:
    """Passes everything on to `target`, names itself in its answers, and does what `plan` says for a call."""

    target: str
    url: str = ""
    calls: list[str] = field(default_factory=list)
    """Every call that came, as `METHOD path`."""
    plan: Callable[[int, str], Fault | None] = lambda _number, _call: None
    """Given the call's number (from 0) and its name; the fault, if any."""
    victim: Victim | None = None
    """What the kills end: the work stops in the middle of the call, as when its process dies."""

    async def handle(self, request: web.Request, session: aiohttp.ClientSession) -> web.StreamResponse:
        number, call = len(self.calls), f"{request.method} {request.path}"
        self.calls.append(call)
        fault = self.plan(number, call)
        if fault == "busy":
            return web.json_response({}, status=429, headers={"Retry-After": "30"})
        if fault in {"401", "500"}:
            problem = {"code": "made_up", "message": "The test says so.", "data": {"status": int(fault)}}
            return web.json_response(problem, status=int(fault))
        answer = None
        if fault not in {"lose request", "kill before"}:
            answer = await self._pass_on(request, session)
        if fault in {"kill before", "kill after"}:
            assert self.victim is not None
            self.victim.cancel()
        if answer is None or fault in {"lose answer", "kill after"}:
            return _cut(request)
        return _SPOILT[fault]() if fault in _SPOILT else answer

    async def _pass_on(self, request: web.Request, session: aiohttp.ClientSession) -> web.Response:
        kept = {
            name: value for name, value in request.headers.items() if name.lower() not in _OF_THE_CONNECTION
        }
        async with session.request(
            request.method,
            self.target + str(request.rel_url),
            data=await request.read(),
            headers={**kept, "Host": self.target.partition("//")[2]},
            allow_redirects=False,
        ) as response:
            body = await response.read()
            headers = {
                name: value.replace(self.target, self.url)
                for name, value in response.headers.items()
                if name.lower() not in _OF_THE_CONNECTION
            }
            return web.Response(status=response.status, body=body, headers=headers)


_SPOILT: dict[Fault | None, Callable[[], web.Response]] = {
    "garbage answer": lambda: web.Response(text="<html>One moment, please</html>", content_type="text/html"),
    "502 after effect": lambda: web.Response(status=502, text="<html>Bad gateway</html>"),
}
_OF_THE_CONNECTION = {
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "host",
    "keep-alive",
    "transfer-encoding",
}


def at(place: int, fault: Fault) -> Callable[[int, str], Fault | None]:
    """Plan one fault, for the call of this number."""
    return lambda number, _call: fault if number == place else None


@asynccontextmanager
async def faulty_proxy(target: str) -> AsyncIterator[FaultyProxy]:
    proxy = FaultyProxy(target)
    async with aiohttp.ClientSession() as session:

        async def handle(request: web.Request) -> web.StreamResponse:
            return await proxy.handle(request, session)

        handler: Callable[[web.Request], Awaitable[web.StreamResponse]] = handle
        async with serving(handler) as proxy.url:
            yield proxy


def _cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
