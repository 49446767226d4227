"""What an entrant can do, and what it finds to work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from bench.database import Server


@dataclass(frozen=True, slots=True)
class Stage:
    """What all entrants share."""

    folder: Path
    platform: str
    """The platform's address."""
    server: Server
    log: IO[bytes]


@dataclass(frozen=True, slots=True)
class Start:
    """How one worker process is started: a Python module with its arguments and settings."""

    module: str
    arguments: tuple[str, ...]
    settings: Mapping[str, str]


class Entrant(Protocol):
    """One way of publishing posts that are due."""

    name: str
    database: str | None
    """Whose commits and rows are counted; None: it uses none."""

    async def set_up(self) -> None:
        """Prepare what all rounds share."""
        ...

    def helpers(self) -> list[int]:
        """Give the processes of its database or broker, which are counted with its workers."""
        ...

    def worker(self, ready: Path) -> Start:
        """Tell how to start a worker. One that makes the file `ready` says so itself."""
        ...

    async def is_ready(self, workers: int) -> bool:
        """Tell whether so many workers would take work now."""
        ...

    async def fill(self, posts: int, due_at: float) -> None:
        """Hand in posts that are due at this moment, in seconds since 1970."""
        ...

    async def left(self) -> int:
        """Tell how many posts have no stored outcome yet."""
        ...

    async def close(self) -> None:
        """End what `set_up` began."""
        ...
