"""Figures of publishing that only grow, counted from attempts and receipts, which are only ever added.

A job counts up what is old enough that no transaction can still add to it, by the hour and in total. What
came after that is counted when somebody asks, in the same statement: so nothing is missed or counted twice,
and asking costs the same however many years of posts there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.runtime import Runtime

LATENCY_S: Final = (0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0, 45.0, 60.0)
LATENESS_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0)
MORE: Final = "+Inf"

_STILL_GROWS: Final = timedelta(minutes=2)
"""No transaction lasts longer: what is older is complete."""
_AT_ONCE: Final = timedelta(days=1)
_HOURS_KEPT: Final = timedelta(days=400)

_FOUND: Final = """
    SELECT date_trunc('hour', at, 'UTC') AS hour, figure, label, sum(value) AS value FROM (
        WITH outs AS (
            SELECT r.created_at AS at, r.source,
                greatest(extract(epoch FROM d.published_at - coalesce(d.released_to, d.due_at)), 0)::float8
                    AS s
            FROM receipts r JOIN deliveries d ON d.id = r.delivery_id AND d.receipt_id = r.id
            WHERE r.created_at >= {since} AND r.created_at < {upto}
        ), tries AS (
            SELECT ended_at AS at, kind, outcome, error_class,
                greatest(extract(epoch FROM ended_at - started_at), 0)::float8 AS s
            FROM attempts WHERE ended_at >= {since} AND ended_at < {upto} AND kind IN ('publish', 'look')
        )
        SELECT at, 'success' AS figure, '' AS label, 1::float8 AS value FROM outs
        UNION ALL SELECT at, 'failure', coalesce(nullif(error_class, ''), 'ambiguous'), 1 FROM tries
            WHERE outcome = 'failed'
        UNION ALL SELECT at, 'retry', '', 1 FROM tries
            WHERE kind = 'publish' AND outcome = 'scheduled'
              AND error_class NOT IN ('', 'throttled', 'unfinished')
        UNION ALL SELECT at, 'lateness_sum', '', s FROM outs WHERE source <> 'person'
        UNION ALL SELECT at, 'lateness', {lateness}, 1 FROM outs WHERE source <> 'person'
        UNION ALL SELECT at, 'latency_sum', '', s FROM tries
            WHERE kind = 'publish' AND outcome = 'published'
        UNION ALL SELECT at, 'latency', {latency}, 1 FROM tries
            WHERE kind = 'publish' AND outcome = 'published'
    ) counted GROUP BY 1, 2, 3
"""


def _bucket(ends_s: tuple[float, ...]) -> str:
    whens = " ".join(f"WHEN s <= {end} THEN '{end}'" for end in ends_s)
    return f"CASE {whens} ELSE '{MORE}' END"


def _found(since: str, upto: str) -> str:
    return _FOUND.format(since=since, upto=upto, lateness=_bucket(LATENESS_S), latency=_bucket(LATENCY_S))


_BEGIN: Final = text("""
    INSERT INTO publish_counted (upto)
    SELECT date_trunc('hour', least((SELECT min(ended_at) FROM attempts),
                                    (SELECT min(created_at) FROM receipts),
                                    signoff_now() - CAST(:grows AS interval)), 'UTC')
    ON CONFLICT DO NOTHING
""")
_NEXT: Final = text("""
    SELECT upto AS since,
        least(signoff_now() - CAST(:grows AS interval), upto + CAST(:step AS interval)) AS upto
    FROM publish_counted FOR UPDATE
""")
_COUNT: Final = text(f"""
    WITH found AS ({_found("CAST(:since AS timestamptz)", "CAST(:upto AS timestamptz)")}), hours AS (
        INSERT INTO publish_hours AS h (hour, figure, label, value)
        SELECT hour, figure, label, value FROM found
        ON CONFLICT (hour, figure, label) DO UPDATE SET value = h.value + excluded.value
    ), totals AS (
        INSERT INTO publish_totals AS t (figure, label, value)
        SELECT figure, label, sum(value) FROM found GROUP BY figure, label
        ON CONFLICT (figure, label) DO UPDATE SET value = t.value + excluded.value
    ) UPDATE publish_counted SET upto = CAST(:upto AS timestamptz)
""")  # noqa: S608 - put together from constants
_FORGET: Final = text("DELETE FROM publish_hours WHERE hour < signoff_now() - CAST(:kept AS interval)")

_UNCOUNTED: Final = _found("(SELECT coalesce(max(upto), '-infinity') FROM publish_counted)", "'infinity'")
_ALL: Final = text(f"""
    SELECT figure, label, sum(value) FROM (
        SELECT figure, label, value FROM publish_totals
        UNION ALL SELECT figure, label, value FROM ({_UNCOUNTED}) uncounted
    ) everything GROUP BY figure, label
""")  # noqa: S608 - (the same)
_DAY: Final = text(f"""
    SELECT figure, sum(value) FROM (
        SELECT hour, figure, value FROM publish_hours
        UNION ALL SELECT hour, figure, value FROM ({_UNCOUNTED}) uncounted
    ) everything
    WHERE figure IN ('success', 'failure')
      AND hour >= date_trunc('hour', signoff_now() - interval '24 hours', 'UTC')
    GROUP BY figure
""")  # noqa: S608 - (the same)


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often a duration was at most so many seconds; buckets hold those of the smaller ones, too."""

    buckets: Mapping[str, float]
    sum_s: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all organizations and of all time."""

    success: float
    failures: Mapping[str, float]
    """By error class."""
    retries: float
    latency: Histogram
    """From the claim to the receipt, of tries that succeeded."""
    lateness: Histogram
    """From the due time to the proof that it is out; not of those that a person said were out."""


@dataclass(frozen=True, slots=True)
class Day:
    """What was finished in the last 24 hours, by whole hours."""

    published: int
    failed: int

    @property
    def success_rate(self) -> float:
        """Of what was finished, the part that is out; 1 where nothing was."""
        finished = self.published + self.failed
        return self.published / finished if finished else 1.0


async def count_up(runtime: Runtime) -> int:
    """Bring the counts up to date; tells how many days or parts of one were counted. Repeatable."""
    steps = 1
    async with runtime.worker_transaction() as tx:
        await tx.execute(_BEGIN, {"grows": _STILL_GROWS})
    while await _count_next(runtime):
        steps += 1
    async with runtime.worker_transaction() as tx:
        await tx.execute(_FORGET, {"kept": _HOURS_KEPT})
    return steps


async def _count_next(runtime: Runtime) -> bool:
    """Count the next day at most; tells whether there is more."""
    async with runtime.worker_transaction() as tx:
        span: Any = (await tx.execute(_NEXT, {"grows": _STILL_GROWS, "step": _AT_ONCE})).one()
        if span.upto <= span.since:  # also when a clock was set back
            return False
        await tx.execute(_COUNT, {"since": span.since, "upto": span.upto})
        return bool(span.upto - span.since >= _AT_ONCE)


async def read_figures(tx: AsyncSession) -> Figures:
    """Give the figures as they are now. `tx` must see all organizations."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for figure, label, value in await tx.execute(_ALL):
        found[figure][label] = float(value)
    return Figures(
        success=found["success"].get("", 0.0),
        failures=dict(found["failure"]),
        retries=found["retry"].get("", 0.0),
        latency=_histogram(found, "latency", LATENCY_S),
        lateness=_histogram(found, "lateness", LATENESS_S),
    )


def _histogram(found: Mapping[str, Mapping[str, float]], name: str, ends_s: tuple[float, ...]) -> Histogram:
    labels = [*(str(end) for end in ends_s), MORE]
    counts = accumulate(found[name].get(label, 0.0) for label in labels)
    return Histogram(dict(zip(labels, counts, strict=True)), found[f"{name}_sum"].get("", 0.0))


async def read_day(tx: AsyncSession) -> Day:
    """Give what was finished in the last 24 hours. `tx` must see all organizations."""
    found = {figure: int(value) for figure, value in await tx.execute(_DAY)}
    return Day(found.get("success", 0), found.get("failure", 0))
