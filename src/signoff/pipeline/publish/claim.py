"""Phase 1: take due deliveries, each by one worker only, oldest first and in turns over the accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.people import worker_actor
from signoff.pipeline.publish.conditions import (
    ACCOUNT_IS_FREE,
    BY_A_WORKER,
    CHANNEL_IS_CONNECTED,
    NOT_HELD,
    NOT_PAUSED,
    NOT_WITHDRAWN,
    SEAL_STANDS,
)
from signoff.pipeline.publish.room import Due, rooms
from signoff.records.leases import LEASE, Lease
from signoff.records.moves import Moved, record_delivery
from signoff.records.states import DELIVERY_MOVES, DeliveryAction, DeliveryState
from signoff.records.usage import SLOWED_FROM
from signoff.runtime import Runtime

_WINDOW: Final = 8
"""How many times as many due deliveries are looked at as are taken, so that accounts can take turns."""

_WINDOW_OF_DUE: Final = f"""
    SELECT d.id, d.claimable_at, d.account_key,
           (SELECT c.app_key FROM channels c WHERE c.id = d.channel_id) AS app_key
    FROM deliveries d
    WHERE d.state = 'scheduled' AND d.claimable_at <= signoff_now() AND d.wanted IS NULL AND {BY_A_WORKER}
      AND {CHANNEL_IS_CONNECTED} AND {ACCOUNT_IS_FREE}
      AND {NOT_PAUSED} AND {NOT_HELD} AND {NOT_WITHDRAWN} AND {SEAL_STANDS}
    ORDER BY d.claimable_at
    LIMIT :looked_at
"""  # noqa: S608 - put together from constants

_DUE: Final = text(f"""
WITH due AS MATERIALIZED ({_WINDOW_OF_DUE})
SELECT k.key, coalesce(a.posts_limit IS NOT NULL OR a.percent >= :slowed_from, false) AS is_limited
FROM (SELECT account_key AS key FROM due UNION SELECT app_key FROM due) k
LEFT JOIN accounts a ON a.key = k.key
""")  # noqa: S608

_CLAIM: Final = text(f"""
WITH room AS (
    SELECT r.key, r.room FROM unnest(CAST(:keys AS text[]), CAST(:rooms AS integer[])) AS r(key, room)
), due AS (
    SELECT d.*, row_number() OVER (PARTITION BY d.account_key ORDER BY d.claimable_at, d.id) AS turn
    FROM ({_WINDOW_OF_DUE}) d
), has_room AS (
    SELECT due.id, due.claimable_at, due.turn, due.app_key,
           row_number() OVER (PARTITION BY due.app_key ORDER BY due.turn, due.claimable_at, due.id)
               AS app_turn
    FROM due JOIN room ON room.key = due.account_key
    WHERE due.turn <= room.room
), chosen AS (
    SELECT d.id
    FROM deliveries d JOIN has_room ON has_room.id = d.id JOIN room app ON app.key = has_room.app_key
    -- Asked of the locked row once more: somebody may have moved it since the snapshot was taken.
    WHERE d.state = 'scheduled' AND d.wanted IS NULL AND d.claimable_at <= signoff_now()
      AND has_room.app_turn <= app.room
    ORDER BY has_room.turn, has_room.claimable_at
    LIMIT :taken
    FOR UPDATE OF d SKIP LOCKED
)
UPDATE deliveries d
SET state = 'publishing', state_since = signoff_now(), lease_token = d.lease_token + 1,
    lease_until = signoff_now() + :lease, leased_by = :worker, commit_intent_at = NULL, intent_number = NULL,
    not_before = NULL, waiting_for = '', looks = 0, absences = 0, doubt_since = NULL, next_look_at = NULL
FROM chosen
WHERE d.id = chosen.id
RETURNING d.id, d.organization_id, d.post_id, d.lease_token, d.attempts
""")  # noqa: S608 - put together from constants


async def claim(runtime: Runtime, worker: str, limit: int) -> list[Lease]:
    """Take at most `limit` due deliveries."""
    async with runtime.worker_transaction() as tx:
        rows = await _take(runtime, tx, worker, limit)
        for row in rows:
            taken = Moved(row.id, row.post_id, DeliveryState.PUBLISHING, row.attempts)
            by = worker_actor(row.organization_id)
            record_delivery(tx, taken, str(DeliveryAction.CLAIM), by, before=DeliveryState.SCHEDULED)
        return [Lease(row.id, row.organization_id, row.lease_token, worker) for row in rows]


async def _take(runtime: Runtime, tx: AsyncSession, worker: str, limit: int) -> Sequence[Row[Any]]:
    looked_at = limit * _WINDOW
    found = await tx.execute(_DUE, {"looked_at": looked_at, "slowed_from": SLOWED_FROM})
    due = [Due(row.key, row.is_limited) for row in found]
    if not due:
        return []
    room = await rooms(tx, runtime.connectors, due)
    # The statement is the move `claim` of the table of moves; a test compares the two.
    step = DELIVERY_MOVES[DeliveryAction.CLAIM]
    if (step.sources, step.target) != (frozenset({DeliveryState.SCHEDULED}), DeliveryState.PUBLISHING):
        raise AssertionError
    budget = {"keys": list(room), "rooms": list(room.values())}
    values = {**budget, "looked_at": looked_at, "taken": limit, "lease": LEASE, "worker": worker}
    return (await tx.execute(_CLAIM, values)).all()
