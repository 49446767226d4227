"""The log of the periodic jobs, their switches, and that each runs once at a time whoever asks."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest

from signoff.jobs.enrol import enrol
from signoff.jobs.job import Job
from signoff.jobs.run import AskedBy, Ran, run_job
from signoff.kernel.errors import NotAllowed, WrongState
from signoff.kernel.people import Actor
from signoff.records.overview.audit_trail import AuditFilter, list_audit
from signoff.runtime import Runtime
from signoff.watch.jobs import disable_job, enable_job, list_jobs, list_runs
from signoff.worker.timetable import timetable
from tests.support.clock import ShiftableClock
from tests.support.world import Neighbour


class Shelf:
    """A job that goes on until it is let go."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.may_end = asyncio.Event()

    async def tidy(self) -> int:
        self.began.set()
        await self.may_end.wait()
        return 2


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def job(runtime: Runtime, shelf: Shelf) -> Job:
    job = Job("tidy", shelf.tidy, "* * * * *", title="Tidy the shelf", counts="things put away")
    async with runtime.worker_transaction() as tx:
        await enrol(tx, [job])
    return job


async def run(runtime: Runtime, job: Job, runner: str = "here") -> Ran:
    return await run_job(runtime.worker_transaction, job, runner, AskedBy.OPERATOR)


async def test_a_run_is_on_record_and_a_second_one_waits_its_turn(
    runtime: Runtime, owner: Actor, job: Job, shelf: Shelf
) -> None:
    first = asyncio.create_task(run(runtime, job))
    await shelf.began.wait()
    assert await run(runtime, job, "there") == Ran("busy", "here")
    shelf.may_end.set()
    assert await first == Ran("done", "2 things put away")
    (line,) = await list_runs(runtime, owner, "tidy")
    assert (line.runner, line.asked_by, line.status, line.summary) == (
        "here",
        "operator",
        "done",
        "2 things put away",
    )
    assert line.started_at <= line.ended_at


async def test_the_run_of_a_process_that_died_is_lost_and_the_next_one_goes_on(
    runtime: Runtime, owner: Actor, job: Job, shelf: Shelf, clock: ShiftableClock
) -> None:
    dying = asyncio.create_task(run(runtime, job, "dying"))
    await shelf.began.wait()
    dying.cancel()
    shelf.may_end.set()
    clock.advance(timedelta(seconds=31))
    assert (await run(runtime, job, "next")).status == "done"
    lines = await list_runs(runtime, owner, "tidy")
    assert [(line.runner, line.status) for line in lines] == [("next", "done"), ("dying", "lost")]


async def test_a_job_that_was_overtaken_writes_nothing(
    runtime: Runtime, owner: Actor, job: Job, shelf: Shelf, clock: ShiftableClock
) -> None:
    slow = asyncio.create_task(run(runtime, job, "frozen"))
    await shelf.began.wait()
    clock.advance(timedelta(seconds=31))
    other = Job("tidy", _nothing, "* * * * *")
    assert (await run(runtime, other, "next")).status == "done"
    shelf.may_end.set()
    await slow
    lines = await list_runs(runtime, owner, "tidy")
    assert [(line.runner, line.status) for line in lines] == [("next", "done"), ("frozen", "lost")]


async def test_a_job_that_is_switched_off_does_not_run_until_it_is_on_again(
    runtime: Runtime, owner: Actor, job: Job, shelf: Shelf
) -> None:
    shelf.may_end.set()
    await disable_job(runtime, owner, "tidy", reason="The shelf is new.")
    assert await run(runtime, job) == Ran("disabled", "The shelf is new.")
    async with runtime.worker_transaction() as tx:
        await enrol(tx, [])  # an older release, which doesn't know the job
        await enrol(tx, [job])
    (line,) = await list_jobs(runtime, owner)
    assert (line.disabled_by, line.disabled_why) == ("Olga Owner", "The shelf is new.")
    with pytest.raises(WrongState):
        await disable_job(runtime, owner, "tidy", reason="Again.")
    await enable_job(runtime, owner, "tidy")
    assert (await run(runtime, job)).status == "done"
    actions = [
        entry.entry.action for entry in (await list_audit(runtime, owner, AuditFilter(action="job."))).items
    ]
    assert actions == ["job.enable", "job.disable"]


async def test_only_operators_see_and_switch_jobs(
    runtime: Runtime, owner: Actor, neighbour: Neighbour, job: Job
) -> None:
    for refused in (
        list_jobs(runtime, neighbour.owner),
        list_runs(runtime, neighbour.owner, "tidy"),
        disable_job(runtime, neighbour.owner, "tidy", reason="x"),
        enable_job(runtime, neighbour.owner, "tidy"),
    ):
        with pytest.raises(NotAllowed):
            await refused


async def _nothing() -> None:
    return None


async def test_every_job_of_the_timetable_is_documented_and_says_what_it_does(runtime: Runtime) -> None:
    page = (Path(__file__).parents[2] / "docs/operating.md").read_text("utf-8")
    section = page.partition("\n## Periodic jobs\n")[2]
    jobs = timetable(runtime)
    assert set(re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)) == {job.name for job in jobs}
    assert all(job.title for job in jobs)
