"""During phase 3: keep what `prepare` made, and the lease alive while it works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final, Literal, NamedTuple

import structlog
from sqlalchemy import func, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.connectors.base import Checkpoint
from signoff.db.bulk import as_json
from signoff.db.groups import ALONE, Apart, Shared
from signoff.records.deliveries.leases import LEASE, RENEW_EVERY, Lease
from signoff.records.models import Delivery
from signoff.records.moves import LeaseLost
from signoff.records.states import DeliveryState
from signoff.runtime import Runtime

_log = structlog.get_logger()

_ALIVE: Final = (DeliveryState.PUBLISHING, DeliveryState.RECOVERING)
_FRESH: Final = LEASE - RENEW_EVERY
"""A lease that is good for so long needs no renewal, which spares the indexes a new entry."""

_KEEP: Final = text("""
UPDATE deliveries d
SET checkpoint = kept.checkpoint,
    lease_until = CASE WHEN d.lease_until < signoff_now() + :fresh
        THEN signoff_now() + :lease ELSE d.lease_until END
FROM (
    SELECT d.id, made.checkpoint
    FROM json_to_recordset(CAST(:made AS json)) AS made (id uuid, token bigint, checkpoint jsonb)
    JOIN deliveries d ON d.id = made.id AND d.lease_token = made.token
    WHERE d.state IN ('publishing', 'recovering')
    FOR NO KEY UPDATE OF d SKIP LOCKED
) kept
WHERE d.id = kept.id
RETURNING d.id
""")


class _Made(NamedTuple):
    lease: Lease
    checkpoint: Checkpoint


async def keep_checkpoint(runtime: Runtime, lease: Lease, made: Checkpoint) -> None:
    """Store what was made so far; the next try goes on from there.

    Raises:
        LeaseLost: Another worker has the delivery.
    """
    await runtime.together(_CHECKPOINTS, _Made(lease, made))


async def _keep_all(tx: AsyncSession, all_made: Sequence[_Made]) -> list[Literal[Apart.ALONE] | None]:
    rows = [
        {"id": made.lease.delivery_id, "token": made.lease.token, "checkpoint": dict(made.checkpoint)}
        for made in all_made
    ]
    values = {"made": as_json(rows), "fresh": _FRESH, "lease": LEASE}
    kept = set(await tx.scalars(_KEEP, values))
    return [None if made.lease.delivery_id in kept else ALONE for made in all_made]


async def _keep_one(tx: AsyncSession, made: _Made) -> None:
    await _write(tx, made.lease, checkpoint=dict(made.checkpoint))


_CHECKPOINTS: Final = Shared(_keep_all, _keep_one)


async def _write(tx: AsyncSession, lease: Lease, **values: object) -> None:
    written = await tx.execute(
        update(Delivery)
        .where(
            Delivery.id == lease.delivery_id,
            Delivery.lease_token == lease.token,
            Delivery.state.in_(_ALIVE),
        )
        .values(lease_until=func.signoff_now() + LEASE, **values)
        .returning(Delivery.id)
    )
    if written.one_or_none() is None:
        raise LeaseLost(f"another worker took over delivery {lease.delivery_id}")


@asynccontextmanager
async def kept_alive(runtime: Runtime, lease: Lease) -> AsyncIterator[None]:
    """Renew the lease while the block runs. That it was lost all the same is noticed by the next write."""
    renewing: list[asyncio.Task[None]] = []

    def begin() -> None:
        renewing.append(asyncio.create_task(_renew(runtime, lease)))

    # Most are over long before, and cost no task.
    first = asyncio.get_running_loop().call_later(RENEW_EVERY.total_seconds(), begin)
    try:
        yield
    finally:
        first.cancel()
        for task in renewing:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _renew(runtime: Runtime, lease: Lease) -> None:
    while True:
        try:
            async with runtime.worker_transaction() as tx:
                await _write(tx, lease)
        except LeaseLost:
            return
        except Exception as problem:  # noqa: BLE001 - the database may be away; the lease outlives three tries
            _log.warning("lease_not_renewed", delivery=str(lease.delivery_id), error=str(problem))
        await asyncio.sleep(RENEW_EVERY.total_seconds())
