"""The pages' and the REST application, made once: templates and routes are compiled as they are first needed.

A test's runtime and its live events are put where routes look for them, as the makers of the applications do.
Some names and a limit are built in, so applications that differ there are different ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pytest
from fastapi import FastAPI

from signoff.api.app import create_api
from signoff.runtime import Runtime
from signoff.web.app import create_web
from signoff.web.live import LiveEvents

_Kind: TypeAlias = tuple[Any, ...]


@dataclass
class Applications:
    """Those of a run, by what is built into them."""

    _made: dict[_Kind, FastAPI] = field(default_factory=dict)

    def web(self, runtime: Runtime, live: LiveEvents) -> FastAPI:
        labels = tuple((name, connector.about.label) for name, connector in runtime.connectors.items())
        return self._with("web", labels, runtime, live, lambda: create_web(runtime, live))

    def api(self, runtime: Runtime, live: LiveEvents, session_cookie: str) -> FastAPI:
        def make() -> FastAPI:
            return create_api(runtime, live=live, session_cookie=session_cookie)

        return self._with("api", session_cookie, runtime, live, make)

    def _with(
        self, door: str, built_in: Any, runtime: Runtime, live: LiveEvents, make: Callable[[], FastAPI]
    ) -> FastAPI:
        kind = (door, built_in, runtime.settings.upload_max_bytes)
        if kind not in self._made:
            self._made[kind] = make()
        application = self._made[kind]
        application.state.runtime = runtime
        application.state.live = live
        return application


@pytest.fixture(scope="session")
def applications() -> Applications:
    return Applications()
