"""Which alarms are over. That takes evidence: who has just begun to watch sees no trouble yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from signoff.records.models import Alarm
from signoff.watch.sight import Sight, sort_workers
from signoff.watch.switches import switched_off
from signoff.watch.troubles import (
    JOB,
    PAGES,
    QUEUE,
    QUEUE_OF_JOBS,
    RATE,
    STALE_JOBS,
    WORKER,
    WORKERS,
    is_rate_low,
    is_stale,
    keeps_failing,
    pages_are_missing,
    queue_runs,
    stands_still,
)


def what_is_over(seen: Sight, standing: Sequence[Alarm], silent_after: timedelta) -> list[str]:
    """Give the keys of the alarms whose cause is gone; those raised after this look aren't judged by it."""
    goes_on = _what_goes_on(seen, silent_after)
    return [alarm.key for alarm in standing if alarm.raised_at < seen.now and alarm.key not in goes_on]


def _what_goes_on(seen: Sight, silent_after: timedelta) -> set[str]:
    workers = sort_workers(seen.workers, seen.now, silent_after)
    conditions = {
        WORKERS: not workers.alive,
        QUEUE: stands_still(seen, silent_after),
        PAGES: pages_are_missing(seen, silent_after),
        RATE: is_rate_low(seen.day),
        STALE_JOBS: any(is_stale(job, seen.now) for job in seen.jobs),
        QUEUE_OF_JOBS: not queue_runs(seen),
    }
    lasting = {key for key, lasts in conditions.items() if lasts}
    lasting |= {trouble.key for trouble in switched_off(seen.jobs)}
    lasting |= {f"{WORKER}{one.id}" for one in workers.missing}
    return lasting | {f"{JOB}{job.name}" for job in seen.jobs if keeps_failing(job)}
