"""Handing a due delivery over to a person who publishes it by hand. From then on no worker sends it."""

from __future__ import annotations

from typing import Final

import structlog
from sqlalchemy import and_, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from signoff.kernel.ids import DeliveryId
from signoff.kernel.people import worker_actor
from signoff.pipeline.publish.conditions import NOT_HELD, NOT_PAUSED, NOT_WITHDRAWN, SEAL_STANDS
from signoff.records.alerts.raising import alert_delivery, close_overtaken
from signoff.records.alerts.trouble import names_of
from signoff.records.deliveries.consignment import SealBroken, check_seal
from signoff.records.models import Delivery
from signoff.records.moves import move_delivery
from signoff.records.states import DeliveryAction, DeliveryState, PublishMode
from signoff.runtime import Runtime

_AT_ONCE: Final = 100

d = aliased(Delivery, name="d")  # the name that the conditions use

_IS_DUE: Final = and_(
    d.state == DeliveryState.SCHEDULED,
    d.publish_mode == PublishMode.MANUAL,
    d.claimable_at <= func.signoff_now(),
    d.wanted.is_(None),
    *(text(f"({each})") for each in (NOT_PAUSED, NOT_HELD, NOT_WITHDRAWN, SEAL_STANDS)),
)

_log = structlog.get_logger()


async def hand_over(runtime: Runtime) -> int:
    """Tell people of what is due by hand, under the conditions of a claim; tell how many.

    The account may be at a limit, or have to be connected again: neither stops a person. Each is handed over
    by itself: one that can't be keeps no other waiting.
    """
    async with runtime.worker_transaction() as tx:
        query = select(d.id).where(_IS_DUE).order_by(d.claimable_at, d.id).limit(_AT_ONCE)
        due = (await tx.scalars(query)).all()
    handed_over = 0
    for delivery_id in due:
        try:
            handed_over += await _one(runtime, delivery_id)
        except OperationalError:  # the database is away: nobody's turn
            raise
        except Exception as problem:  # noqa: BLE001 - whatever it is, the others' time has come, too
            _log.error(
                "not_handed_over", delivery=str(delivery_id), error=f"{type(problem).__name__}: {problem}"
            )
    return handed_over


async def _one(runtime: Runtime, delivery_id: DeliveryId) -> bool:
    query = select(d).where(d.id == delivery_id, _IS_DUE).with_for_update(skip_locked=True, key_share=True)
    async with runtime.worker_transaction() as tx:
        delivery = await tx.scalar(query.execution_options(populate_existing=True))
        if delivery is None:  # another worker was faster, or somebody changed their mind
            return False
        await _tell(runtime, tx, delivery)
        return True


async def _tell(runtime: Runtime, tx: AsyncSession, delivery: Delivery) -> None:
    by = worker_actor(delivery.organization_id)
    title, where = await names_of(runtime, tx, delivery)
    next_step = "Its page has the approved text and pictures. Publish it, then give its address there."
    try:
        await check_seal(tx, delivery)
    except SealBroken as problem:
        next_step = f"{problem.detail} {problem.advice}"
    await close_overtaken(tx, delivery)
    await move_delivery(
        tx, delivery, DeliveryAction.HAND_OVER, by, not_before=None, waiting_for="", next_step=next_step
    )
    await alert_delivery(
        tx,
        delivery,
        "by_hand",
        title=f"Please publish “{title}” on {where} by hand",
        cause="It is due, and its channel is served by hand.",
        next_step=next_step,
    )
