"""Signoff as people run it: `signoff serve`, a process with a database of its own, driven from outside."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import aiohttp

from tests.support.commands import Run, run_signoff
from tests.support.private_servers import reachable_folder
from tests.support.rest import Caller

OWNER: Final = "olga@casaluz.example"
_UP_WITHIN_S: Final = 60
_COMMAND: Final = (sys.executable, "-m", "signoff.cli.main", "serve")


@dataclass
class Installation:
    """A running `signoff serve`, with its settings and everything that it stores."""

    folder: Path
    settings: dict[str, str]
    http: aiohttp.ClientSession
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)
    _others: list[asyncio.subprocess.Process] = field(default_factory=list, repr=False)

    @property
    def url(self) -> str:
        return self.settings["SIGNOFF_PUBLIC_URL"]

    @property
    def log(self) -> str:
        """Everything that it said so far."""
        return (self.folder / "log").read_text()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    async def start(self, command: Sequence[str] = _COMMAND) -> None:
        with (self.folder / "log").open("a") as log:
            self.process = await _start(command, self.folder, self.settings, log)
        async with asyncio.timeout(_UP_WITHIN_S):
            while not await self._is_ready():
                assert self.process.returncode is None, self.log
                await asyncio.sleep(0.05)

    async def _is_ready(self) -> bool:
        try:
            async with self.http.get(f"{self.url}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientConnectionError:
            return False

    async def beside(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start another process of the same installation: `await signoff.beside("worker")`."""
        command = (sys.executable, "-m", "signoff.cli.main", *arguments)
        with (self.folder / "log").open("a") as log:
            process = await _start(command, self.folder, self.settings, log)
        self._others.append(process)
        return process

    async def stop(self) -> None:
        """Ask it to stop, as a service manager does; it finishes what it holds."""
        for process in (*self._others, *([self.process] if self.process else [])):
            if process.returncode is None:
                process.send_signal(signal.SIGCONT)  # a frozen one would never hear it
                process.send_signal(signal.SIGTERM)
                await asyncio.wait_for(process.wait(), 90)

    async def command(self, *arguments: str, **more: str) -> Run:
        """Run `signoff` on the machine itself."""
        return await run_signoff(*arguments, folder=self.folder, settings=self.settings | more)

    async def found(self, organization: str, owner: str) -> str:
        """Found an organization; the one-time link with which its owner signs in."""
        run = await self.command("init", "--organization", organization, "--owner", owner, "--json")
        assert run.code == 0, run.errors
        return str(run.json["link"])

    async def token(self, *options: str, owner: str = OWNER) -> Caller:
        """Give a caller of the REST door with a token of somebody."""
        run = await self.command("token", "create", "--owner", owner, "--json", *options)
        assert run.code == 0, run.errors
        return Caller(self.http, f"{self.url}/api/v1", {"Authorization": f"Bearer {run.json['token']}"})


async def _start(
    command: Sequence[str], folder: Path, settings: Mapping[str, str], log: IO[str]
) -> asyncio.subprocess.Process:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SIGNOFF_")}
    return await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=plain | {"PYTHONUTF8": "1"} | dict(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )


@asynccontextmanager
async def installed(**settings: str) -> AsyncIterator[Installation]:
    """Provide an installation that isn't started yet; at the end it is stopped and everything removed."""
    with reachable_folder() as folder, socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        probe.close()
        own = {
            "SIGNOFF_ENVIRONMENT": "development",  # cookies over plain http
            "SIGNOFF_DATA_DIR": str(folder / "data"),
            "SIGNOFF_PORT": str(port),
            "SIGNOFF_PUBLIC_URL": f"http://127.0.0.1:{port}",
            # Many tests post to one account within the hour.
            "SIGNOFF_FACEBOOK_CALLS_PER_HOUR": "0",
            "SIGNOFF_INSTAGRAM_CALLS_PER_HOUR": "0",
        }
        # Shorter than the server keeps a connection, so that no POST meets one that is just being closed.
        connector = aiohttp.TCPConnector(keepalive_timeout=2)
        async with aiohttp.ClientSession(connector=connector) as http:
            installation = Installation(folder, own | settings, http)
            try:
                yield installation
            finally:
                await installation.stop()
