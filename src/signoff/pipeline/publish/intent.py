"""Phase 4: the point of no return, one conditional write on the delivery's own row."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.db.groups import ALONE, Apart, Shared
from signoff.kernel.ids import DeliveryId
from signoff.pipeline.publish.conditions import NOT_HELD, NOT_PAUSED, NOT_WITHDRAWN, SEAL_MATCHES
from signoff.records.deliveries.consignment import check_seal
from signoff.records.deliveries.leases import LEASE, Lease
from signoff.records.models import Delivery
from signoff.records.moves import LeaseLost, lock_delivery, lock_free
from signoff.records.states import DeliveryState
from signoff.runtime import Runtime

# `wanted` stands on the row itself: after waiting for a lock only the locked row is read anew, so a condition
# on a joined row alone would let an intent through after a withdrawal that had just committed. The state is
# asked in a way that fits no index: each is to be looked up by its id, not among all that are in hand.
_INTENT: Final = text(f"""
UPDATE deliveries d
SET commit_intent_at = signoff_now(), first_intent_at = coalesce(d.first_intent_at, signoff_now()),
    intent_number = nextval('intent_numbers'), lease_until = signoff_now() + :lease
FROM unnest(CAST(:ids AS uuid[]), CAST(:tokens AS bigint[])) AS asked (id, token)
WHERE d.id = asked.id AND d.state || '' = 'publishing' AND d.lease_token = asked.token AND d.wanted IS NULL
  AND d.lease_until > signoff_now() AND {NOT_WITHDRAWN} AND {NOT_PAUSED} AND {NOT_HELD} AND {SEAL_MATCHES}
RETURNING d.id
""")  # noqa: S608 - put together from constants


class Refusal(StrEnum):
    """Why an intent was not given."""

    UNWANTED = "unwanted"  # withdrawn or cancelled meanwhile
    HELD = "held"  # paused meanwhile, or too late now


async def store_intent(runtime: Runtime, lease: Lease) -> Refusal | None:
    """Store that the commit begins now; None: it was stored, the call must start within COMMIT_START_WITHIN.

    Intents of concurrent deliveries share a transaction, and are durable when this returns.

    Raises:
        LeaseLost: Another worker has the delivery.
        SealBroken: What is stored isn't what was approved.
    """
    return await runtime.together(_INTENTS, lease)


async def _store_all(
    tx: AsyncSession, leases: Sequence[Lease]
) -> list[Refusal | Literal[Apart.ALONE] | None]:
    """Give those intents to which nothing is opposed; why another is refused, it is told alone."""
    free = await lock_free(tx, [lease.delivery_id for lease in leases])
    given = await _given(tx, [lease for lease in leases if lease.delivery_id in free])
    return [None if lease.delivery_id in given else ALONE for lease in leases]


async def _store_one(tx: AsyncSession, lease: Lease) -> Refusal | None:
    delivery = await tx.get_one(Delivery, lease.delivery_id)
    await check_seal(tx, delivery)
    return None if await _given(tx, [lease]) else await _why_not(tx, lease)


async def _given(tx: AsyncSession, leases: Sequence[Lease]) -> set[DeliveryId]:
    held = {"ids": [lease.delivery_id for lease in leases], "tokens": [lease.token for lease in leases]}
    return set(await tx.scalars(_INTENT, held | {"lease": LEASE}))


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


_INTENTS: Final = Shared(_store_all, _store_one)
