"""Calling what others wrote: a connector can raise anything, and may not thereby end our work."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Aborted(Exception):
    """Foreign code raised what only an event loop or an interpreter may: a cancellation, an exit."""


@contextmanager
def foreign_code() -> Iterator[None]:
    """Turn what would silently end the task into an error that can be handled like any other.

    A cancellation that somebody asked of this task stays one.

    Raises:
        Aborted: The block cancelled or ended itself.
    """
    task = asyncio.current_task()
    try:
        yield
    except (asyncio.CancelledError, GeneratorExit, SystemExit) as problem:
        if task is None or task.cancelling() or not _still_runs(task):
            raise
        raise Aborted(type(problem).__name__) from problem


def _still_runs(task: asyncio.Task[object]) -> bool:
    """Tell whether the task itself is at work: an abandoned coroutine is closed from outside."""
    try:
        return asyncio.current_task() is task
    except RuntimeError:  # no event loop runs any more
        return False
