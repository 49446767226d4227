"""What connecting and checking a channel tells about the budgets of its account."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.records.budgets.usage import Overheard, Use, count_uses
from signoff.records.tenants import AccountState, Channel
from signoff.runtime import Runtime


async def know_account(tx: AsyncSession, channel: Channel) -> None:
    """Make sure that the account, and the application it goes through, have a place for their budgets."""
    keys = [{"key": key} for key in sorted({channel.account_key, channel.app_key} - {""})]
    await tx.execute(insert(AccountState).values(keys).on_conflict_do_nothing())


async def count_calls(runtime: Runtime, channel: Channel, heard: Overheard) -> None:
    """Count the calls of a check, and keep what their answers told.

    As a worker: an account may be used by several organizations.
    """
    async with runtime.worker_transaction() as tx:
        await count_uses(tx, [Use.of(channel.account_key, channel.id, heard)])
