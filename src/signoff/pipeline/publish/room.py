"""For how many posts of an account its budgets have room, decided under locks that all workers share.

Nothing is reserved, so nothing can be forgotten: what is used and what is on its way is counted anew each
time, for accounts that have something due. Two workers never count for the same account at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from sqlalchemy import or_, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.connectors.base import Connector
from signoff.db.clock import database_now
from signoff.records.budgets.standings import ENDLESS, Full, budget_of, standings_of, what_is_full
from signoff.records.budgets.usage import SLOWED_FROM
from signoff.records.tenants import AccountState

_LOCK: Final = text("""
SELECT k.key FROM unnest(CAST(:keys AS text[])) AS k(key)
WHERE pg_try_advisory_xact_lock(hashtext('signoff budgets'), hashtext(k.key))
""")
"""Accounts for which another worker counts right now are left to it.

Held until the claim is committed: who counts next sees what was taken."""


_LIMITED: Final = text("""
SELECT a.key FROM accounts a
WHERE a.key = ANY(CAST(:keys AS text[])) AND (a.posts_limit IS NOT NULL OR a.percent >= :slowed_from)
""")
"""The platform told a limit, or that little is left."""


async def rooms(
    tx: AsyncSession, connectors: Mapping[str, Connector], keys: AbstractSet[str]
) -> dict[str, int]:
    """Give the room of each account and application that something is due for.

    One that is full is marked with the moment from which it isn't, so that nobody counts again before.
    """
    budgets = {platform: connector.about.budget for platform, connector in connectors.items()}
    room = dict.fromkeys(keys, ENDLESS)
    told = set(await tx.scalars(_LIMITED, {"keys": list(keys), "slowed_from": SLOWED_FROM}))
    limited = [key for key in keys if key in told or budget_of(budgets, key).is_limited]
    if not limited:
        return room
    locked = (await tx.scalars(_LOCK, {"keys": limited})).all()
    room |= dict.fromkeys(limited, 0)
    for standing in await standings_of(tx, budgets, locked):
        room[standing.key] = standing.room
        if standing.room == 0 and (full := await what_is_full(tx, standing, await database_now(tx))):
            await _mark(tx, standing.key, full)
    return room


async def _mark(tx: AsyncSession, key: str, full: Full) -> None:
    is_earlier = or_(AccountState.free_from.is_(None), AccountState.free_from < full.free_from)
    row = update(AccountState).where(AccountState.key == key, is_earlier)
    await tx.execute(row.values(free_from=full.free_from, waits_for=full.words))
