"""Running a sandbox: as a process of its own, or beside tests in a thread."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn

from signoff.sandbox.app import create_sandbox
from signoff.sandbox.settings import SandboxSettings
from signoff.sandbox.wire import SandboxProtocol

_START_WITHIN_S: Final = 20
_HANGING_CALLS_END_WITHIN_S: Final = 1


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """Where a sandbox can be reached."""

    url: str

    @property
    def graph_url(self) -> str:
        """What `SIGNOFF_GRAPH_URL` is set to."""
        return f"{self.url}/graph"


def run(host: str, port: int, state_dir: Path | None = None, public_url: str = "") -> None:
    """Serve until interrupted."""
    settings = SandboxSettings(state_dir=state_dir, public_url=public_url)
    _server(settings, host, port, log_level="info").run()


@contextmanager
def running_sandbox(
    settings: SandboxSettings | None = None, host: str = "127.0.0.1", port: int = 0
) -> Iterator[RunningSandbox]:
    """Serve from a thread until the block ends; port 0 takes a free one."""
    listening = socket.create_server((host, port))
    bound = listening.getsockname()[1]
    server = _server(settings or SandboxSettings(), host, bound, log_level="warning")
    thread = threading.Thread(target=server.run, args=([listening],), name="sandbox", daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        yield RunningSandbox(f"http://{host}:{bound}")
    finally:
        server.should_exit = True
        thread.join()


def _server(settings: SandboxSettings, host: str, port: int, log_level: str) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            create_sandbox(settings),
            host=host,
            port=port,
            http=SandboxProtocol,
            ws="none",
            lifespan="off",
            log_level=log_level,
            access_log=False,  # tokens come in addresses; the sandbox has a request log without them
            timeout_graceful_shutdown=_HANGING_CALLS_END_WITHIN_S,
        )
    )


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + _START_WITHIN_S
    while not server.started:
        if time.monotonic() > until or not thread.is_alive():
            raise RuntimeError("the sandbox did not start")
        time.sleep(0.005)
