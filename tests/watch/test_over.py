"""An alarm ends on evidence that its trouble is over, never because somebody has just begun to watch."""

from __future__ import annotations

from datetime import timedelta

from signoff.jobs.job import Job
from signoff.kernel.people import Actor
from signoff.records.alerts.alarms import standing_alarms
from signoff.records.alerts.notices import close_alert, open_alerts
from signoff.records.overview.health import health_of
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.watch.jobs import disable_job, enable_job
from signoff.watch.watcher import Watcher
from tests.support.clock import ShiftableClock
from tests.support.publishing import alerts, due
from tests.support.raw_sql import Role
from tests.support.watching import heard, standing
from tests.support.world import Neighbour

A_MINUTE = timedelta(seconds=61)


def watching(runtime: Runtime, *jobs: Job) -> Watcher:
    """A process that begins to watch now."""
    return Watcher(runtime, list(jobs), serves_pages=True)


async def test_a_process_that_has_just_begun_to_watch_gives_no_all_clear(
    runtime: Runtime, owner: Actor, clock: ShiftableClock, worker_sql: Role
) -> None:
    watcher = watching(runtime)
    await watcher.round()
    clock.advance(A_MINUTE)
    await watcher.round()
    assert await standing(runtime) == ["workers"]

    restarted = watching(runtime)
    for _ in range(3):
        await restarted.round()
        assert await standing(runtime) == ["workers"], "still no worker runs"
        clock.advance(timedelta(seconds=15))
    assert len(await open_alerts(runtime, owner)) == 1

    await heard(worker_sql, clock, "worker")
    await watching(runtime).round()
    assert (await standing(runtime), await open_alerts(runtime, owner)) == ([], [])


async def test_a_queue_that_stands_still_is_over_when_something_is_taken_up(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, worker_sql: Role
) -> None:
    watcher = watching(runtime)
    await due(runtime, owner, channel, clock)
    for _ in range(11):
        await heard(worker_sql, clock, "idle")
        await watcher.round()
        clock.advance(timedelta(seconds=15))
    assert await standing(runtime) == ["queue"]

    await heard(worker_sql, clock, "idle", "newcomer")
    await watcher.round()
    assert await standing(runtime) == ["queue"], "a worker that only starts takes nothing up"
    clock.advance(A_MINUTE)
    await watcher.round()
    assert await standing(runtime) == ["queue", "workers"], "nor does it move when all of them die"
    await heard(worker_sql, clock, "third", claimed=True)
    await watcher.round()
    assert "queue" not in await standing(runtime)


async def test_workers_that_start_again_and_again_dont_hide_a_queue_that_stands_still(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, worker_sql: Role
) -> None:
    watcher = watching(runtime)
    await due(runtime, owner, channel, clock)
    for number in range(11):
        await heard(worker_sql, clock, "idle", f"restarted {number // 3}")
        await watcher.round()
        clock.advance(timedelta(seconds=15))
    assert "queue" in await standing(runtime)


async def test_a_worker_that_is_missed_isnt_back_because_the_last_one_dies(
    runtime: Runtime, owner: Actor, clock: ShiftableClock, worker_sql: Role
) -> None:
    watcher = watching(runtime)
    await heard(worker_sql, clock, "left", "right")
    await watcher.round()
    clock.advance(A_MINUTE)
    await heard(worker_sql, clock, "left")
    await watcher.round()
    assert await standing(runtime) == ["worker.right"]
    clock.advance(A_MINUTE)
    await watcher.round()
    assert await standing(runtime) == ["worker.right", "workers"]


async def test_a_job_that_all_rely_on_stands_as_an_alarm_until_it_is_enabled_again(
    runtime: Runtime, owner: Actor, neighbour: Neighbour
) -> None:
    async def nothing() -> int:
        return 0

    watcher = watching(runtime, Job("settle_late", nothing, "* * * * *", title="Follow the rules"))
    await watcher.round()
    await disable_job(runtime, owner, "settle_late", reason="It asks too much.")
    await watcher.round()
    (alert,) = await open_alerts(runtime, owner)
    assert (alert.title, "It asks too much." in alert.cause) == ("Nobody is asked about late posts", True)
    await close_alert(runtime, owner, alert.id)
    await watching(runtime).round()
    (seen,) = (await health_of(runtime, neighbour.owner)).alarms
    assert seen.title == "Nobody is asked about late posts", "it stands although the alert was closed"
    assert "too much" not in seen.cause, "who did it and why is for those who run the installation"

    await enable_job(runtime, owner, "settle_late")
    await watcher.round()
    assert (await standing(runtime), await alerts(runtime, owner)) == ([], [])


async def test_hosts_are_named_to_those_who_run_the_installation_only(
    runtime: Runtime, owner: Actor, neighbour: Neighbour, clock: ShiftableClock, worker_sql: Role
) -> None:
    watcher = watching(runtime)
    await heard(worker_sql, clock, "engine-room")
    await watcher.round()
    clock.advance(A_MINUTE)
    await watcher.round()
    (alert,) = await open_alerts(runtime, owner)
    assert "engine-room" in alert.cause
    async with runtime.transaction(neighbour.owner.organization_id) as tx:
        (alarm,) = await standing_alarms(tx)
    assert "engine-room" not in f"{alarm.title} {alarm.cause} {alarm.next_step}"
