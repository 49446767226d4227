"""`signoff demo` as a real process in an empty folder."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.support.folders import fast_folder
from tests.web.browser.conftest import browser as _chromium

browser = _chromium
"""The browser of the pages' tests."""

SET_UP_WITHIN_S = 90


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demonstration, as its first words tell of it."""

    folder: Path
    said: str
    took_s: float
    process: asyncio.subprocess.Process

    @property
    def link(self) -> str:
        return self._find(r"http://\S+/link/\S+")

    @property
    def pages(self) -> str:
        return self._find(r"Pages\s+(http://\S+)")

    @property
    def sandbox(self) -> str:
        return self._find(r"Feeds\s+(http://\S+)")

    def _find(self, pattern: str) -> str:
        found = re.search(pattern, self.said)
        assert found, self.said
        return found[found.re.groups]

    async def stop(self) -> str:
        """Press Ctrl+C; give what it says in the end."""
        assert self.process.stdout
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
        last = await asyncio.wait_for(self.process.stdout.read(), 30)
        assert await asyncio.wait_for(self.process.wait(), 30) == 0
        return last.decode()


def free_port() -> int:
    """A port p such that p and the sandbox's are free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def start(folder: Path, *options: str) -> asyncio.subprocess.Process:
    """Start the command, with nothing of Signoff's from the environment."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SIGNOFF_")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "signoff.cli.main",
        "demo",
        *options,
        cwd=folder,
        env=plain | {"NO_COLOR": "1", "PYTHONUTF8": "1"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


@asynccontextmanager
async def demonstrated(folder: Path, *options: str) -> AsyncIterator[Demo]:
    """Start it, and wait until it tells how to enter."""
    began = time.monotonic()
    process = await start(folder, *options)
    assert process.stdout
    try:
        async with asyncio.timeout(SET_UP_WITHIN_S):
            said = (await process.stdout.readuntil(b"begins anew.\n")).decode()
        demo = Demo(folder, said, time.monotonic() - began, process)
        yield demo
        await demo.stop()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


@pytest.fixture(scope="module")
def demo_folder() -> Iterator[Path]:
    """A folder that the database's user can reach, too, as a clone usually is."""
    with tempfile.TemporaryDirectory(prefix="signoff-demo-", dir=fast_folder()) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
async def demo(demo_folder: Path) -> AsyncIterator[Demo]:
    """Set up once for the tests of a file."""
    async with demonstrated(demo_folder, "--port", str(free_port())) as running:
        yield running


__all__ = ["Browser", "browser", "demo", "demo_folder"]
