"""What is wrong, concluded from what was seen. Nothing here asks anybody or changes anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from signoff.jobs.models import PeriodicJob
from signoff.jobs.run import AskedBy
from signoff.kernel.local_time import in_words
from signoff.records.alerts.alarms import Trouble
from signoff.records.overview.figures import Day
from signoff.watch.sight import Sight, Workers, sort_workers
from signoff.watch.switches import switched_off

LEAST_RATE: Final = 0.99
"""Of a day's deliveries; below it something is wrong beyond the single one."""
ENOUGH_FOR_A_RATE: Final = 20
"""With fewer, each failure speaks for itself, and has its own alert."""

FAILURES_TOLD: Final = 4
"""Runs of a job that failed in a row: the first and its retries."""

_NEXT_CHANCE: Final = timedelta(minutes=70)
"""Within it every job but the nightly ones has its time."""

_JUST_NOW: Final = timedelta(seconds=30)

WORKERS: Final = "workers"
QUEUE: Final = "queue"
PAGES: Final = "pages"
STALE_JOBS: Final = "jobs.stale"
QUEUE_OF_JOBS: Final = "jobs.queue"
"""Raised by the worker that can't open it."""
WORKER: Final = "worker."
JOB: Final = "job."
RATE: Final = "rate"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long whoever watches waits before it says so."""

    silent_after: timedelta
    began_at: datetime
    """Since when this process watches without a break; what was before may have many reasons."""


def troubles(seen: Sight, patience: Patience) -> Iterator[Trouble]:
    """Give everything that is wrong."""
    workers = sort_workers(seen.workers, seen.now, patience.silent_after)
    if seen.now - patience.began_at >= patience.silent_after:
        yield from _of_workers(seen, workers, patience)
        yield from _of_pages(seen, patience)
    if workers.alive:
        yield from _of_queue(seen, workers, patience)
        yield from _stale_jobs(seen, patience)
    if is_rate_low(seen.day):
        yield _low_rate(seen.day)
    yield from (_failing(job) for job in seen.jobs if keeps_failing(job))
    yield from switched_off(seen.jobs)


def _of_workers(seen: Sight, workers: Workers, patience: Patience) -> Iterator[Trouble]:
    if not workers.alive:
        if seen.now - (workers.heard_at or patience.began_at) >= patience.silent_after:
            yield _no_worker(seen, workers)
        return
    for one in workers.missing:
        others = len(workers.alive)
        go_on = "One other goes on." if others == 1 else f"{others} others go on."
        yield Trouble(
            f"{WORKER}{one.id}",
            f"A worker stopped: {one.host}",
            f"Process {one.pid} on {one.host} gave no sign of life since {clock(one.seen_at)}. {go_on}",
            "What it held is taken over by itself. Look at its log and start it again.",
        )


def _no_worker(seen: Sight, workers: Workers) -> Trouble:
    last = max(workers.missing, key=lambda one: one.seen_at, default=None)
    return Trouble(
        WORKERS,
        "No worker is running: nothing is published",
        f"{_deliveries(seen.waiting)} due and waiting.",
        "Start `signoff worker` or `signoff serve`; what is due then goes out by the rules for late posts.",
        for_everybody=True,
        detail=f"The last sign of one came from {last.host} at {clock(last.seen_at)}." if last else "",
    )


def stands_still(seen: Sight, silent_after: timedelta) -> bool:
    """Whether something has waited for long, and all that time nobody took anything up."""
    long_ago = seen.now - 2 * silent_after
    if seen.waiting_since is None or seen.waiting_since > long_ago:
        return False
    return not any(one.claimed_at and one.claimed_at > long_ago for one in seen.workers)


def _of_queue(seen: Sight, workers: Workers, patience: Patience) -> Iterator[Trouble]:
    began_at = max(patience.began_at, min(one.started_at for one in workers.alive))
    has_had_time = seen.now - began_at >= 2 * patience.silent_after
    if seen.waiting_since is None or not has_had_time or not stands_still(seen, patience.silent_after):
        return
    alive = "a worker runs" if len(workers.alive) == 1 else f"{len(workers.alive)} workers run"
    yield Trouble(
        QUEUE,
        "Publishing stands still",
        f"{_deliveries(seen.waiting)} due, the first since {clock(seen.waiting_since)}; {alive}, "
        "and nothing is taken up.",
        "Look at the workers' log and restart them; `signoff doctor` looks at everything else.",
        for_everybody=True,
    )


def pages_are_missing(seen: Sight, silent_after: timedelta) -> bool:
    """Whether all that serve pages fell silent. Who serves some sees this of others only: workers tell."""
    running = [one for one in seen.page_servers if one.stopped_at is None]
    return bool(running) and not any(one.seen_at > seen.now - silent_after for one in running)


def _of_pages(seen: Sight, patience: Patience) -> Iterator[Trouble]:
    if not pages_are_missing(seen, patience.silent_after):
        return
    running = [one for one in seen.page_servers if one.stopped_at is None]
    last = max(running, key=lambda one: one.seen_at)
    yield Trouble(
        PAGES,
        "No web process is running",
        f"The last sign of one came from {last.host} at {clock(last.seen_at)}. Nobody can open a page, and "
        "platforms can't fetch pictures.",
        "Look at its log and start `signoff web` or `signoff serve`.",
    )


def is_rate_low(day: Day) -> bool:
    """Whether too much of what was due in a day failed."""
    return day.published + day.failed >= ENOUGH_FOR_A_RATE and day.success_rate < LEAST_RATE


def _low_rate(day: Day) -> Trouble:
    return Trouble(
        RATE,
        f"Less than {LEAST_RATE:.0%} of what was due in a day came out",
        f"{day.failed} of {day.published + day.failed} failed in the last 24 hours: "
        f"{day.success_rate:.1%} came out.",
        "Look at the failed deliveries and at the state of the channels: is it one platform, or one account?",
    )


def _stale_jobs(seen: Sight, patience: Patience) -> Iterator[Trouble]:
    watched = seen.now - patience.began_at
    # After an outage a job gets its next chance first.
    stale = [
        job
        for job in seen.jobs
        if is_stale(job, seen.now) and watched > min(timedelta(seconds=job.silent_after_s), _NEXT_CHANCE)
    ]
    if stale:
        yield Trouble(
            STALE_JOBS,
            "Periodic jobs don't run",
            "; ".join(f"{job.title or job.name}: {_last(job)}" for job in stale) + ".",
            "Run `signoff jobs list`, and look at the workers' log.",
        )


def is_stale(job: PeriodicJob, now: datetime) -> bool:
    """Whether a job that isn't disabled should have run long ago."""
    last = job.ended_at or job.enrolled_at
    return job.disabled_at is None and now - last > timedelta(seconds=job.silent_after_s)


def keeps_failing(job: PeriodicJob) -> bool:
    """Whether neither a job nor its retries came to a good end."""
    return job.failures >= FAILURES_TOLD and job.disabled_at is None


def queue_runs(seen: Sight) -> bool:
    """Whether the timetable was followed just now: then the queue of the jobs is open."""
    ends = [job.ended_at for job in seen.jobs if job.asked_by == AskedBy.TIMETABLE and job.ended_at]
    return bool(ends) and seen.now - max(ends) < _JUST_NOW


def _failing(job: PeriodicJob) -> Trouble:
    return Trouble(
        f"{JOB}{job.name}",
        f"A periodic job keeps failing: {job.title or job.name}",
        f"{job.failures} runs in a row. The last said: {job.summary or 'nothing.'}",
        f"It is tried again by itself. Look with `signoff jobs log {job.name}` and `signoff doctor`.",
    )


def _last(job: PeriodicJob) -> str:
    return f"last at {clock(job.ended_at)}" if job.ended_at else "never yet"


def _deliveries(count: int) -> str:
    return "1 delivery is" if count == 1 else f"{count} deliveries are"


def clock(moment: datetime) -> str:
    """Give a moment as it is written in alarms."""
    return in_words(moment, "UTC")
