"""Worker processes that are killed as by SIGKILL, wherever they come by.

Two ways to say where. Seen from inside: at each place where a delivery's task hands control to the event
loop, which is every await that really waits. Seen from outside: before each effect, which is every commit and
every call of a platform (`tests.crashes.effects`).
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import types
from collections.abc import Callable, Coroutine, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final, TypeVar

import uvloop
from sqlalchemy import text

from signoff.alerts.null import PageOnly
from signoff.app import make_connectors
from signoff.db.session import Database
from signoff.db.urls import DatabaseUrls
from signoff.http.client import Http
from signoff.http.fetching import fetch_with
from signoff.media.folder import FolderStore
from signoff.runtime import Runtime
from signoff.settings import Settings
from signoff.vault import Vault
from signoff.worker.loop import Worker
from tests.crashes.disk import is_change
from tests.support.clock import ShiftableClock

T = TypeVar("T")

LIFETIME_S: Final = 60
NOWHERE: Final = -1

_OPEN: Final = text("""
    SELECT EXISTS (SELECT 1 FROM deliveries
                   WHERE state IN ('scheduled', 'publishing', 'unknown', 'recovering'))
""")


@dataclass(frozen=True, slots=True)
class Life:
    """What a process needs to work on a test's database, and where it ends."""

    urls: DatabaseUrls
    settings: Settings
    key: str
    offset: timedelta
    waits_s: Sequence[float] = (0,)
    """It works, lets this time pass, works again."""
    dies_at_await: int = NOWHERE
    """What it waits for is on its way by then. To die after it came is to die before the next."""
    folder: Path | None = None
    """Where changes of files count as calls of a platform."""
    dies_at_change: int = NOWHERE

    def lived(self, begun: Callable[[int], None] = lambda _pid: None) -> Ended:
        """Let a process live, `begun` with its id; how it ended. Blocks."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        here, there = context.Pipe()
        process = context.Process(target=_live, args=(self, there))
        process.start()
        there.close()
        try:
            assert process.pid
            begun(process.pid)
            here.send("begin")
            process.join(LIFETIME_S)
            assert process.exitcode in {0, -signal.SIGKILL}, f"the process ended with {process.exitcode}"
            ended = Ended(is_killed=process.exitcode != 0)
            with suppress(EOFError):
                while here.poll():
                    ended = replace(ended, **here.recv())
            return ended
        finally:
            process.kill()
            here.close()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended, and what it came by until then."""

    is_killed: bool
    waited_s: float = 0
    awaits: int = 0
    changes: int = 0


def _live(life: Life, line: Any) -> None:
    line.recv()
    changes = _Changes(life)
    sys.addaudithook(changes.count)
    awaits = _Awaits(life)
    uvloop.run(_watched(awaits, life, line))
    line.send({"awaits": awaits.passed, "changes": changes.passed})


async def _watched(awaits: _Awaits, life: Life, line: Any) -> None:
    # The worker's own task, which runs this, was made before: what it does are commits, seen from outside.
    asyncio.get_running_loop().set_task_factory(awaits.task)
    await _work(life, line)


async def _work(life: Life, line: Any) -> None:
    clock = ShiftableClock()
    clock.advance(life.offset)
    http = Http(allow=[ip_network("127.0.0.0/8")])
    runtime = Runtime(
        settings=life.settings,
        clock=clock,
        database=Database(life.urls, clock=clock, worker_pool=3, name="mortal"),
        connectors=make_connectors(life.settings, http, clock),
        media=FolderStore(life.settings.data_dir / "media"),
        vault=Vault([life.key]),
        fetch=fetch_with(http, max_bytes=1024),
        mail=PageOnly(),
    )
    worker, waited_s = Worker(runtime), 0.0
    for wait_s in life.waits_s:
        clock.advance(timedelta(seconds=wait_s))
        waited_s += wait_s
        line.send({"waited_s": waited_s})
        await worker.run_until_idle()
        if not await _has_more(runtime):
            break
    await http.close()
    await runtime.database.close()


async def _has_more(runtime: Runtime) -> bool:
    async with runtime.worker_transaction() as tx:
        return bool(await tx.scalar(_OPEN))


class _Changes:
    """Counts the changes of files below a folder, and ends the process before one of them."""

    def __init__(self, life: Life) -> None:
        self.passed = 0
        self._folder = str(life.folder or "")
        self._dies_at = life.dies_at_change

    def count(self, event: str, details: tuple[Any, ...]) -> None:
        if not self._folder or not is_change(self._folder, event, details):
            return
        if self.passed == self._dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed += 1


class _Awaits:
    """Drives the tasks of a process as the event loop does, and ends the process at one of their awaits."""

    def __init__(self, life: Life) -> None:
        self.passed = 0
        self._dies_at = life.dies_at_await

    def task(self, loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> asyncio.Task[Any]:
        """A factory of tasks."""
        return asyncio.Task(self._watched(work), loop=loop, **options)

    async def _watched(self, work: Coroutine[Any, Any, T]) -> T:
        return await self._driven(work)

    @types.coroutine
    def _driven(self, work: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
        failure = None
        while True:
            try:
                waits_for = work.send(None) if failure is None else work.throw(failure)
            except StopIteration as end:
                result: T = end.value
                return result
            if self.passed == self._dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
            self.passed += 1
            try:
                yield waits_for
                failure = None
            except BaseException as problem:  # noqa: BLE001 - handed on to the coroutine, as the loop would
                failure = problem
