"""Phase 4: the point of no return, one conditional write on the delivery's own row."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.pipeline.publish.conditions import NOT_HELD, NOT_PAUSED, NOT_WITHDRAWN
from signoff.records.consignment import check_media, check_seal, sealed_digests
from signoff.records.leases import LEASE, Lease
from signoff.records.models import Delivery
from signoff.records.moves import LeaseLost, lock_delivery
from signoff.records.states import DeliveryState
from signoff.runtime import Runtime

# `wanted` stands on the row itself: after waiting for a lock only the locked row is read anew, so a condition
# on a joined row alone would let an intent through after a withdrawal that had just committed.
_INTENT: Final = text(f"""
UPDATE deliveries d
SET commit_intent_at = signoff_now(), first_intent_at = coalesce(d.first_intent_at, signoff_now()),
    intent_number = nextval('intent_numbers'), lease_until = signoff_now() + :lease
WHERE d.id = :id AND d.state = 'publishing' AND d.lease_token = :token AND d.wanted IS NULL
  AND d.lease_until > signoff_now() AND {NOT_WITHDRAWN} AND {NOT_PAUSED} AND {NOT_HELD}
RETURNING d.intent_number
""")  # noqa: S608 - put together from constants


class Refusal(StrEnum):
    """Why an intent was not given."""

    UNWANTED = "unwanted"  # withdrawn or cancelled meanwhile
    HELD = "held"  # paused meanwhile, or too late now


async def store_intent(runtime: Runtime, lease: Lease) -> Refusal | None:
    """Store that the commit begins now; None: it was stored, the call must start within COMMIT_START_WITHIN.

    Raises:
        LeaseLost: Another worker has the delivery.
        SealBroken: What is stored isn't what was approved.
    """
    async with runtime.worker_transaction() as tx:
        delivery = await tx.get_one(Delivery, lease.delivery_id)
        digests = await sealed_digests(tx, delivery)
    await check_media(runtime, digests)
    async with runtime.worker_transaction() as tx:
        delivery = await tx.get_one(Delivery, lease.delivery_id)
        await check_seal(tx, delivery)
        values = {"id": lease.delivery_id, "token": lease.token, "lease": LEASE}
        given = await tx.scalar(_INTENT, values)
        return None if given is not None else await _why_not(tx, lease)


async def _why_not(tx: AsyncSession, lease: Lease) -> Refusal:
    delivery = await lock_delivery(tx, lease.delivery_id)
    if delivery.state is not DeliveryState.PUBLISHING or delivery.lease_token != lease.token:
        raise LeaseLost(f"another worker took over delivery {lease.delivery_id}")
    if delivery.lease_until is None or delivery.lease_until <= await database_now(tx):
        raise LeaseLost(f"the lease of delivery {lease.delivery_id} ran out")
    withdrawn = await tx.scalar(
        text("SELECT EXISTS (SELECT 1 FROM withdrawals WHERE seal_id = :seal)"), {"seal": delivery.seal_id}
    )
    return Refusal.UNWANTED if delivery.wanted or withdrawn else Refusal.HELD
