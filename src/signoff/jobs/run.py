"""One run of a job: one at a time over all processes, not while it is disabled, and with a line in its log.

Whoever runs a job holds its turn for half a minute at a time. A process that dies stops renewing it, and the
next one notes that run as lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now, now_sql
from signoff.jobs.job import Job
from signoff.jobs.models import JobRun, PeriodicJob
from signoff.kernel.errors import Problem

OpenTransaction: TypeAlias = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens a transaction of the workers' role."""

HELD: Final = timedelta(seconds=30)
_RENEW_EVERY: Final = timedelta(seconds=10)
_SUMMARY_CHARS: Final = 1000

_log = structlog.get_logger()


class AskedBy(StrEnum):
    """Who wanted a run."""

    TIMETABLE = "timetable"
    OPERATOR = "operator"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a run. `status` is done, disabled or busy; a failing job raises instead."""

    status: str
    summary: str = ""


async def run_job(open_tx: OpenTransaction, job: Job, runner: str, asked_by: AskedBy) -> Ran:
    """Run a job unless it is disabled or runs already. Whatever the job raises is noted and raised again."""
    turn = await _take_turn(open_tx, job.name, runner, asked_by)
    if isinstance(turn, Ran):
        return turn
    try:
        async with _kept(open_tx, job.name, turn):
            summary = job.summary(await job.work())
    except Exception as problem:
        await _note_end(open_tx, job.name, turn, "failed", _words(problem))
        raise
    await _note_end(open_tx, job.name, turn, "done", summary)
    return Ran("done", summary)


def _words(problem: Exception) -> str:
    if isinstance(problem, Problem):
        return f"{problem.detail} {problem.next_step}".strip()
    return f"{type(problem).__name__}: {problem}"


async def _take_turn(open_tx: OpenTransaction, name: str, runner: str, asked_by: AskedBy) -> int | Ran:
    async with open_tx() as tx:
        row = await tx.scalar(select(PeriodicJob).where(PeriodicJob.name == name).with_for_update())
        if row is None:
            raise LookupError(f"the job {name} isn't on the timetable")
        if row.disabled_at is not None:
            return Ran("disabled", row.disabled_why)
        now = await database_now(tx)
        if row.held_until is not None and row.held_until > now:
            return Ran("busy", row.runner)
        if row.held_until is not None:
            _note_lost(tx, row)
        row.turn, row.runner, row.asked_by = row.turn + 1, runner, str(asked_by)
        row.started_at, row.held_until = now, now + HELD
        return row.turn


def _note_lost(tx: AsyncSession, row: PeriodicJob) -> None:
    row.failures += 1
    _write_line(tx, row, row.held_until, "lost", f"{row.runner} is gone.")


@asynccontextmanager
async def _kept(open_tx: OpenTransaction, name: str, turn: int) -> AsyncIterator[None]:
    """Hold the turn as long as the work lasts."""
    keeper = asyncio.create_task(_renew(open_tx, name, turn))
    try:
        yield
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


async def _renew(open_tx: OpenTransaction, name: str, turn: int) -> None:
    still_ours = update(PeriodicJob).where(PeriodicJob.name == name, PeriodicJob.turn == turn)
    while True:
        await asyncio.sleep(_RENEW_EVERY.total_seconds())
        try:
            async with open_tx() as tx:
                await tx.execute(still_ours.values(held_until=now_sql() + HELD))
        except (SQLAlchemyError, OSError) as problem:
            _log.warning("job_turn_not_renewed", job=name, error=str(problem))


async def _note_end(open_tx: OpenTransaction, name: str, turn: int, status: str, summary: str) -> None:
    try:
        async with open_tx() as tx:
            mine = select(PeriodicJob).where(PeriodicJob.name == name, PeriodicJob.turn == turn)
            row = await tx.scalar(mine.where(PeriodicJob.held_until.is_not(None)).with_for_update())
            if row is not None:
                await _write_end(tx, row, status, summary[:_SUMMARY_CHARS].replace("\0", ""))
    except (SQLAlchemyError, OSError) as problem:
        # The turn ends by itself, and the next run notes this one as lost.
        _log.warning("job_end_not_noted", job=name, status=status, error=str(problem))


async def _write_end(tx: AsyncSession, row: PeriodicJob, status: str, summary: str) -> None:
    row.ended_at, row.held_until = await database_now(tx), None
    row.failures = row.failures + 1 if status == "failed" else 0
    _write_line(tx, row, row.ended_at, status, summary)


def _write_line(
    tx: AsyncSession, row: PeriodicJob, ended_at: datetime | None, status: str, summary: str
) -> None:
    row.status, row.summary = status, summary
    tx.add(
        JobRun(
            job=row.name,
            runner=row.runner,
            asked_by=row.asked_by,
            started_at=row.started_at,
            ended_at=ended_at,
            status=status,
            summary=summary,
        )
    )
