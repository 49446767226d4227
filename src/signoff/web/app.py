"""The web door put together: pages, static files, headers, failures."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route

from signoff.runtime import Runtime
from signoff.web.assets import load_assets
from signoff.web.failures import handle_failures
from signoff.web.headers import BodyLimit, BrowserHeaders
from signoff.web.live import LiveEvents
from signoff.web.routes import ROUTERS
from signoff.web.templating import make_environment

_WORTH_IT: Final = 1000
"""Bytes; less isn't carried faster when it is compressed."""
_QUICK: Final = 4


def create_web(runtime: Runtime, live: LiveEvents) -> FastAPI:
    """Make the pages' application. It takes what the REST door leaves: mounted last, at the root."""
    assets = load_assets()
    labels = {platform: connector.about.label for platform, connector in runtime.connectors.items()}
    app = FastAPI(title="Signoff", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.runtime = runtime
    app.state.environment = make_environment(assets, labels)
    app.state.live = live
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.append(Route("/static/{path:path}", assets.serve))
    handle_failures(app)
    app.add_middleware(BodyLimit, upload_max_bytes=runtime.settings.upload_max_bytes)
    app.add_middleware(BrowserHeaders)
    app.add_middleware(GZipMiddleware, minimum_size=_WORTH_IT, compresslevel=_QUICK)
    return app
