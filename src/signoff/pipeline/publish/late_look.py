"""Looking again where a person said "it is not out": they may have been wrong, or too early."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from signoff.connectors.base import Doubt, Published
from signoff.connectors.errors import ConnectorError
from signoff.db.clock import database_now
from signoff.kernel.errors import Problem
from signoff.kernel.people import worker_actor
from signoff.pipeline.publish.reconcile import Look, ask, words_of
from signoff.records.deliveries.consignment import consign
from signoff.records.deliveries.evidence import OthersReceipt, confirm
from signoff.records.deliveries.leases import Lease
from signoff.records.deliveries.resting import MAY_BE_CALLED
from signoff.records.deliveries.story import Story
from signoff.records.models import Delivery
from signoff.records.moves import lock_delivery
from signoff.runtime import Runtime

LATE_LOOKS: Final = (timedelta(minutes=10), timedelta(days=1))
"""After the person's answer, and after the look before."""

_AT_ONCE: Final = 8
_WHO: Final = "late look"

d: Final = aliased(Delivery, name="d")
"""The name that the conditions use."""

_log = structlog.get_logger()


async def look_late(runtime: Runtime) -> int:
    """Carry out the late looks that are due; tell how many. What is found counts as any other evidence."""
    looks = await _due(runtime)
    for problem in await asyncio.gather(
        *(_carry_out(runtime, look) for look in looks), return_exceptions=True
    ):
        if isinstance(problem, BaseException):
            _log.error("late_look_failed", error=f"{type(problem).__name__}: {problem}")
    return len(looks)


async def _carry_out(runtime: Runtime, look: Look) -> None:
    story = Story("look", look.lease, runtime.clock, phase="look")
    with story.recorded():
        finding, _ = await ask(look)
        async with runtime.worker_transaction() as tx:
            delivery = await lock_delivery(tx, look.lease.delivery_id)
            if isinstance(finding, Published):
                await _confirm(tx, delivery, finding)
            await story.write(tx, str(delivery.state), detail=words_of(finding))


async def _confirm(tx: AsyncSession, delivery: Delivery, finding: Published) -> None:
    try:
        async with tx.begin_nested():
            await confirm(tx, delivery, finding.receipt, "reconcile", worker_actor(delivery.organization_id))
    except OthersReceipt as problem:
        _log.info("late_look_found_another", delivery=str(delivery.id), said=problem.detail)


async def _due(runtime: Runtime) -> list[Look]:
    query = (
        select(d)
        .where(d.late_look_at <= func.signoff_now(), text(MAY_BE_CALLED))
        .order_by(d.late_look_at)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True)
    )
    looks = []
    async with runtime.worker_transaction() as tx:
        now = await database_now(tx)
        for delivery in (await tx.scalars(query)).all():
            delivery.late_looks += 1
            more = delivery.late_looks < len(LATE_LOOKS)
            delivery.late_look_at = now + LATE_LOOKS[delivery.late_looks] if more else None
            look = await _look(runtime, tx, delivery)
            if look is not None:
                looks.append(look)
    return looks


async def _look(runtime: Runtime, tx: AsyncSession, delivery: Delivery) -> Look | None:
    try:
        async with tx.begin_nested():
            goods = await consign(runtime, tx, delivery, must_be_same=False)
    except (ConnectorError, Problem) as problem:
        _log.warning("late_look_not_possible", delivery=str(delivery.id), said=str(problem))
        return None
    lease = Lease(delivery.id, delivery.organization_id, delivery.lease_token, _WHO)
    since = delivery.first_intent_at or delivery.created_at
    return Look(lease, goods, Doubt(since=since, is_settled=True))
