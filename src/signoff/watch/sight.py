"""What one look at the database shows of the processes, the queue and the periodic jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.jobs.models import PeriodicJob
from signoff.pipeline.publish.conditions import BY_A_WORKER, BY_RULE, NOT_WITHDRAWN, SEAL_STANDS
from signoff.records.models import WatcherRow, WorkerRow
from signoff.records.overview.figures import Day, read_day

_COUNTED: Final = 1000

_FREE_TO_GO: Final = " AND ".join(f"({each})" for each in (*BY_RULE, BY_A_WORKER, NOT_WITHDRAWN, SEAL_STANDS))
_WAITING: Final = text(f"""
    SELECT count(*), min(claimable_at) FROM (
        SELECT d.claimable_at FROM deliveries d
        WHERE d.state = 'scheduled' AND d.claimable_at <= signoff_now() AND d.wanted IS NULL AND {_FREE_TO_GO}
        ORDER BY d.claimable_at LIMIT {_COUNTED}
    ) waiting
""")  # noqa: S608 - put together from constants


@dataclass(frozen=True, slots=True)
class Sight:
    """What stands in the database at one moment."""

    now: datetime
    workers: Sequence[WorkerRow]
    """All that are on record, also those that stopped."""
    page_servers: Sequence[WatcherRow]
    jobs: Sequence[PeriodicJob]
    waiting: int
    """Deliveries that any worker could take up; at most 1,000 are counted."""
    waiting_since: datetime | None
    day: Day


@dataclass(frozen=True, slots=True)
class Workers:
    """The workers by what is heard of them."""

    alive: Sequence[WorkerRow]
    missing: Sequence[WorkerRow]
    """Silent, not stopped on purpose, and nobody came in their place."""
    heard_at: datetime | None
    """The last sign of any of them."""


async def look(tx: AsyncSession) -> Sight:
    """Look around. `tx` must see all organizations."""
    waiting, since = (await tx.execute(_WAITING)).one()
    return Sight(
        now=await database_now(tx),
        workers=(await tx.scalars(select(WorkerRow).order_by(WorkerRow.seen_at))).all(),
        page_servers=(await tx.scalars(select(WatcherRow).where(WatcherRow.serves_pages))).all(),
        jobs=(await tx.scalars(select(PeriodicJob).order_by(PeriodicJob.name))).all(),
        waiting=waiting,
        waiting_since=since,
        day=await read_day(tx),
    )


def sort_workers(workers: Sequence[WorkerRow], now: datetime, silent_after: timedelta) -> Workers:
    """Tell who lives and who is missing. One that started after another fell silent took its place."""
    running = [one for one in workers if one.stopped_at is None]
    alive = [one for one in running if one.seen_at > now - silent_after]
    newcomers = sorted(alive, key=lambda one: one.started_at)
    missing = []
    for one in sorted(running, key=lambda one: one.seen_at):
        if one.seen_at > now - silent_after:
            continue
        heir = next((new for new in newcomers if new.started_at >= one.seen_at), None)
        if heir is None:
            missing.append(one)
        else:
            newcomers.remove(heir)
    signs = [max(one.seen_at, one.stopped_at or one.seen_at) for one in workers]
    return Workers(alive, missing, max(signs, default=None))
