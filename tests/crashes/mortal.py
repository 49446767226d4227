"""A worker process that carries out one delivery and is killed, as by SIGKILL, at a point told beforehand.

The points are all places where the attempt hands control to the event loop: every await that really waits,
and so every database round trip, commit and platform call. A process dies there in two ways: `before` what it
waits for has come, or `after` it came and before anything else is done.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import types
from collections.abc import Coroutine, Generator
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import Any, Final, Literal, TypeAlias

import uvloop

from signoff.alerts.null import PageOnly
from signoff.app import make_connectors
from signoff.db.session import Database
from signoff.db.urls import DatabaseUrls
from signoff.http.client import Http
from signoff.http.fetching import fetch_with
from signoff.kernel.clock import SystemClock
from signoff.media.folder import FolderStore
from signoff.pipeline.publish.attempt import attempt
from signoff.pipeline.publish.claim import claim
from signoff.runtime import Runtime
from signoff.settings import Settings
from signoff.vault import Vault

When: TypeAlias = Literal["before", "after"]

LIFETIME_S: Final = 60


@dataclass(frozen=True, slots=True)
class Life:
    """What a process needs to work on a test's database."""

    urls: DatabaseUrls
    settings: Settings
    key: str
    offset: timedelta

    def lived(self, dies_at: int = 0, when: When = "before") -> int:
        """Let a process claim and carry out one delivery; how many points it passed, 0 if it was killed."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_live, args=(self, dies_at, when, sender))
        process.start()
        sender.close()
        process.join(LIFETIME_S)
        try:
            if process.exitcode == -signal.SIGKILL:
                return 0
            assert process.exitcode == 0, f"the process ended with {process.exitcode}"
            return int(receiver.recv())
        finally:
            process.kill()
            receiver.close()


def _live(life: Life, dies_at: int, when: When, told: Any) -> None:
    told.send(uvloop.run(_carry_out(life, dies_at, when)))


async def _carry_out(life: Life, dies_at: int, when: When) -> int:
    clock = SystemClock(life.offset)
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
    passed = await _watched(_one(runtime), dies_at, when)
    await http.close()
    await runtime.database.close()
    return passed


async def _one(runtime: Runtime) -> None:
    for lease in await claim(runtime, f"mortal {os.getpid()}", 1):
        await attempt(runtime, lease)


@types.coroutine
def _watched(work: Coroutine[Any, Any, None], dies_at: int, when: When) -> Generator[Any, Any, int]:
    """Drive a coroutine as the event loop does, and count how often it waits."""
    passed, failure = 0, None
    while True:
        try:
            waits_for = work.send(None) if failure is None else work.throw(failure)
        except StopIteration:
            return passed
        passed += 1
        if passed == dies_at and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            yield waits_for
            failure = None
        except BaseException as problem:  # noqa: BLE001 - handed on to the coroutine, as the loop would
            failure = problem
        if passed == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
