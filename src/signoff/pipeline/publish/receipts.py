"""Phase 6 for many at once: receipts of deliveries with which nothing special is.

A receipt that is known already, a delivery that somebody holds or has taken over, or of which something else
is wanted, is left to `finish`, which looks at one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.connectors.base import Receipt
from signoff.db.bulk import as_json, insert_rows
from signoff.db.clock import note_now
from signoff.kernel.ids import DeliveryId
from signoff.kernel.people import worker_actor
from signoff.records.alerts.raising import close_overtaken
from signoff.records.budgets.usage import count_uses
from signoff.records.deliveries.evidence import receipt_row
from signoff.records.deliveries.leases import Lease
from signoff.records.deliveries.story import Story
from signoff.records.models import Attempt, ReceiptRow
from signoff.records.moves import TOLD_LATE_AFTER, Moved, record_delivery
from signoff.records.states import DELIVERY_MOVES, DeliveryAction, DeliveryState

_BEFORE: Final = DeliveryState.PUBLISHING
_STEP: Final = DELIVERY_MOVES[DeliveryAction.CONFIRM]
if _BEFORE not in _STEP.sources:
    raise AssertionError

_HELD: Final = text("""
SELECT d.id, d.post_id, d.account_key, d.channel_id, d.attempts,
    signoff_now() - d.due_at > :told_late_after AS was_told_late, signoff_now() AS now
FROM json_to_recordset(CAST(:brought AS json)) AS brought (id uuid, token bigint, external_id text)
JOIN deliveries d ON d.id = brought.id AND d.lease_token = brought.token
WHERE d.state = :before AND d.wanted IS NULL AND d.receipt_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM receipts r WHERE r.account_key = d.account_key AND r.external_id = brought.external_id)
ORDER BY d.id
FOR NO KEY UPDATE OF d SKIP LOCKED
""").bindparams(before=str(_BEFORE), told_late_after=TOLD_LATE_AFTER)

_PUBLISHED: Final = text("""
UPDATE deliveries d
SET state = :state, state_since = :now, published_at = :now, receipt_id = proven.receipt,
    error_class = '', error = '', next_step = '', doubt_since = NULL, next_look_at = NULL, asks_person = false
FROM json_to_recordset(CAST(:proven AS json)) AS proven (id uuid, receipt uuid)
WHERE d.id = proven.id
""").bindparams(bindparam("now"), state=str(_STEP.target))


class Brought(NamedTuple):
    """What a commit gave, and how it came about."""

    lease: Lease
    receipt: Receipt
    story: Story


async def store_plain(tx: AsyncSession, brought: Sequence[Brought]) -> set[DeliveryId]:
    """Store the receipts of all deliveries that are as their workers left them; tell which those are."""
    told = [
        {"id": one.lease.delivery_id, "token": one.lease.token, "external_id": one.receipt.external_id}
        for one in brought
    ]
    held = {row.id: row for row in await tx.execute(_HELD, {"brought": as_json(told)})}
    plain = [(one, held[one.lease.delivery_id]) for one in brought if one.lease.delivery_id in held]
    if plain:
        await _store(tx, plain)
    return set(held)


async def _store(tx: AsyncSession, plain: Sequence[tuple[Brought, Row[Any]]]) -> None:
    now = plain[0][1].now
    note_now(tx, now)
    receipts = [
        receipt_row(one.lease.organization_id, row.id, row.account_key, one.receipt, "commit")
        for one, row in plain
    ]
    await insert_rows(tx, ReceiptRow, receipts)
    proven = [{"id": receipt["delivery_id"], "receipt": receipt["id"]} for receipt in receipts]
    await tx.execute(_PUBLISHED, {"proven": as_json(proven), "now": now})
    await insert_rows(tx, Attempt, [one.story.row(now, str(_STEP.target)) for one, _ in plain])
    await count_uses(tx, [one.story.use_of(row.account_key, row.channel_id) for one, row in plain])
    if late := [row for _, row in plain if row.was_told_late]:
        await close_overtaken(tx, *late)
    for (one, row), receipt in zip(plain, receipts, strict=True):
        moved = Moved(row.id, row.post_id, _STEP.target, row.attempts, receipt["id"])
        by = worker_actor(one.lease.organization_id)
        record_delivery(tx, moved, str(DeliveryAction.CONFIRM), by, before=_BEFORE)
