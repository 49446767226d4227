"""The database's clock, which everything due, leased or settled is compared with."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

_READ: Final = "database_now"

now_sql = func.signoff_now
"""The clock inside a statement: `Delivery.due_at <= now_sql()`."""


async def database_now(tx: AsyncSession) -> datetime:
    """Give one moment (UTC) for the whole transaction, read once."""
    if _READ not in tx.info:
        tx.info[_READ] = await tx.scalar(select(now_sql()))
    moment: datetime = tx.info[_READ]
    return moment


def note_now(tx: AsyncSession, moment: datetime) -> None:
    """Keep a moment that another statement brought along, which spares a question of its own."""
    tx.info.setdefault(_READ, moment)
