"""What ran and how it ended: kept for a while, so that somebody can look it up."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_FORGET: Final = (
    text("DELETE FROM jobs.pgqueuer_log WHERE created < now() - interval '14 days'"),
    text("DELETE FROM jobs.pgqueuer_statistics WHERE created < now() - interval '14 days'"),
    text("DELETE FROM job_runs WHERE ended_at < signoff_now() - interval '14 days'"),
    # Of a job that runs every few seconds, the last thousand tell enough.
    text("""
        DELETE FROM job_runs WHERE status = 'done' AND id IN (
            SELECT id FROM (
                SELECT id, row_number() OVER (PARTITION BY job ORDER BY started_at DESC) AS place
                FROM job_runs
            ) ranked WHERE place > 1000)
    """),
)


async def forget_old_runs(tx: AsyncSession) -> None:
    """Delete what is older than two weeks."""
    for statement in _FORGET:
        await tx.execute(statement)
