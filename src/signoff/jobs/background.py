"""Runs the timetable in a worker process: supervised, restarted after a failure, drained when asked to stop.

Each job runs once at a time over all workers. The timetable only puts its name into the queue, whoever of the
workers is free carries it out, and a worker that dies is noticed by its silence: another takes the job over.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final, TypeAlias

import structlog
from pgqueuer import PgQueuer
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import CronExpressionEntrypoint, Schedule
from pgqueuer.domain.models import Job as QueuedJob
from sqlalchemy import URL

from signoff.jobs.enrol import enrol
from signoff.jobs.job import Job
from signoff.jobs.queue import opened_queue
from signoff.jobs.run import AskedBy, OpenTransaction, run_job

OnTrouble: TypeAlias = Callable[[Exception], Awaitable[None]]
"""Told why the queue itself keeps failing. What a job came to stands in its log."""

_POLL: Final = timedelta(seconds=5)
_HEARTBEAT: Final = timedelta(seconds=30)
_BATCH: Final = 4
_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 60.0
_STEADY_S: Final = 300.0
"""A run that lasted so long starts the waits anew."""
_TOLD_AFTER: Final = 3
"""Failures in a row; one alone is a restart of the database."""

_log = structlog.get_logger()


class Background:
    """The background jobs of one process."""

    def __init__(
        self, url: URL, jobs: Sequence[Job], open_tx: OpenTransaction, on_trouble: OnTrouble, *, runner: str
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            url: Where the queue is, as the workers' role.
            jobs: The timetable.
            open_tx: Opens a transaction of the workers' role, for turns and log.
            on_trouble: Tells people; may fail when the database is away.
            runner: The name of this process in the log.
        """
        self._url = url
        self._jobs = jobs
        self._open_tx = open_tx
        self._runner = runner
        self._on_trouble = on_trouble
        self._stopping = asyncio.Event()
        self._queue: PgQueuer | None = None

    def stop(self) -> None:
        """Start no further job; `run` returns when those under way have ended."""
        self._stopping.set()
        if self._queue is not None:
            self._queue.shutdown.set()

    async def run(self) -> None:
        """Run the timetable until stopped."""
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                await self._run_once()
            except Exception as problem:  # noqa: BLE001 - whatever it is: publishing goes on, this starts again
                failures = 1 if time.monotonic() - began > _STEADY_S else failures + 1
                _log.warning("jobs_interrupted", error=_words(problem), failures=failures)
                if failures == _TOLD_AFTER:
                    await self._tell(problem)
                await self._pause(failures)

    async def _run_once(self) -> None:
        async with self._open_tx() as tx:
            await enrol(tx, self._jobs)
        async with opened_queue(self._url) as (queue, queries):
            self._queue = queue
            try:
                for job in self._jobs:
                    self._register(queue, queries, job)
                await _forget_old_times(queue, queries)
                if not self._stopping.is_set():
                    await queue.run(
                        dequeue_timeout=_POLL,
                        batch_size=_BATCH,
                        max_concurrent_tasks=2 * _BATCH,
                        heartbeat_timeout=_HEARTBEAT,
                        shutdown_on_listener_failure=True,
                    )
            finally:
                self._queue = None

    def _register(self, queue: PgQueuer, queries: Queries, job: Job) -> None:
        @queue.schedule(job.name, job.times)
        async def put_in_line(_: Schedule) -> None:
            # The key keeps a job that is still waiting or running from being put in line again.
            await queries.enqueue(job.name, None, dedupe_key=job.name, on_conflict="skip")

        @queue.entrypoint(job.name, concurrency_limit=1)
        async def carry_out(queued: QueuedJob) -> None:
            await self._carry_out(job, queued.attempts)

    async def _carry_out(self, job: Job, attempts: int) -> None:
        try:
            ran = await run_job(self._open_tx, job, self._runner, AskedBy.TIMETABLE)
        except Exception as problem:  # whatever it is: it is tried again, then waits for its next time
            _log.warning("job_failed", job=job.name, attempts=attempts + 1, error=_words(problem))
            if attempts < len(job.retries):
                raise RetryRequested(job.retries[attempts], _words(problem)) from problem
            raise
        _log.debug("job_done", job=job.name, status=ran.status, summary=ran.summary)

    async def _tell(self, problem: Exception) -> None:
        try:
            await self._on_trouble(problem)
        except Exception as another:  # noqa: BLE001 - the same cause, often: the log has both
            _log.error("job_trouble_not_told", error=_words(another))

    async def _pause(self, failures: int) -> None:
        wait_s = min(_FIRST_WAIT_S * 2 ** (failures - 1), _LONGEST_WAIT_S)
        try:
            await asyncio.wait_for(self._stopping.wait(), wait_s)
        except TimeoutError:
            return


def _words(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"


async def _forget_old_times(queue: PgQueuer, queries: Queries) -> None:
    """Remove what an earlier release had on its timetable."""
    present = set(queue.sm.registry)
    known = await queries.peek_schedule()
    old = {one.id for one in known if CronExpressionEntrypoint(one.entrypoint, one.expression) not in present}
    if old:
        await queries.delete_schedule(old, set())
