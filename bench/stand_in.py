"""The platform's process, as the bench starts it and asks it what came in."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import IO, Any
from urllib.request import Request, urlopen

from bench.processes import Process, started, stop

_UP_WITHIN_S = 20.0


class StandIn:
    """A running platform; `url` is where it answers."""

    url: str
    _process: Process

    async def start(self, folder: Path, log: IO[bytes]) -> None:
        port = folder / "platform.port"
        self._process = started("bench.platform", str(port), log=log)
        async with asyncio.timeout(_UP_WITHIN_S):
            while not port.exists():
                await asyncio.sleep(0.02)
        self.url = f"http://127.0.0.1:{port.read_text()}"

    def stop(self) -> None:
        stop(self._process)

    async def begin(self, delay_s: float) -> None:
        """Forget all posts; answer after this time from now on."""
        await self._ask("begin", delay_s=delay_s)

    async def shown(self) -> int:
        """Tell how many publishing calls came in."""
        return int((await self._ask("count"))["shown"])

    async def moments(self) -> list[float]:
        """Tell when each of them came in, in order. Raises RuntimeError if a post was published twice."""
        told = await self._ask("shown")
        if told["again"]:
            raise RuntimeError(f"{told['again']} posts were published twice")
        return sorted(told["shown_at"])

    async def _ask(self, what: str, **said: object) -> dict[str, Any]:
        request = Request(f"{self.url}/bench/{what}", data=json.dumps(said).encode())  # noqa: S310 - ours

        def read() -> dict[str, Any]:
            with urlopen(request, timeout=10) as answer:  # noqa: S310 - ours
                told: dict[str, Any] = json.load(answer)
                return told

        return await asyncio.to_thread(read)
