"""The REST door put together; `signoff.app` mounts it at /api/v1."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI

import signoff
from signoff.api.bodies import BodyLimit
from signoff.api.description import describe
from signoff.api.failures import handle_failures
from signoff.api.frame import RequestFrame
from signoff.api.live import Live
from signoff.api.routes import ROUTERS
from signoff.runtime import Runtime

PREFIX: Final = "/api/v1"


def create_api(runtime: Runtime, *, live: Live, session_cookie: str) -> FastAPI:
    """Make the REST door's application.

    Args:
        runtime: What use cases need.
        live: The events that the pages listen to as well, so that one look at the database feeds both.
        session_cookie: The name of the cookie that carries the pages' session.
    """
    app = FastAPI(
        title="Signoff",
        version=signoff.__version__,
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
        docs_url=None,
        generate_unique_id_function=lambda route: route.name,
        redoc_url=None,
    )
    app.state.runtime = runtime
    app.state.live = live
    app.state.session_cookie = session_cookie
    for router in ROUTERS:
        app.include_router(router)
    handle_failures(app)
    describe(app)
    app.add_middleware(BodyLimit, upload_max_bytes=runtime.settings.upload_max_bytes)
    app.add_middleware(RequestFrame)
    return app
