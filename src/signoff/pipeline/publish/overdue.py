"""Deliveries that wait long past their time: whatever holds them, people are told."""

from __future__ import annotations

from typing import Final

from sqlalchemy import exists, func, select, text
from sqlalchemy.orm import aliased

from signoff.pipeline.publish.conditions import NOT_HELD, NOT_PAUSED
from signoff.records.alerts import alert_delivery
from signoff.records.models import Alert, Delivery
from signoff.records.moves import TOLD_LATE_AFTER
from signoff.records.states import DeliveryState
from signoff.records.trouble import names_of
from signoff.records.waiting import waiting_reasons
from signoff.runtime import Runtime

_AT_ONCE: Final = 500


async def tell_overdue(runtime: Runtime) -> int:
    """Raise an alert for each delivery that is long overdue, neither paused nor held; tell how many."""
    d = aliased(Delivery, name="d")  # the name that the conditions use
    told = exists().where(
        Alert.delivery_id == d.id, Alert.closed_at.is_(None), Alert.fold_key.like("overdue:%")
    )
    query = (
        select(d)
        .where(
            d.state == DeliveryState.SCHEDULED,
            d.due_at < func.signoff_now() - TOLD_LATE_AFTER,
            text(NOT_PAUSED),
            text(NOT_HELD),
            ~told,
        )
        .order_by(d.due_at)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    async with runtime.worker_transaction() as tx:
        late = (await tx.scalars(query)).all()
        reasons = await waiting_reasons(tx, late)
        for delivery in late:
            waits = reasons.get(delivery.id)
            title, where = await names_of(runtime, tx, delivery)
            await alert_delivery(
                tx,
                delivery,
                "overdue",
                title=f"Late: “{title}” on {where}",
                cause=waits.said(delivery.due_zone) if waits else "No worker took it up.",
                next_step="Open the delivery to see what it waits for; cancel it if it's too late.",
            )
        return len(late)
