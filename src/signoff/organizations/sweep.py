"""Tidying up: sign-in attempts, dead links and sessions, kept answers, credentials of removed channels."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, or_

from signoff.db.clock import now_sql
from signoff.organizations.channels.remove import erase_settled_credentials
from signoff.organizations.throttle import WINDOW
from signoff.records import answers
from signoff.records.access import IdempotencyKey, OneTimeLink, Session, SignInAttempt
from signoff.records.models import WatcherRow, WorkerRow
from signoff.records.tenants import CallCount
from signoff.runtime import Runtime

KEPT: Final = timedelta(days=30)
"""How long dead links and sessions can still be looked up."""
PROCESSES_KEPT: Final = timedelta(days=7)
CALLS_KEPT: Final = timedelta(days=1)
"""Budgets look back an hour; people may want to see the day."""


async def sweep(runtime: Runtime) -> None:
    """Delete over all organizations. For the timetable; repeatable."""
    too_old = now_sql() - KEPT
    async with runtime.worker_transaction() as tx:
        await tx.execute(delete(SignInAttempt).where(SignInAttempt.at < now_sql() - WINDOW))
        await tx.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < too_old))
        dead = or_(Session.expires_at < too_old, Session.revoked_at < too_old)
        await tx.execute(delete(Session).where(dead))
        await tx.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now_sql() - answers.KEPT))
        await tx.execute(delete(WorkerRow).where(WorkerRow.seen_at < now_sql() - PROCESSES_KEPT))
        await tx.execute(delete(WatcherRow).where(WatcherRow.seen_at < now_sql() - PROCESSES_KEPT))
        await tx.execute(delete(CallCount).where(CallCount.began_at < now_sql() - CALLS_KEPT))
        await erase_settled_credentials(tx)
