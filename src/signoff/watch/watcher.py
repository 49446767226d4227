"""The loop that each process runs beside its own work: sign of life, look around, tell people.

It depends on nothing that it watches: not on the queue of background jobs, not on a worker. Where workers
don't mail, it mails; where the database is away, it writes to the operators that it knew last.
"""

from __future__ import annotations

import asyncio
import os
import socket
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.alerts.base import PermanentFailure, TemporaryFailure
from signoff.jobs.enrol import enrol
from signoff.jobs.job import Job
from signoff.jobs.models import PeriodicJob
from signoff.jobs.run import AskedBy, run_job
from signoff.kernel.ids import new_id
from signoff.pipeline.publish.overdue import LateWatch, close_settled
from signoff.records.alerts.alarms import end_alarms, raise_alarm, standing_alarms
from signoff.records.models import WatcherRow
from signoff.runtime import Runtime
from signoff.watch.outage import Outage
from signoff.watch.over import what_is_over
from signoff.watch.sight import Sight, look
from signoff.watch.troubles import Patience, troubles

MAIL_JOB: Final = "mail_alerts"
_TURN: Final = 0x5167_0FF5
"""Advisory lock: one process at a time raises and ends alarms."""
_log = structlog.get_logger()


class Watcher:
    """What one process watches with."""

    def __init__(self, runtime: Runtime, timetable: list[Job], *, serves_pages: bool) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{str(new_id())[-6:]}"
        self._runtime = runtime
        self._timetable = timetable
        self._serves_pages = serves_pages
        self._late = LateWatch(runtime)
        self._outage = Outage(runtime, self.name, tells=serves_pages)
        self._began_at: datetime | None = None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Look around no more; `run` returns after saying goodbye."""
        self._stopping.set()

    async def run(self) -> None:
        """Watch until stopped."""
        while not self._stopping.is_set():
            await self.round()
            await self._pause()
        await self._sign_off()

    async def round(self) -> None:
        """Look around once. Whatever goes wrong, the next round comes."""
        try:
            await self._look_around()
            await self._outage.is_back()
        except (SQLAlchemyError, OSError, TimeoutError) as problem:
            self._began_at = None  # what was silent meanwhile is judged anew
            await self._outage.goes_on(problem)
        except Exception:  # noqa: BLE001 - a mistake of ours must not end the watch
            _log.exception("watch_round_failed")

    async def _look_around(self) -> None:
        async with self._runtime.worker_transaction() as tx:
            if self._began_at is None:
                await enrol(tx, self._timetable)
            await self._give_sign(tx)
            seen = await look(tx)
            late = await self._late.look(tx)
            await self._outage.remember(tx)
        self._began_at = self._began_at or seen.now
        async with self._runtime.worker_transaction() as tx:
            if await tx.scalar(select(func.pg_try_advisory_xact_lock(_TURN))):
                await self._tell(tx, seen)
                await close_settled(tx)
                await self._late.tell(tx, late)
        await self._mail_what_waits(seen)

    async def _tell(self, tx: AsyncSession, seen: Sight) -> None:
        patience = Patience(self._runtime.settings.silent_after, self._began_at or seen.now)
        for trouble in troubles(seen, patience):
            if await raise_alarm(tx, trouble):
                _log.warning("alarm", key=trouble.key, title=trouble.title, cause=trouble.cause)
        over = what_is_over(seen, await standing_alarms(tx), patience.silent_after)
        for key in await end_alarms(tx, over):
            _log.info("alarm_over", key=key)

    async def _mail_what_waits(self, seen: Sight) -> None:
        """Do the mailing when no worker does."""
        mail = next((job for job in self._timetable if job.name == MAIL_JOB), None)
        # Workers mail every ten seconds.
        is_late = not _mailed_since(seen, seen.now - self._runtime.settings.silent_after / 2)
        if mail is None or not self._runtime.mail.is_configured or not is_late:
            return
        try:
            await run_job(self._runtime.worker_transaction, mail, self.name, AskedBy.WATCH)
        except (TemporaryFailure, PermanentFailure) as problem:
            _log.warning("alerts_not_mailed", error=str(problem))

    async def _give_sign(self, tx: AsyncSession) -> None:
        now = func.signoff_now()
        facts = {"host": socket.gethostname(), "pid": os.getpid(), "serves_pages": self._serves_pages}
        row = insert(WatcherRow).values(id=self.name, **facts, started_at=now, seen_at=now)
        await tx.execute(
            row.on_conflict_do_update(
                index_elements=[WatcherRow.id], set_={"seen_at": now, "stopped_at": None}
            )
        )

    async def _sign_off(self) -> None:
        gone = update(WatcherRow).where(WatcherRow.id == self.name)
        try:
            async with self._runtime.worker_transaction() as tx:
                await tx.execute(gone.values(stopped_at=func.signoff_now()))
        except (SQLAlchemyError, OSError) as problem:
            _log.warning("watch_not_signed_off", error=str(problem))

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), self._runtime.settings.watch_every.total_seconds())
        except TimeoutError:
            return


def _mailed_since(seen: Sight, moment: datetime) -> bool:
    job: PeriodicJob | None = next((job for job in seen.jobs if job.name == MAIL_JOB), None)
    return job is not None and job.ended_at is not None and job.ended_at > moment
