"""What answers under one address: the REST door, the pages, and whether all is well."""

from __future__ import annotations

import re
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from signoff.api.app import PREFIX, create_api
from signoff.api.metrics import show_metrics
from signoff.runtime import Runtime
from signoff.watch.ready import readiness
from signoff.web.app import create_web
from signoff.web.cookies import session_cookie
from signoff.web.live import LiveEvents


def make_site(runtime: Runtime, live: LiveEvents) -> Starlette:
    """Put the REST door, the pages and the health answers under one address."""

    async def is_alive(_: Request) -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    async def is_ready(_: Request) -> JSONResponse:
        found = await readiness(runtime)
        return JSONResponse(found.as_json(), 200 if found.is_ready else 503)

    async def is_publishing(_: Request) -> JSONResponse:
        found = await readiness(runtime)
        return JSONResponse(found.as_json(), 200 if found.is_ready and found.publishing.ok else 503)

    api = create_api(runtime, live=live, session_cookie=session_cookie(runtime.settings))
    return Starlette(
        routes=[
            Route("/healthz", is_alive),
            Route("/metrics", partial(show_metrics, runtime)),
            Route("/readyz", is_ready),
            Route("/readyz/publishing", is_publishing),
            mounted(PREFIX, api),
            mounted("/", create_web(runtime, live)),
        ]
    )


def mounted(path: str, app: ASGIApp) -> Mount:
    """Put an application under a path, for addresses with a line break in them as well.

    Starlette's own pattern ends there, so that none of our doors would answer.
    """
    mount = Mount(path, app)
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount
