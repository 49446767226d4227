"""What ran and how it ended: kept for a while, so that somebody can look it up."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_FORGET: Final = (
    text("DELETE FROM jobs.pgqueuer_log WHERE created < now() - interval '14 days'"),
    text("DELETE FROM jobs.pgqueuer_statistics WHERE created < now() - interval '14 days'"),
)


async def forget_old_runs(tx: AsyncSession) -> None:
    """Delete what is older than two weeks."""
    for statement in _FORGET:
        await tx.execute(statement)
