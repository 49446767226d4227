"""The sandbox as one ASGI application."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from signoff.sandbox.control.routes import router as control
from signoff.sandbox.graph.door import router as graph
from signoff.sandbox.marks import Marked
from signoff.sandbox.pages.desk import router as desk
from signoff.sandbox.pages.feeds import router as feeds
from signoff.sandbox.seeds import seed
from signoff.sandbox.settings import AccountSeed, SandboxSettings
from signoff.sandbox.state import World

__all__ = ["AccountSeed", "SandboxSettings", "create_sandbox"]

_STATIC = Path(__file__).parent / "pages/static"


def create_sandbox(settings: SandboxSettings) -> FastAPI:
    """Build a sandbox with a state of its own.

    Serve it with `signoff.sandbox.server`: faults that break connections need its protocol.
    """
    app = FastAPI(title="Signoff sandbox", docs_url=None, redoc_url=None)
    app.state.world = World(settings)
    seed(app.state.world)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    for router in (graph, control, desk, feeds):  # the addresses of the feeds are the least specific
        app.include_router(router)
    app.add_middleware(Marked)
    return app
