"""What a worker process is told by its environment, and how it says that it is ready."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

PLATFORM: Final = "BENCH_PLATFORM"
QUEUE: Final = "BENCH_QUEUE"
POSTS: Final = "BENCH_POSTS_DATABASE"
READY: Final = "BENCH_READY"


def platform() -> str:
    """Give the platform's address."""
    return os.environ[PLATFORM]


def queue() -> str:
    """Give the address of the queue: a Redis, a database, or a file."""
    return os.environ[QUEUE]


def posts() -> str:
    """Give the address of the database with the posts; empty: there is none."""
    return os.environ.get(POSTS, "")


def say_ready() -> None:
    """Tell the bench that work would be taken from now on."""
    Path(os.environ[READY]).touch()
