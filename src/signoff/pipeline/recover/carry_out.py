"""Taking posts down on their platforms. A crash in the middle does no harm: it is done again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from signoff.connectors.base import CALL_TIMEOUT, Receipt
from signoff.connectors.errors import ConnectorError, Reconnect, Refused, Throttled
from signoff.db.clock import database_now
from signoff.kernel.foreign import foreign_code
from signoff.kernel.people import worker_actor
from signoff.records.alerts.trouble import must_reconnect, tell_by_hand
from signoff.records.deliveries.consignment import Consignment, consign
from signoff.records.deliveries.evidence import GIVEN
from signoff.records.deliveries.leases import LEASE, Lease
from signoff.records.deliveries.resting import MAY_BE_CALLED, let_rest
from signoff.records.deliveries.story import Story
from signoff.records.models import Delivery, ReceiptRow
from signoff.records.moves import LeaseLost, lock_delivery, move_delivery, record_delivery
from signoff.records.states import DeliveryAction, DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime

_WAITS: Final = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
"""The waits between tries; after the last a person is asked."""

d: Final = aliased(Delivery, name="d")
"""The name that the conditions use."""

_log = structlog.get_logger()


async def removals_due(runtime: Runtime, worker: str, limit: int) -> list[Lease]:
    """Take deliveries whose post is to be taken down now."""
    async with runtime.worker_transaction() as tx:
        query = (
            select(d)
            .where(
                d.state == DeliveryState.RECOVERING, d.next_look_at <= func.signoff_now(), text(MAY_BE_CALLED)
            )
            .order_by(d.next_look_at)
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True)
            .execution_options(populate_existing=True)
        )
        now = await database_now(tx)
        leases = []
        for delivery in (await tx.scalars(query)).all():
            delivery.lease_token += 1
            delivery.looks += 1  # counted here, so that one of which processes die ends with a person, too
            delivery.leased_by = worker
            delivery.next_look_at = now + LEASE  # should this process die now, another goes on then
            lease = Lease(delivery.id, delivery.organization_id, delivery.lease_token, worker)
            if delivery.looks > 2 * len(_WAITS):
                broken = ConnectorError("Taking it down fails each time.")
                await _by_hand(runtime, tx, delivery, broken, lease)
                continue
            leases.append(lease)
        return leases


async def take_down(runtime: Runtime, lease: Lease) -> DeliveryState | None:
    """Carry out one removal and write what came of it; None: somebody else goes on."""
    story = Story("take_down", lease, runtime.clock, phase="take_down")
    with story.recorded():
        try:
            done: str | ConnectorError = await _ask(runtime, lease)
        except LeaseLost:
            return None
        except ConnectorError as problem:
            done = problem
        except Exception as problem:  # noqa: BLE001 - removing may be repeated: whatever it is, it is tried again
            _log.exception("take_down_failed", delivery=str(lease.delivery_id))
            done = ConnectorError(f"{type(problem).__name__}: {problem}")
        return await _write(runtime, lease, done, story)


async def _ask(runtime: Runtime, lease: Lease) -> str:
    async with runtime.worker_transaction() as tx:
        delivery = await tx.get_one(Delivery, lease.delivery_id)
        if delivery.lease_token != lease.token or delivery.state is not DeliveryState.RECOVERING:
            raise LeaseLost(f"another worker took over delivery {lease.delivery_id}")
        goods = await consign(runtime, tx, delivery, must_be_same=False)
        row = await tx.get_one(ReceiptRow, delivery.receipt_id)
    about = goods.connector.about
    if row.source == GIVEN:
        raise Refused(
            f"Nobody could look up {row.permalink}.", advice="Take it down there, then confirm it here."
        )
    receipt = Receipt(row.external_id, row.permalink, row.raw, row.is_public, row.is_sandbox)
    if not about.can_take_down:
        raise Refused(f"{about.label} has no way to take a post down.", advice=about.take_down_by_hand)
    return await _removed(goods, receipt)


async def _removed(goods: Consignment, receipt: Receipt) -> str:
    try:
        with foreign_code():
            async with asyncio.timeout(CALL_TIMEOUT.total_seconds()):
                return await goods.connector.take_down(goods.parcel, receipt)
    except TimeoutError as problem:
        raise ConnectorError("The platform didn't answer in time.") from problem


async def _write(
    runtime: Runtime, lease: Lease, done: str | ConnectorError, story: Story
) -> DeliveryState | None:
    by = worker_actor(lease.organization_id)
    async with runtime.worker_transaction() as tx:
        delivery = await lock_delivery(tx, lease.delivery_id)
        if delivery.lease_token != lease.token or delivery.state is not DeliveryState.RECOVERING:
            return None
        if isinstance(done, str):
            facts = {"recovered_at": await database_now(tx), "next_look_at": None, "error": ""}
            await move_delivery(
                tx, delivery, DeliveryAction.TAKE_DOWN, by, token=lease.token, detail={"said": done}, **facts
            )
            await story.write(tx, str(delivery.state), detail=done)
            return delivery.state
        if not await _try_again(runtime, tx, delivery, done):
            await _by_hand(runtime, tx, delivery, done, lease)
        if isinstance(done, Reconnect):
            await must_reconnect(tx, delivery, done.detail, done.advice)
        await story.write(tx, str(delivery.state), error_class=done.error_class, detail=done.detail)
        return delivery.state


async def _try_again(runtime: Runtime, tx: AsyncSession, delivery: Delivery, problem: ConnectorError) -> bool:
    is_over = delivery.looks > len(_WAITS) and not isinstance(problem, Throttled)
    if isinstance(problem, Refused | Reconnect) or is_over:
        return False
    wait = _WAITS[max(0, delivery.looks - 1)]
    if isinstance(problem, Throttled):
        wait = max(wait, problem.not_before - runtime.clock.now())
        delivery.looks -= 1  # it was never tried
    delivery.error = problem.detail
    delivery.next_look_at = await database_now(tx) + wait
    if isinstance(problem, Throttled):
        await let_rest(tx, delivery, problem.rests, delivery.next_look_at, problem.detail)
    await tx.flush()
    by = worker_actor(delivery.organization_id)
    record_delivery(
        tx, delivery, "take_down_again", by, before=delivery.state, detail={"said": problem.detail}
    )
    return True


async def _by_hand(
    runtime: Runtime, tx: AsyncSession, delivery: Delivery, problem: ConnectorError, lease: Lease
) -> None:
    channel = await tx.get_one(Channel, delivery.channel_id)
    about = runtime.connector(channel.platform).about
    step = problem.advice or about.take_down_by_hand
    await move_delivery(
        tx,
        delivery,
        DeliveryAction.NEED_HANDS,
        worker_actor(delivery.organization_id),
        token=lease.token,
        error=problem.detail,
        error_class=problem.error_class,
        next_step=step or "Delete the post on the platform, then confirm it here.",
        next_look_at=None,
    )
    await tell_by_hand(runtime, tx, delivery, problem.detail)
