"""Real processes of Signoff: started, killed, frozen and thawed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

STOPS_WITHIN_S: Final = 90


@dataclass
class Process:
    """A `signoff` command that runs until it is told otherwise; what it says is in a file."""

    command: str
    folder: Path
    settings: dict[str, str]
    number: int = 1
    running: asyncio.subprocess.Process | None = field(default=None, repr=False)
    is_frozen: bool = False

    @property
    def pid(self) -> int:
        assert self.running is not None
        return self.running.pid

    @property
    def is_alive(self) -> bool:
        return self.running is not None and self.running.returncode is None

    @property
    def log(self) -> Path:
        return self.folder / f"{self.command}-{self.number}.log"

    async def start(self, **more: str) -> None:
        self.is_frozen = False
        with self.log.open("a") as log:
            self.running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "signoff.cli.main", self.command),
                cwd=self.folder,
                env=_plain_environment() | self.settings | more,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def kill(self) -> None:
        """End it as a power cut does."""
        if self.running is not None and self.is_alive:
            self.running.kill()
            await self.running.wait()
        self.is_frozen = False

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)
        self.is_frozen = True

    def thaw(self) -> None:
        if self.is_alive:
            os.kill(self.pid, signal.SIGCONT)
        self.is_frozen = False

    async def stop(self) -> int:
        """Ask it to stop, as a service manager does; its exit code."""
        assert self.running is not None
        if self.is_alive:
            self.thaw()
            self.running.terminate()
        return await asyncio.wait_for(self.running.wait(), STOPS_WITHIN_S)


def _plain_environment() -> dict[str, str]:
    """The settings of whoever runs this are none of its business."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SIGNOFF_")}
    return plain | {"PYTHONUTF8": "1"}
