"""The raw HTTP loop, which is given its posts by a file."""

from __future__ import annotations

import json
from pathlib import Path

from bench.entrants.base import Stage, Start
from bench.workers import orders


class Loop:
    """Calls and nothing else."""

    name = "raw aiohttp loop"
    database: str | None = None

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._order = stage.folder / "loop.json"

    async def set_up(self) -> None:
        """Nothing is shared."""

    def helpers(self) -> list[int]:
        return []

    def worker(self, ready: Path) -> Start:
        self._order.unlink(missing_ok=True)
        told = {
            orders.PLATFORM: self._stage.platform,
            orders.QUEUE: str(self._order),
            orders.READY: str(ready),
        }
        return Start("bench.workers.loop", (), told)

    async def is_ready(self, workers: int) -> bool:  # noqa: ARG002 - the file says it
        return True

    async def fill(self, posts: int, due_at: float) -> None:
        told = {"due_at": due_at, "posts": posts}
        unfinished = self._order.with_suffix(".new")
        unfinished.write_text(json.dumps(told))
        unfinished.rename(self._order)

    async def left(self) -> int:
        return 0

    async def close(self) -> None:
        """Nothing was opened."""
