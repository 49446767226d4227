"""The sandbox without its mark, as the real platform would answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from tests.support.loopback import serving


@asynccontextmanager
async def unmarked(target: str) -> AsyncIterator[str]:
    async with aiohttp.ClientSession() as session:

        async def pass_on(request: web.Request) -> web.StreamResponse:
            headers = {
                name: request.headers[name]
                for name in ("Authorization", "Content-Type")
                if name in request.headers
            }
            body = await request.read()
            async with session.request(
                request.method, f"{target}{request.rel_url}", data=body, headers=headers
            ) as answer:
                return web.Response(
                    status=answer.status, body=await answer.read(), content_type="application/json"
                )

        async with serving(pass_on) as url:
            yield url
