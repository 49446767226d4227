"""How an organization's publishing went in the last 30 days: by day, and how late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.kernel.local_time import zone
from signoff.kernel.people import Actor, May

DAYS: Final = 30
MOST: Final = 5000
"""Of more, the last ones are told: reading all would take the longer the more there are."""

ON_TIME_S: Final = 60
"""Out within this time counts as on time."""

_BY_DAY: Final = text("""
    WITH lately AS (
        SELECT (due_at AT TIME ZONE :zone)::date AS day, published_at IS NOT NULL AS is_out,
               CASE WHEN publish_mode = 'auto' AND published_at IS NOT NULL THEN
                    greatest(0, extract(epoch FROM published_at - coalesce(released_to, due_at)))::float8
               END AS late_s  -- greatest() alone would take what isn't out for on time
        FROM deliveries
        WHERE organization_id = :organization AND due_at >= :since AND due_at <= :now
          AND (published_at IS NOT NULL OR state = 'failed')
        ORDER BY due_at DESC LIMIT :most
    )
    SELECT day, count(*) FILTER (WHERE is_out), count(*) FILTER (WHERE NOT is_out),
           count(*) FILTER (WHERE late_s <= :on_time), count(late_s),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY late_s),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY late_s)
    FROM lately GROUP BY GROUPING SETS ((day), ())
""")


@dataclass(frozen=True, slots=True)
class Span:
    """What was due within some time: published or failed, and how late. Lateness is that of workers only."""

    published: int = 0
    failed: int = 0
    on_time: int = 0
    measured: int = 0
    """Of how many the lateness is known."""
    typical_s: float | None = None
    """The median lateness, in seconds; None: nothing was measured."""
    worst_s: float | None = None
    """Nineteen of twenty were less late than this."""

    @property
    def total(self) -> int:
        return self.published + self.failed

    @property
    def success_rate(self) -> float | None:
        """From 0 to 1; None: nothing was due."""
        return self.published / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Month:
    """The last 30 local days, the oldest first, and all of them together."""

    days: Sequence[tuple[date, Span]]
    whole: Span

    @property
    def is_cut(self) -> bool:
        """There was more than is told."""
        return self.whole.total >= MOST


async def read_month(tx: AsyncSession, actor: Actor, zone_name: str) -> Month:
    """Tell how publishing went, by days of a time zone."""
    actor.need(May.READ)
    now = await database_now(tx)
    today = now.astimezone(zone(zone_name)).date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    values = {
        "organization": actor.organization_id,
        "zone": zone(zone_name).key,
        "since": now - timedelta(days=DAYS),
        "now": now,
        "most": MOST,
        "on_time": ON_TIME_S,
    }
    found = {row[0]: Span(*row[1:]) for row in await tx.execute(_BY_DAY, values)}
    return Month([(day, found.get(day, Span())) for day in days], found.get(None, Span()))
