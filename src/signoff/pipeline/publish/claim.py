"""Phase 1: take due deliveries, each by one worker only, oldest first and in turns over the accounts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import note_now
from signoff.kernel.people import worker_actor
from signoff.pipeline.publish.conditions import (
    ACCOUNT_IS_FREE,
    BY_A_WORKER,
    CHANNEL_IS_CONNECTED,
    IN_TURN,
    NOT_HELD,
    NOT_PAUSED,
    NOT_WITHDRAWN,
    SEAL_STANDS,
)
from signoff.pipeline.publish.fairness import Due, in_turns
from signoff.pipeline.publish.line_up import line_up_free
from signoff.pipeline.publish.room import rooms
from signoff.records.deliveries.leases import LEASE, Lease
from signoff.records.moves import Moved, record_delivery
from signoff.records.states import DELIVERY_MOVES, DeliveryAction, DeliveryState
from signoff.runtime import Runtime

_WINDOW: Final = 4
"""How many times as many due deliveries are looked at as are taken, so that accounts can take turns."""
_SPARE: Final = 3
"""How many times as many are offered as are taken: other workers may be taking the same ones."""

_MAY_GO: Final = f"""{CHANNEL_IS_CONNECTED} AND {ACCOUNT_IS_FREE}
      AND {NOT_PAUSED} AND {NOT_HELD} AND {NOT_WITHDRAWN} AND {SEAL_STANDS}"""

_DUE: Final = text(f"""
SELECT d.id, d.account_key, (SELECT c.app_key FROM channels c WHERE c.id = d.channel_id) AS app_key,
       d.channel_id, {IN_TURN} AS is_in_turn
FROM deliveries d
WHERE d.state = 'scheduled' AND d.claimable_at <= signoff_now() AND d.wanted IS NULL AND {BY_A_WORKER}
  AND d.account_key <> ALL(CAST(:but AS text[])) AND {_MAY_GO}
ORDER BY d.claimable_at
LIMIT :looked_at
""")  # noqa: S608 - put together from constants

# What may go is asked anew, of those alone that are taken: something may have happened since they were found.
# The state is asked in a way that fits no index, and those taken are given as an array: each is to be looked
# up by its id. Else the planner, whose figures know nothing of what just became due, goes through all that
# are scheduled for each one that is taken.
_CLAIM: Final = text(f"""
WITH chosen AS MATERIALIZED (
    SELECT d.id
    FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS found (id, place)
    JOIN deliveries d ON d.id = found.id
    -- Asked of the locked row once more: somebody may have moved it since it was found.
    WHERE d.state || '' = 'scheduled' AND d.claimable_at <= signoff_now() AND d.wanted IS NULL
      AND {BY_A_WORKER}
    ORDER BY found.place
    LIMIT :taken
    FOR NO KEY UPDATE OF d SKIP LOCKED
)
UPDATE deliveries d
SET state = 'publishing', state_since = signoff_now(), lease_token = d.lease_token + 1,
    lease_until = signoff_now() + :lease, leased_by = :worker, commit_intent_at = NULL, intent_number = NULL,
    not_before = NULL, waiting_for = '', looks = 0, absences = 0, doubt_since = NULL, next_look_at = NULL
WHERE d.id = ANY(ARRAY(SELECT id FROM chosen)) AND d.state || '' = 'scheduled' AND d.wanted IS NULL
  AND {IN_TURN} AND {_MAY_GO}
RETURNING d.id, d.organization_id, d.post_id, d.lease_token, d.attempts, d.state_since
""")  # noqa: S608 - put together from constants


async def claim(runtime: Runtime, worker: str, limit: int) -> list[Lease]:
    """Take at most `limit` due deliveries."""
    async with runtime.worker_transaction() as tx:
        rows = await _take(runtime, tx, worker, limit)
        for row in rows:
            note_now(tx, row.state_since)
            taken = Moved(row.id, row.post_id, DeliveryState.PUBLISHING, row.attempts)
            by = worker_actor(row.organization_id)
            record_delivery(tx, taken, str(DeliveryAction.CLAIM), by, before=DeliveryState.SCHEDULED)
        return [Lease(row.id, row.organization_id, row.lease_token, worker) for row in rows]


async def _take(runtime: Runtime, tx: AsyncSession, worker: str, limit: int) -> Sequence[Row[Any]]:
    found = await _look(tx, limit)
    if missed := {row.channel_id for row in found if not row.is_in_turn}:
        await line_up_free(runtime, tx, sorted(missed))  # who may go now is taken by the next claim
    due = [Due(row.id, row.account_key, row.app_key) for row in found if row.is_in_turn]
    if not due:
        return []
    keys = {key for one in due for key in (one.account_key, one.app_key)}
    room = await rooms(tx, runtime.connectors, keys)
    # The statement is the move `claim` of the table of moves; a test compares the two.
    step = DELIVERY_MOVES[DeliveryAction.CLAIM]
    if (step.sources, step.target) != (frozenset({DeliveryState.SCHEDULED}), DeliveryState.PUBLISHING):
        raise AssertionError
    values = {"ids": in_turns(due, room)[: limit * _SPARE], "taken": limit, "lease": LEASE, "worker": worker}
    return (await tx.execute(_CLAIM, values)).all()


async def _look(tx: AsyncSession, limit: int) -> Sequence[Row[Any]]:
    """Give the oldest that are due; behind accounts that have a great many, the oldest of others as well."""
    oldest = await _window(tx, limit * _WINDOW)
    accounts = {row.account_key for row in oldest}
    if len(oldest) < limit * _WINDOW or len(accounts) >= limit:
        return oldest
    return [*oldest, *await _window(tx, limit, but=accounts)]


async def _window(tx: AsyncSession, looked_at: int, but: Collection[str] = ()) -> Sequence[Row[Any]]:
    return (await tx.execute(_DUE, {"looked_at": looked_at, "but": list(but)})).all()
