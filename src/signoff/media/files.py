"""Writing files so that a crash, a full disk or a cancelled task leaves either the whole file or none."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from signoff.kernel.errors import NoSpace

P = ParamSpec("P")
T = TypeVar("T")

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""No space, quota used up, larger than the limit for one file."""


async def to_the_end(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking work in a thread; a cancelled caller still waits until the thread is done.

    A thread can't be stopped. Tidying up while it runs would leave behind what it writes afterwards.
    """
    running = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({running})
        if not running.cancelled():
            running.exception()  # taken note of: the caller asked not to hear
        raise


@contextmanager
def space_told() -> Iterator[None]:
    """Raises NoSpace where the operating system says that the disk is full."""
    try:
        yield
    except OSError as problem:
        if problem.errno not in _FULL:
            raise
        raise NoSpace(
            "The disk is full; nothing was stored.",
            next_step="Free some space in the data folder, then try again.",
        ) from problem


def write_new(path: Path, data: bytes) -> None:
    """Write a file that isn't there yet and wait until the disk has it."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def give_name(temporary: Path, final: Path, *, root: Path) -> None:
    """Move a finished file to its place and make the folders up to `root` remember it."""
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(final)
    folder = final.parent
    while True:
        _sync_folder(folder)
        if folder in {root, folder.parent}:
            return
        folder = folder.parent


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
