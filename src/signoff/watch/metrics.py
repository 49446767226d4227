"""What Prometheus is told. Labels name platforms, jobs and kinds of errors; no tenant, account or host.

Counters and histograms come from the database, so every process tells the same and none starts at zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

import signoff
from signoff.jobs.models import PeriodicJob
from signoff.records.alerts.alarms import standing_alarms
from signoff.records.budgets.gauges import remaining_calls
from signoff.records.overview.figures import Figures, Histogram, read_figures
from signoff.runtime import Runtime
from signoff.watch.sight import Sight, look, sort_workers

_BACKLOG: Final = text("""
    SELECT state, count(*), extract(epoch FROM max(signoff_now() - due_at))::float8 FROM deliveries
    WHERE (state = 'scheduled' AND claimable_at <= signoff_now()) OR state = 'publishing' OR state = 'unknown'
    GROUP BY state
""")
_PAUSES: Final = text("SELECT scope, count(*) FROM pauses WHERE resumed_at IS NULL GROUP BY scope")
_HELD: Final = text("""
    SELECT split_part(key, ':', 1), count(*) FROM accounts WHERE held_until > signoff_now() GROUP BY 1
""")

_STATES: Final = ("scheduled", "publishing", "unknown")
_SCOPES: Final = ("global", "organization", "brand", "channel")


@dataclass(frozen=True, slots=True)
class Readings:
    """Everything that is told, read in one transaction."""

    figures: Figures
    seen: Sight
    workers_alive: int
    workers_missing: int
    web_alive: int
    alarms: int
    backlog: Mapping[str, tuple[int, float]]
    """By state: how many are due and not finished, and how long the oldest waits, in seconds."""
    pauses: Mapping[str, int]
    held: Mapping[str, int]
    """Accounts that may not be called for a while, by platform."""
    calls_left: Mapping[str, int]
    """Calls within the hour that the busiest account of each platform has left."""

    @property
    def remaining(self) -> Mapping[str, float]:
        """By platform, what the tightest limit known of any account still allows."""
        resting = {platform: 0 for platform, count in self.held.items() if count}
        return {**self.calls_left, **resting}


async def read_metrics(runtime: Runtime, accept: str) -> tuple[bytes, str]:
    """Give the metrics in the format that the asker takes, and its name."""
    async with runtime.worker_transaction() as tx:
        readings = await _read(runtime, tx)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(readings, sorted(runtime.connectors)))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


async def _read(runtime: Runtime, tx: AsyncSession) -> Readings:
    seen = await look(tx)
    silent_after = runtime.settings.silent_after
    workers = sort_workers(seen.workers, seen.now, silent_after)
    serving = [one for one in seen.page_servers if one.stopped_at is None]
    return Readings(
        figures=await read_figures(tx),
        seen=seen,
        workers_alive=len(workers.alive),
        workers_missing=len(workers.missing),
        web_alive=sum(one.seen_at > seen.now - silent_after for one in serving),
        alarms=len(await standing_alarms(tx)),
        backlog={state: (count, wait or 0.0) for state, count, wait in await tx.execute(_BACKLOG)},
        pauses={scope: count for scope, count in await tx.execute(_PAUSES)},  # noqa: C416 - rows aren't pairs to mypy
        calls_left=await remaining_calls(runtime, tx),
        held={platform: count for platform, count in await tx.execute(_HELD)},  # noqa: C416 - (the same)
    )


class _Told(Collector):
    """The readings as Prometheus' kinds of metrics."""

    def __init__(self, readings: Readings, platforms: Iterable[str]) -> None:
        self._readings = readings
        self._platforms = platforms

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("signoff", "What runs here.", {"version": signoff.__version__})
        yield from _of_publishing(self._readings.figures)
        yield from _of_queue(self._readings)
        yield from _of_processes(self._readings)
        yield _gauge(
            "api_accounts_held",
            "Accounts that may not be called for a while, as their platform asked.",
            "platform",
            {platform: self._readings.held.get(platform, 0) for platform in self._platforms},
        )
        yield _gauge(
            "api_rate_limit_remaining",
            "What the tightest known limit of any account still allows; absent where no limit is known.",
            "platform",
            self._readings.remaining,
        )
        yield from _of_jobs(self._readings.seen)


def _of_publishing(figures: Figures) -> Iterator[Metric]:
    yield _counter("publish_success", "Deliveries that are out, with proof.", figures.success)
    failures = CounterMetricFamily(
        "publish_failure", "Deliveries that failed for good, by class of error.", labels=["error_class"]
    )
    for error_class, count in sorted(figures.failures.items()):
        failures.add_metric([error_class], count)
    yield failures
    yield _counter("retry_attempts", "Tries that failed for now and are made again.", figures.retries)
    yield _histogram(
        "publish_latency_seconds", "From the claim to the receipt, of tries that succeeded.", figures.latency
    )
    yield _histogram(
        "publish_lateness_seconds", "From the due time to the proof that a post is out.", figures.lateness
    )


def _of_queue(readings: Readings) -> Iterator[Metric]:
    yield _gauge(
        "publish_queue_depth",
        "Deliveries that are due and not finished, by state.",
        "state",
        {state: readings.backlog.get(state, (0, 0.0))[0] for state in _STATES},
    )
    waits = [wait for _, wait in readings.backlog.values()]
    yield GaugeMetricFamily(
        "publish_oldest_overdue_seconds",
        "How long the longest waiting of them is past its due time; 0 without any.",
        max([0.0, *waits]),
    )
    yield GaugeMetricFamily(
        "publish_ready", "Deliveries that any worker could take up now; at most 1000.", readings.seen.waiting
    )
    yield _gauge(
        "publish_pauses",
        "Pauses in force, by what they hold.",
        "scope",
        {scope: readings.pauses.get(scope, 0) for scope in _SCOPES},
    )


def _of_processes(readings: Readings) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "signoff_workers_alive", "Workers that give signs of life.", readings.workers_alive
    )
    yield GaugeMetricFamily(
        "signoff_workers_missing", "Workers that fell silent and weren't replaced.", readings.workers_missing
    )
    yield GaugeMetricFamily(
        "signoff_web_processes_alive",
        "Processes that serve pages and give signs of life.",
        readings.web_alive,
    )
    yield GaugeMetricFamily("signoff_alarms", "Alarms that stand.", readings.alarms)


def _of_jobs(seen: Sight) -> Iterator[Metric]:
    jobs = seen.jobs
    yield _gauge(
        "signoff_job_last_end_timestamp_seconds",
        "When the job ended last; 0 before its first end.",
        "job",
        {job.name: job.ended_at.timestamp() if job.ended_at else 0 for job in jobs},
    )
    yield _gauge(
        "signoff_job_last_duration_seconds",
        "How long the last run of the job took.",
        "job",
        {job.name: _duration(job) for job in jobs},
    )
    yield _gauge(
        "signoff_job_failures",
        "Failed runs of the job in a row.",
        "job",
        {job.name: job.failures for job in jobs},
    )
    yield _gauge(
        "signoff_job_disabled",
        "1 while somebody has switched the job off.",
        "job",
        {job.name: int(job.disabled_at is not None) for job in jobs},
    )


def _duration(job: PeriodicJob) -> float:
    if job.started_at is None or job.ended_at is None:
        return 0.0
    return max(0.0, (job.ended_at - job.started_at).total_seconds())


def _counter(name: str, said: str, value: float) -> Metric:
    return CounterMetricFamily(name, said, value)


def _gauge(name: str, said: str, label: str, values: Mapping[str, float]) -> Metric:
    gauge = GaugeMetricFamily(name, said, labels=[label])
    for value, count in values.items():
        gauge.add_metric([value], count)
    return gauge


def _histogram(name: str, said: str, histogram: Histogram) -> Metric:
    return HistogramMetricFamily(name, said, list(histogram.buckets.items()), histogram.sum_s)
