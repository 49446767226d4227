"""The database is swapped for an older copy behind Signoff's back: it counts as the restore of a backup."""

from __future__ import annotations

from datetime import timedelta

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier
from sqlalchemy import select

from signoff.db.embedded import EmbeddedPostgres
from signoff.db.urls import conninfo
from signoff.kernel.people import Actor
from signoff.pipeline.schedule.place import place
from signoff.pipeline.schedule.resume import resume
from signoff.records.alerts.notices import open_pauses
from signoff.records.deliveries.swapped import SwapWatch
from signoff.records.models import Delivery
from signoff.records.planning.placement import Schedule
from signoff.records.states import DeliveryState, PublishMode
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from signoff.worker.timetable import timetable, trusting
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import approved, scheduled
from tests.support.publishing import alerts

POSTS = 5


async def states(runtime: Runtime) -> set[DeliveryState]:
    async with runtime.worker_transaction() as tx:
        return set((await tx.scalars(select(Delivery.state))).all())


class Snapshots:
    """A copy of the database, taken and put back with the server's own means."""

    def __init__(self, runtime: Runtime, server: EmbeddedPostgres) -> None:
        self._name = str(runtime.database.urls.app.database)
        self._admin = conninfo(server.admin_url())

    async def take(self) -> None:
        await self._copy(self._name, f"{self._name}_copy")

    async def put_back(self) -> None:
        await self._copy(f"{self._name}_copy", self._name)
        await self._run("drop database {}", f"{self._name}_copy")

    async def _copy(self, source: str, target: str) -> None:
        ended = "select pg_terminate_backend(pid) from pg_stat_activity where datname = any(%s)"
        async with await AsyncConnection.connect(self._admin, autocommit=True) as connection:
            await connection.execute(ended, [[source, target]])
        await self._run("drop database if exists {} with (force)", target)
        await self._run("create database {} template {} strategy file_copy", target, source)

    async def _run(self, statement: str, *names: str) -> None:
        async with await AsyncConnection.connect(self._admin, autocommit=True) as connection:
            await connection.execute(SQL(statement).format(*map(Identifier, names)))


async def test_an_older_copy_is_noticed_before_anything_goes_out_again(
    runtime: Runtime,
    postgres: EmbeddedPostgres,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
) -> None:
    for _ in range(POSTS):
        await scheduled(runtime, owner, channel)
    snapshots = Snapshots(runtime, postgres)
    worker = Worker(runtime)
    await worker.run_until_idle()
    await snapshots.take()
    clock.advance(timedelta(hours=1, seconds=1))
    await worker.run_until_idle()
    assert len(noticeboard.notes) == POSTS

    await snapshots.put_back()
    await Worker(runtime).run_until_idle()
    assert len(noticeboard.notes) == POSTS
    (pause,) = await open_pauses(runtime, owner)
    assert "isn't the one that was here before" in pause.reason
    await resume(runtime, owner, "global", None)
    for _ in range(3):
        await worker.run_until_idle()
        clock.advance(timedelta(minutes=1))
    assert len(noticeboard.notes) == POSTS
    assert await states(runtime) == {DeliveryState.PUBLISHED}
    assert await open_pauses(runtime, owner) == [], "it is noticed once"


async def test_nobody_is_asked_to_publish_by_hand_what_an_older_copy_thinks_is_due(
    runtime: Runtime, postgres: EmbeddedPostgres, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    post = await approved(runtime, owner, channel)
    at_five_past = Schedule(due_at=clock.now() + timedelta(minutes=5), publish_mode=PublishMode.MANUAL)
    await place(runtime, owner, post.post.id, at_five_past)
    snapshots = Snapshots(runtime, postgres)
    await Worker(runtime).run_until_idle()
    await snapshots.take()
    clock.advance(timedelta(minutes=6))
    await snapshots.put_back()
    await Worker(runtime).run_until_idle()
    assert await alerts(runtime, owner) == ["A backup was restored, publishing is paused"]


async def test_the_same_database_is_trusted(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    for _ in range(3):
        await scheduled(runtime, owner, channel)
        clock.advance(timedelta(hours=1, seconds=1))
        await Worker(runtime).run_until_idle()
    assert await open_pauses(runtime, owner) == []
    assert await states(runtime) == {DeliveryState.PUBLISHED}


async def test_no_job_asks_people_about_what_an_older_copy_thinks_is_late(
    runtime: Runtime, postgres: EmbeddedPostgres, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    await scheduled(runtime, owner, channel)
    snapshots = Snapshots(runtime, postgres)
    await Worker(runtime).run_until_idle()
    await snapshots.take()
    clock.advance(timedelta(hours=1, seconds=1))
    await Worker(runtime).run_until_idle()
    clock.advance(timedelta(days=30))
    await snapshots.put_back()
    for job in trusting(timetable(runtime), SwapWatch(runtime).look):
        if job.name in {"settle_late", "remind"}:
            await job.work()
    assert await alerts(runtime, owner) == ["A backup was restored, publishing is paused"]
    assert await states(runtime) == {DeliveryState.UNKNOWN}
