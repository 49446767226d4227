"""The worker's loops: claim and carry out, reap, look, heartbeat. It drains when asked to stop."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import psycopg
import structlog
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

from signoff.db.engines import CONNECT_WITHIN_S
from signoff.db.urls import conninfo
from signoff.kernel.ids import new_id
from signoff.pipeline.publish.attempt import attempt
from signoff.pipeline.publish.claim import claim
from signoff.pipeline.publish.hand_over import hand_over
from signoff.pipeline.publish.late import settle_late
from signoff.pipeline.publish.reap import reap
from signoff.pipeline.publish.reconcile import looks_due, reconcile
from signoff.pipeline.publish.witness import Witness
from signoff.pipeline.recover.carry_out import removals_due, take_down
from signoff.pipeline.schedule.guard_disk import guard_disk
from signoff.records.deliveries.restored import doubt_what_was_open
from signoff.records.deliveries.swapped import SwapWatch
from signoff.records.models import WorkerRow
from signoff.records.planning.placement import DUE_CHANNEL
from signoff.runtime import Runtime
from signoff.worker.timetable import background_of

REAP_EVERY: Final = timedelta(seconds=5)
BEAT_EVERY: Final = timedelta(seconds=5)
HAND_OVER_EVERY: Final = timedelta(seconds=5)
GUARD_EVERY: Final = timedelta(minutes=1)
JOBS_DRAIN: Final = timedelta(seconds=20)
"""What background jobs get to end in; whatever is cut off runs again."""
_LOOKS_AT_ONCE: Final = 16
_CLAIMED_IN: Final = 4
"""In how many claims a worker that is full renews what it has in hand."""

_log = structlog.get_logger()


class Worker:
    """One worker process' work. `run` returns when `stop` was called and everything in hand is finished."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.name = f"{socket.gethostname()}-{os.getpid()}-{str(new_id())[-6:]}"
        self._witness = Witness(runtime.clock)
        self._stopping = asyncio.Event()
        self._wake = asyncio.Event()
        self._in_flight: set[asyncio.Task[object]] = set()
        self._background = background_of(runtime, self.name, self._look_at_database)
        self._has_claimed = False
        self._swaps = SwapWatch(runtime)
        self._connections_trusted = 0
        self._trusting = asyncio.Lock()
        self._is_registered = False
        self._looks_again_at = 0.0
        self._may_be_more = False
        """The last claim got as many as it asked for."""

    def stop(self) -> None:
        """Claim nothing more; what is in hand is finished."""
        self._stopping.set()
        self._wake.set()
        self._background.stop()

    async def run(self) -> None:
        """Work until stopped, then drain."""
        await self._guarded(self._register)  # without a database for now, it registers with its next beat
        helpers = [
            asyncio.create_task(self._every(REAP_EVERY, self._reap)),
            asyncio.create_task(self._every(BEAT_EVERY, self._beat)),
            asyncio.create_task(self._every(GUARD_EVERY, self._guard)),
            asyncio.create_task(self._every(HAND_OVER_EVERY, self._hand_over)),
            asyncio.create_task(self._listen()),
        ]
        background = asyncio.create_task(self._background.run())
        try:
            while not self._stopping.is_set():
                await self._guarded(self._start_attempts)
                if self._is_time_to_look():
                    await self._guarded(self._start_looks)
                    await self._guarded(self._start_removals)
                await self._pause(self._runtime.settings.poll)
            await self._drain()
            await asyncio.wait({background}, timeout=JOBS_DRAIN.total_seconds())
        finally:
            for helper in (*helpers, background):
                helper.cancel()
            await asyncio.gather(*helpers, background, return_exceptions=True)
            await self._guarded(self._sign_off)

    async def run_until_idle(self) -> None:
        """Carry out what is due and what follows from it at once, then return."""
        await self._register()
        while True:
            await self._trust_database()
            await reap(self._runtime, self._witness)
            await settle_late(self._runtime)
            await hand_over(self._runtime)
            for start in (self._start_attempts, self._start_looks, self._start_removals):
                await start()
            if not self._in_flight:
                break
            await self._drain()
        await self._sign_off()

    async def _start_attempts(self) -> None:
        free = self._free
        if free <= 0:
            return
        await self._trust_database()
        leases = await claim(self._runtime, self.name, free)
        self._may_be_more = len(leases) == free
        await self._trust_database()  # the claim itself may have come over a new connection
        self._has_claimed |= bool(leases)
        for lease in leases:
            self._start(attempt(self._runtime, lease))

    def _is_time_to_look(self) -> bool:
        """However often it is woken for more attempts, it looks no more often than it polls."""
        now = self._runtime.clock.monotonic()
        if now < self._looks_again_at:
            return False
        self._looks_again_at = now + self._runtime.settings.poll.total_seconds()
        return True

    async def _start_looks(self) -> None:
        await self._trust_database()
        for look in await looks_due(self._runtime, self._witness, self.name, _LOOKS_AT_ONCE):
            self._start(reconcile(self._runtime, look))

    async def _start_removals(self) -> None:
        await self._trust_database()
        for lease in await removals_due(self._runtime, self.name, _LOOKS_AT_ONCE):
            self._start(take_down(self._runtime, lease))

    async def _trust_database(self) -> None:
        """Before anything is done over a new connection, see that it leads to the same database as before."""
        async with self._trusting:
            opened = self._runtime.database.worker_connections
            if opened == self._connections_trusted and opened:
                return
            if not self._connections_trusted:
                await doubt_what_was_open(self._runtime)  # a restore that was cut off is finished here
            await self._swaps.look()
            self._connections_trusted = opened

    async def _look_at_database(self) -> None:
        """The same, although no connection is known to be new: it may be the next one.

        A claim is looked at once more before anything follows from it; what tells people can't be.
        """
        await self._trust_database()
        await self._swaps.look()

    def _start(self, work: Awaitable[object]) -> None:
        task: asyncio.Task[object] = asyncio.ensure_future(work)
        self._in_flight.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[object]) -> None:
        self._in_flight.discard(task)
        # A claim costs as much for one as for many, so it waits until there is room for many.
        if self._may_be_more and self._free >= self._runtime.settings.in_flight // _CLAIMED_IN:
            self._wake.set()
        problem = asyncio.CancelledError() if task.cancelled() else task.exception()
        if problem is not None:
            # The lease runs out and the reaper takes over: nothing is lost.
            _log.error("work_failed", error=f"{type(problem).__name__}: {problem}")

    @property
    def _free(self) -> int:
        return self._runtime.settings.in_flight - len(self._in_flight)

    async def _drain(self) -> None:
        while self._in_flight:
            await asyncio.wait(self._in_flight)

    async def _pause(self, longest: timedelta) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), longest.total_seconds())
        except TimeoutError:
            return
        self._wake.clear()

    async def _every(self, interval: timedelta, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            await self._guarded(work)
            await asyncio.sleep(interval.total_seconds())

    async def _guarded(self, work: Callable[[], Awaitable[object]]) -> None:
        try:
            await work()
        except Exception as problem:  # noqa: BLE001 - the database may be away: the loop goes on and tries again
            _log.warning(
                "worker_step_failed", step=work.__name__, error=f"{type(problem).__name__}: {problem}"
            )

    async def _reap(self) -> None:
        await self._look_at_database()
        if await reap(self._runtime, self._witness):
            self._wake.set()

    async def _guard(self) -> None:
        await guard_disk(self._runtime)

    async def _hand_over(self) -> None:
        await self._look_at_database()  # people publish what they are told to publish
        await hand_over(self._runtime)

    async def _listen(self) -> None:
        url = conninfo(self._runtime.database.urls.worker)
        while True:
            try:
                connecting = psycopg.AsyncConnection.connect(
                    url, autocommit=True, connect_timeout=CONNECT_WITHIN_S, application_name="signoff worker"
                )
                async with await connecting as line:
                    await line.execute(f"LISTEN {DUE_CHANNEL}")
                    async for _ in line.notifies():
                        self._wake.set()
            except (psycopg.Error, OSError) as problem:
                _log.warning("listening_interrupted", error=str(problem))
            await asyncio.sleep(1)

    async def _register(self) -> None:
        row = {"id": self.name, "host": socket.gethostname(), "pid": os.getpid(), "in_flight": 0}
        async with self._runtime.worker_transaction() as tx:
            now = func.signoff_now()
            alive = {"seen_at": now, "stopped_at": None}
            known = insert(WorkerRow).values(**row, started_at=now, **alive)
            await tx.execute(known.on_conflict_do_update(index_elements=[WorkerRow.id], set_=alive))
        self._is_registered = True

    async def _beat(self) -> None:
        if not self._is_registered:
            await self._register()
        claimed = {"claimed_at": func.signoff_now()} if self._has_claimed else {}
        self._has_claimed = False
        await self._tell(seen_at=func.signoff_now(), in_flight=len(self._in_flight), **claimed)
        await self._swaps.look()

    async def _sign_off(self) -> None:
        await self._tell(stopped_at=func.signoff_now(), in_flight=0)

    async def _tell(self, **values: object) -> None:
        async with self._runtime.worker_transaction() as tx:
            await tx.execute(update(WorkerRow).where(WorkerRow.id == self.name).values(**values))
