"""One database server, one sandbox, several workers, and people at their desks."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Final

import aiohttp
from pydantic import SecretStr

from signoff.app import open_runtime
from signoff.db.embedded import EmbeddedPostgres
from signoff.runtime import Runtime
from signoff.sandbox.server import RunningSandbox
from signoff.settings import Environment, Settings
from tests.chaos.processes import Process
from tests.support.clock import ShiftableClock
from tests.support.private_servers import is_running, reachable_folder
from tests.support.sandbox import Sandbox
from tests.support.waiting import until

UP_WITHIN_S: Final = 240
_BESIDE: Final = 10
"""The sandbox listens so many ports above the one that is configured."""


@dataclass
class Scene:
    """Everything that takes part. Workers are numbered from 1; the people work in this process."""

    folder: Path
    runtime: Runtime
    clock: ShiftableClock
    server: EmbeddedPostgres
    sandbox: Sandbox
    workers: list[Process] = field(default_factory=list)

    @property
    def offset(self) -> dict[str, str]:
        """The setting that puts a process at everybody's time."""
        return {"SIGNOFF_CLOCK_OFFSET": str(int(self.clock.offset.total_seconds()))}

    async def restart_database(self, *, away_s: float = 0) -> None:
        """Let the server die with everything it does, as by a crash, and come again."""
        pid = self.server.pid
        os.kill(pid, signal.SIGQUIT)

        async def is_gone() -> bool:
            return not await asyncio.to_thread(is_running, pid)

        await until(is_gone, within_s=30)
        await asyncio.sleep(away_s)
        await asyncio.to_thread(self.server.start)

    async def move_clocks(self, by: timedelta) -> None:
        """Skip a long wait: workers are stopped in order and started again later in the day."""
        await asyncio.gather(*(worker.stop() for worker in self.workers if worker.is_alive))
        self.clock.advance(by)
        await asyncio.to_thread(self.sandbox.advance, by.total_seconds())
        await asyncio.gather(*(worker.start(**self.offset) for worker in self.workers))


@asynccontextmanager
async def staged(workers: int) -> AsyncIterator[Scene]:
    """Build the scene, with its workers still to be started; at the end nothing is left of it."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(reachable_folder())
        server = EmbeddedPostgres(folder / "server")
        await asyncio.to_thread(server.start)
        stack.callback(server.stop)
        settings = _settings(folder, server)
        sandbox = Process("sandbox", folder, settings | {"SIGNOFF_PORT": str(_free_port() - _BESIDE)})
        stands = f"http://127.0.0.1:{int(sandbox.settings['SIGNOFF_PORT']) + _BESIDE}"
        settings["SIGNOFF_GRAPH_URL"] = f"{stands}/graph"
        web = Process("web", folder, settings)
        clock = ShiftableClock()
        runtime = await stack.enter_async_context(open_runtime(_read(settings), clock=clock))
        for process, url in ((sandbox, f"{stands}/control/clock"), (web, f"{web_url(settings)}/readyz")):
            await process.start()
            stack.push_async_callback(process.kill)
            await _answers(url)
        scene = Scene(folder, runtime, clock, server, Sandbox(RunningSandbox(stands)))
        for number in range(1, workers + 1):
            worker = Process("worker", folder, settings, number)
            stack.push_async_callback(worker.kill)
            scene.workers.append(worker)
        yield scene


def web_url(settings: Mapping[str, str]) -> str:
    return settings["SIGNOFF_PUBLIC_URL"]


def _settings(folder: Path, server: EmbeddedPostgres) -> dict[str, str]:
    port = str(_free_port())
    return {
        "SIGNOFF_ENVIRONMENT": "development",
        "SIGNOFF_DATA_DIR": str(folder / "data"),
        "SIGNOFF_DATABASE_URL": server.admin_url().render_as_string(hide_password=False),
        "SIGNOFF_PORT": port,
        "SIGNOFF_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SIGNOFF_ALLOW_PRIVATE_ADDRESSES": "127.0.0.0/8",
        "SIGNOFF_DISK_RESERVE_BYTES": "0",
        # Hundreds of posts go to a few accounts within minutes.
        "SIGNOFF_FACEBOOK_CALLS_PER_HOUR": "0",
        "SIGNOFF_INSTAGRAM_CALLS_PER_HOUR": "0",
    }


def _read(settings: Mapping[str, str]) -> Settings:
    """The same settings for the people in this process."""
    return Settings(
        environment=Environment.DEVELOPMENT,
        data_dir=Path(settings["SIGNOFF_DATA_DIR"]),
        database_url=SecretStr(settings["SIGNOFF_DATABASE_URL"]),
        public_url=settings["SIGNOFF_PUBLIC_URL"],
        graph_url=settings["SIGNOFF_GRAPH_URL"],
        allow_private_addresses=(ip_network("127.0.0.0/8"),),
        disk_reserve_bytes=0,
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


async def _answers(url: str) -> None:
    async with aiohttp.ClientSession() as http:

        async def is_up() -> bool:
            try:
                async with http.get(url) as answer:
                    return answer.status == 200
            except aiohttp.ClientConnectionError:
                return False

        await until(is_up, within_s=UP_WITHIN_S)
