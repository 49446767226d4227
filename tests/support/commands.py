"""The `signoff` command as a process: `run = await signoff("posts", "list")`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

from tests.support.rest import Caller

NOTHING: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Run:
    """How a command ended, and what it printed."""

    code: int
    out: str
    errors: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


async def run_signoff(
    *arguments: str, folder: Path, settings: Mapping[str, str] = NOTHING, stdin: int | None = None
) -> Run:
    """Run the command in a folder, with these SIGNOFF_* settings and nothing else from the environment."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SIGNOFF_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "signoff.cli.main",
        *arguments,
        cwd=folder,
        env=plain | {"TZ": "Europe/Madrid", "NO_COLOR": "1", "PYTHONUTF8": "1"} | dict(settings),
        stdin=asyncio.subprocess.DEVNULL if stdin is None else stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, errors = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:  # a test that fails leaves nothing running
            process.terminate()
            await process.wait()
    return Run(process.returncode or 0, out.decode(), errors.decode())


Signoff: TypeAlias = Callable[..., Awaitable[Run]]


def as_caller(caller: Caller, folder: Path) -> Signoff:
    """Give the command as somebody with a token."""
    settings = {
        "SIGNOFF_URL": caller.url.removesuffix("/api/v1"),
        "SIGNOFF_TOKEN": caller.headers["Authorization"].removeprefix("Bearer "),
    }

    async def signoff(*arguments: str, stdin: int | None = None, **more: str) -> Run:
        return await run_signoff(*arguments, folder=folder, settings=settings | more, stdin=stdin)

    return signoff


@pytest.fixture
def signoff(owner_api: Caller, tmp_path: Path) -> Signoff:
    """The command as the owner."""
    return as_caller(owner_api, tmp_path)
