"""What is concluded from silent workers, a queue that stands still, and jobs that don't run or fail."""

from __future__ import annotations

from datetime import timedelta

import pytest

from signoff.jobs.job import Job
from signoff.jobs.run import AskedBy, run_job
from signoff.kernel.people import Actor
from signoff.records.alerts.alarms import standing_alarms
from signoff.records.alerts.notices import close_alert, open_alerts
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.watch.watcher import Watcher
from tests.support.clock import ShiftableClock
from tests.support.publishing import due
from tests.support.raw_sql import Role
from tests.support.watching import heard, standing
from tests.support.world import Neighbour

A_MINUTE = timedelta(seconds=61)


@pytest.fixture
def watcher(runtime: Runtime) -> Watcher:
    return Watcher(runtime, [], serves_pages=True)


async def titles(runtime: Runtime, actor: Actor) -> list[str]:
    return [alert.title for alert in await open_alerts(runtime, actor)]


async def test_no_worker_at_all_is_told_within_three_minutes_and_when_it_is_over(
    runtime: Runtime, owner: Actor, clock: ShiftableClock, watcher: Watcher, worker_sql: Role
) -> None:
    await heard(worker_sql, clock, "first")
    await watcher.round()
    clock.advance(timedelta(seconds=45))
    await watcher.round()
    assert await standing(runtime) == []
    clock.advance(timedelta(seconds=30))
    await watcher.round()
    assert await standing(runtime) == ["workers"]
    (alert,) = await open_alerts(runtime, owner)
    assert alert.title == "No worker is running: nothing is published"
    assert "first" in alert.cause

    await heard(worker_sql, clock, "second")
    await watcher.round()
    assert (await standing(runtime), await titles(runtime, owner)) == ([], [])


async def test_who_took_note_is_not_told_again_until_it_ended_and_came_back(
    runtime: Runtime, owner: Actor, clock: ShiftableClock, watcher: Watcher, worker_sql: Role
) -> None:
    await watcher.round()
    clock.advance(A_MINUTE)
    await watcher.round()
    (alert,) = await open_alerts(runtime, owner)
    await close_alert(runtime, owner, alert.id)
    clock.advance(A_MINUTE)
    await watcher.round()
    assert await titles(runtime, owner) == []
    assert await standing(runtime) == ["workers"], "it stands all the same"

    await heard(worker_sql, clock, "worker")
    await watcher.round()
    clock.advance(A_MINUTE)
    await watcher.round()
    assert len(await titles(runtime, owner)) == 1


async def test_one_of_two_workers_is_missed_until_another_comes_in_its_place(
    runtime: Runtime, owner: Actor, clock: ShiftableClock, watcher: Watcher, worker_sql: Role
) -> None:
    await heard(worker_sql, clock, "left", "right")
    await watcher.round()
    clock.advance(A_MINUTE)
    await heard(worker_sql, clock, "left")
    await watcher.round()
    assert await standing(runtime) == ["worker.right"]
    (alert,) = await open_alerts(runtime, owner)
    assert (alert.title, "One other goes on." in alert.cause) == ("A worker stopped: right", True)

    await heard(worker_sql, clock, "third")
    await watcher.round()
    assert (await standing(runtime), await titles(runtime, owner)) == ([], [])


async def test_a_worker_that_says_goodbye_is_not_missed(
    runtime: Runtime, owner: Actor, clock: ShiftableClock, watcher: Watcher, worker_sql: Role
) -> None:
    await heard(worker_sql, clock, "left", "right")
    await worker_sql.run("update workers set stopped_at = seen_at where id = 'right'")
    await watcher.round()
    clock.advance(A_MINUTE)
    await heard(worker_sql, clock, "left")
    await watcher.round()
    assert await standing(runtime) == []


async def test_a_queue_that_nobody_takes_from_is_told_to_everybody(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    *,
    watcher: Watcher,
    worker_sql: Role,
) -> None:
    await heard(worker_sql, clock, "idle")
    await due(runtime, owner, channel, clock)
    await heard(worker_sql, clock, "idle")
    for _ in range(10):
        await watcher.round()
        clock.advance(timedelta(seconds=15))
        await heard(worker_sql, clock, "idle")
    await watcher.round()
    assert await standing(runtime) == ["queue"]
    async with runtime.transaction(owner.organization_id) as tx:
        (seen,) = await standing_alarms(tx)
    assert seen.title == "Publishing stands still"
    assert "1 delivery is due" in seen.cause

    await heard(worker_sql, clock, "idle", claimed=True)
    await watcher.round()
    assert await standing(runtime) == []


async def test_web_processes_that_all_fell_silent_are_told_by_a_worker(
    runtime: Runtime, owner: Actor, clock: ShiftableClock, watcher: Watcher, worker_sql: Role
) -> None:
    at_work = Watcher(runtime, [], serves_pages=False)
    await watcher.round()  # the web process, which is then killed
    for _ in range(3):
        await heard(worker_sql, clock, "worker")
        await at_work.round()
        clock.advance(timedelta(seconds=40))
    assert await standing(runtime) == ["pages"]
    await watcher.round()
    await at_work.round()
    assert "pages" not in await standing(runtime)


async def test_a_job_that_fails_again_and_again_is_told_until_it_succeeds(
    runtime: Runtime, owner: Actor, clock: ShiftableClock, watcher: Watcher
) -> None:
    is_broken = True

    async def work() -> int:
        if is_broken:
            raise ConnectionError("the shelf is empty")
        return 3

    job = Job("tidy", work, "* * * * *", title="Tidy the shelf", counts="things put away")
    tidying = Watcher(runtime, [job], serves_pages=True)
    await tidying.round()
    for _ in range(4):
        assert await standing(runtime) == []
        with pytest.raises(ConnectionError):
            await run_job(runtime.worker_transaction, job, "here", AskedBy.TIMETABLE)
        await tidying.round()
    assert await standing(runtime) == ["job.tidy"]
    (alert,) = await open_alerts(runtime, owner)
    assert (alert.title, "the shelf is empty" in alert.cause) == (
        "A periodic job keeps failing: Tidy the shelf",
        True,
    )
    is_broken = False
    ran = await run_job(runtime.worker_transaction, job, "here", AskedBy.TIMETABLE)
    assert (ran.status, ran.summary) == ("done", "3 things put away")
    await tidying.round()
    assert await standing(runtime) == []


async def test_a_job_that_has_not_run_for_long_is_told_while_workers_live(
    runtime: Runtime, owner: Actor, clock: ShiftableClock, watcher: Watcher, worker_sql: Role
) -> None:
    idle = Watcher(runtime, [Job("tidy", watcher.round, "* * * * *", title="Tidy up")], serves_pages=True)
    await idle.round()
    clock.advance(timedelta(hours=3, minutes=1))
    await heard(worker_sql, clock, "worker")
    await idle.round()
    assert await standing(runtime) == ["jobs.stale"]


async def test_what_is_for_operators_is_not_shown_to_other_organizations(
    runtime: Runtime, neighbour: Neighbour, clock: ShiftableClock, watcher: Watcher, worker_sql: Role
) -> None:
    await heard(worker_sql, clock, "left", "right")
    await watcher.round()
    clock.advance(A_MINUTE)
    await heard(worker_sql, clock, "left")
    await watcher.round()
    async with runtime.transaction(neighbour.owner.organization_id) as tx:
        assert await standing_alarms(tx) == []
    assert await open_alerts(runtime, neighbour.owner) == []
