"""Removing what `prepare` left on a platform, once a delivery ended unpublished. Best effort, repeatable."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.connectors.base import CALL_TIMEOUT
from signoff.connectors.errors import Ambiguous, ConnectorError
from signoff.db.clock import database_now, now_sql
from signoff.kernel.foreign import foreign_code
from signoff.kernel.ids import DeliveryId
from signoff.kernel.people import worker_actor
from signoff.records.alerts.raising import alert_delivery
from signoff.records.budgets.usage import counted
from signoff.records.deliveries.consignment import consign
from signoff.records.deliveries.leftovers import HAS_LEFTOVERS
from signoff.records.models import Delivery
from signoff.records.moves import lock_delivery, record_delivery
from signoff.runtime import Runtime

AGAIN_AFTER: Final = timedelta(hours=1)
GIVEN_UP_AFTER: Final = timedelta(days=3)

_AT_ONCE: Final = 50
_log = structlog.get_logger()


async def clean_up(runtime: Runtime) -> int:
    """Clean up after cancelled deliveries whose time has come; tell how many are done with."""
    done = 0
    for delivery_id in await _due(runtime):
        try:
            said = await _ask(runtime, delivery_id)
        except Ambiguous as problem:
            await _hand_over(runtime, delivery_id, problem.detail)
            done += 1
        else:
            done += await _write(runtime, delivery_id, said)
    return done


async def _due(runtime: Runtime) -> list[DeliveryId]:
    query = (
        select(Delivery)
        .where(HAS_LEFTOVERS, or_(Delivery.next_look_at.is_(None), Delivery.next_look_at <= now_sql()))
        .order_by(Delivery.next_look_at.nulls_first())
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True)
    )
    async with runtime.worker_transaction() as tx:
        taken = (await tx.scalars(query)).all()
        for delivery in taken:
            delivery.next_look_at = await database_now(tx) + AGAIN_AFTER
        return [delivery.id for delivery in taken]


async def _ask(runtime: Runtime, delivery_id: DeliveryId) -> str:
    """Have the connector remove it; gives what went wrong, in words, or nothing.

    Raises:
        Ambiguous: What should be gone is public.
    """
    try:
        async with runtime.worker_transaction() as tx:
            delivery = await tx.get_one(Delivery, delivery_id)
            goods = await consign(runtime, tx, delivery, must_be_same=False)
        async with counted(runtime, delivery.account_key, delivery.channel_id):
            with foreign_code():
                async with asyncio.timeout(CALL_TIMEOUT.total_seconds()):
                    await goods.connector.clean_up(goods.parcel, goods.checkpoint)
    except TimeoutError:
        return "The platform didn't answer in time."
    except Ambiguous:
        raise
    except ConnectorError as problem:
        return problem.detail
    except Exception as problem:  # noqa: BLE001 - nothing depends on it: it is tried again later
        _log.exception("clean_up_failed", delivery=str(delivery_id))
        return f"{type(problem).__name__}: {problem}"
    return ""


async def _write(runtime: Runtime, delivery_id: DeliveryId, said: str) -> bool:
    async with runtime.worker_transaction() as tx:
        delivery = await lock_delivery(tx, delivery_id)
        is_old = await database_now(tx) - delivery.state_since > GIVEN_UP_AFTER
        if said and not is_old:
            return False
        delivery.checkpoint, delivery.next_look_at = {}, None
        await _record(tx, delivery, said)
        return True


async def _hand_over(runtime: Runtime, delivery_id: DeliveryId, said: str) -> None:
    """Leave a post that is out, although its delivery ended unpublished, to a person, who is told once."""
    async with runtime.worker_transaction() as tx:
        delivery = await lock_delivery(tx, delivery_id)
        delivery.checkpoint, delivery.next_look_at = {}, None
        await _record(tx, delivery, said)
        await alert_delivery(
            tx,
            delivery,
            "published_unwanted",
            title="Public although it was cancelled",
            cause=said,
            next_step="Take it down on the platform if it should not be out.",
        )


async def _record(tx: AsyncSession, delivery: Delivery, said: str) -> None:
    by = worker_actor(delivery.organization_id)
    detail = {"left_behind": said} if said else {}
    await tx.flush()
    record_delivery(tx, delivery, "clean_up", by, before=delivery.state, detail=detail)
