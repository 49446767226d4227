"""Handing a due delivery over to a person who publishes it by hand. From then on no worker sends it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from signoff.kernel.people import worker_actor
from signoff.pipeline.publish.conditions import NOT_HELD, NOT_PAUSED, NOT_WITHDRAWN, SEAL_STANDS
from signoff.records.alerts import alert_delivery, close_overtaken
from signoff.records.consignment import SealBroken, check_seal
from signoff.records.models import Delivery
from signoff.records.moves import move_delivery
from signoff.records.states import DeliveryAction, DeliveryState, PublishMode
from signoff.records.trouble import names_of
from signoff.runtime import Runtime

_AT_ONCE: Final = 100

d = aliased(Delivery, name="d")  # the name that the conditions use


async def hand_over(runtime: Runtime) -> int:
    """Tell people of what is due by hand, under the conditions of a claim; tell how many.

    The account may be at a limit, or have to be connected again: neither stops a person.
    """
    conditions = (NOT_PAUSED, NOT_HELD, NOT_WITHDRAWN, SEAL_STANDS)
    query = (
        select(d)
        .where(
            d.state == DeliveryState.SCHEDULED,
            d.publish_mode == PublishMode.MANUAL,
            d.claimable_at <= func.signoff_now(),
            d.wanted.is_(None),
            *(text(f"({each})") for each in conditions),
        )
        .order_by(d.claimable_at, d.id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    async with runtime.worker_transaction() as tx:
        due = (await tx.scalars(query)).all()
        for delivery in due:
            await _one(runtime, tx, delivery)
        return len(due)


async def _one(runtime: Runtime, tx: AsyncSession, delivery: Delivery) -> None:
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
