"""During phase 3: keep what `prepare` made, and the lease alive while it works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog
from sqlalchemy import func, update

from signoff.connectors.base import Checkpoint
from signoff.records.leases import LEASE, RENEW_EVERY, Lease
from signoff.records.models import Delivery
from signoff.records.moves import LeaseLost
from signoff.records.states import DeliveryState
from signoff.runtime import Runtime

_log = structlog.get_logger()

_ALIVE: Final = (DeliveryState.PUBLISHING, DeliveryState.RECOVERING)


async def keep_checkpoint(runtime: Runtime, lease: Lease, made: Checkpoint) -> None:
    """Store what was made so far; the next try goes on from there.

    Raises:
        LeaseLost: Another worker has the delivery.
    """
    await _write(runtime, lease, checkpoint=dict(made))


async def _write(runtime: Runtime, lease: Lease, **values: object) -> None:
    async with runtime.worker_transaction() as tx:
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
    renewing = asyncio.create_task(_renew(runtime, lease))
    try:
        yield
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing


async def _renew(runtime: Runtime, lease: Lease) -> None:
    while True:
        await asyncio.sleep(RENEW_EVERY.total_seconds())
        try:
            await _write(runtime, lease)
        except LeaseLost:
            return
        except Exception as problem:  # noqa: BLE001 - the database may be away; the lease outlives three tries
            _log.warning("lease_not_renewed", delivery=str(lease.delivery_id), error=str(problem))
