"""The timetable on a real queue: jobs run, once at a time, again after failures and lost connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeAlias

import pytest
from psycopg import AsyncConnection
from sqlalchemy import select

from signoff.db.session import Database
from signoff.db.urls import DatabaseUrls, conninfo
from signoff.jobs.background import Background
from signoff.jobs.job import Job, Work
from signoff.jobs.models import JobRun
from signoff.jobs.queue import opened_queue
from tests.support.waiting import until

EACH_SECOND = "* * * * * *"
Told: TypeAlias = list[str]


@asynccontextmanager
async def running(*backgrounds: Background) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(background.run()) for background in backgrounds]
    try:
        yield
    finally:
        for background in backgrounds:
            background.stop()
        await asyncio.wait_for(asyncio.gather(*tasks), 20)


def background(database: Database, told: Told, work: Work, *retries: timedelta) -> Background:
    async def tell(problem: Exception) -> None:
        told.append(str(problem))

    jobs = [Job("count", work, EACH_SECOND, retries)]
    return Background(database.urls.worker, jobs, database.worker_transaction, tell, runner="here")


class Counter:
    """A job that notices when it runs beside itself."""

    def __init__(self, *, takes_s: float = 0.0) -> None:
        self.runs = 0
        self.ended = 0
        self.at_once = 0
        self._takes_s = takes_s

    async def __call__(self) -> None:
        self.runs += 1
        self.at_once = max(self.at_once, self.runs - self.ended)
        await asyncio.sleep(self._takes_s)
        self.ended += 1


def reached(ask: Callable[[], int], least: int) -> Callable[[], Awaitable[bool]]:
    async def enough() -> bool:
        return ask() >= least

    return enough


async def kill_connections(urls: DatabaseUrls) -> int:
    statement = """
        select count(pg_terminate_backend(pid)) from pg_stat_activity
        where application_name = 'signoff jobs' and datname = current_database()
    """
    async with await AsyncConnection.connect(conninfo(urls.worker)) as connection:
        row = await (await connection.execute(statement)).fetchone()
        return int(row[0]) if row else 0


async def test_a_job_runs_at_its_times_once_at_a_time_over_all_workers(database: Database) -> None:
    count = Counter(takes_s=0.3)
    async with running(background(database, [], count), background(database, [], count)):
        await until(reached(lambda: count.ended, 3), within_s=20)
    assert count.at_once == 1


async def test_a_job_that_failed_is_tried_again_and_each_try_is_in_its_log(database: Database) -> None:
    tries = 0

    async def fail() -> None:
        nonlocal tries
        tries += 1
        raise ConnectionError("the server is away")

    async with running(background(database, [], fail, timedelta(0), timedelta(0))):
        await until(reached(lambda: tries, 4), within_s=20)
    async with database.worker_transaction() as tx:
        runs = (await tx.scalars(select(JobRun).order_by(JobRun.started_at).limit(3))).all()
    assert {(run.job, run.runner, run.asked_by, run.status, run.summary) for run in runs} == {
        ("count", "here", "timetable", "failed", "ConnectionError: the server is away")
    }


@pytest.mark.slow
async def test_a_lost_connection_is_opened_anew(database: Database) -> None:
    count, told = Counter(), Told()
    async with running(background(database, told, count)):
        await until(reached(lambda: count.ended, 1), within_s=20)
        assert await kill_connections(database.urls) == 2
        before = count.ended
        # What the lost connection held is free again after 30 s without a sign of life.
        await until(reached(lambda: count.ended, before + 2), within_s=60)
    assert told == [], "one interruption is no trouble"


async def test_a_queue_that_keeps_failing_is_told(database: Database) -> None:
    told: Told = []

    async def tell(problem: Exception) -> None:
        told.append(str(problem))

    away = database.urls.worker.set(database="nowhere")
    jobs = [Job("count", Counter(), EACH_SECOND)]
    async with running(Background(away, jobs, database.worker_transaction, tell, runner="here")):
        await until(reached(lambda: len(told), 1), within_s=20)
    assert "nowhere" in told[0]


async def test_what_is_under_way_ends_before_the_stop(database: Database) -> None:
    count = Counter(takes_s=1.0)
    async with running(background(database, [], count)):
        await until(reached(lambda: count.runs, 1), within_s=20)
        assert count.ended == 0
    assert count.ended == count.runs == 1


async def test_what_is_said_before_anybody_listens_is_heard(database_urls: DatabaseUrls) -> None:
    """The queue asks itself at once whether it hears; a loss here would start all jobs anew."""
    heard: list[str | bytes | bytearray] = []
    async with opened_queue(database_urls.worker) as (_, queries), queries.driver:
        saying = asyncio.create_task(queries.driver.notify("ch_pgqueuer", "hello"))
        await asyncio.wait({saying}, timeout=0.5)
        await queries.driver.add_listener("ch_pgqueuer", heard.append)
        await saying
        await until(_heard(heard))
    assert heard == ["hello"]


def _heard(heard: list[str | bytes | bytearray]) -> Callable[[], Awaitable[bool]]:
    async def is_there() -> bool:
        return bool(heard)

    return is_there
