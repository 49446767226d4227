"""Deliveries that wait long past their time: whatever holds them, people are told."""

from __future__ import annotations

from typing import Final

from sqlalchemy import exists, func, select, text

from signoff.records.alerts import alert_delivery
from signoff.records.models import Alert, Delivery
from signoff.records.moves import TOLD_LATE_AFTER
from signoff.records.states import DeliveryState
from signoff.records.trouble import names_of
from signoff.records.waiting import waiting_reasons
from signoff.runtime import Runtime

_AT_ONCE: Final = 500
_NOT_PAUSED: Final = text("""NOT EXISTS (SELECT 1 FROM pauses WHERE resumed_at IS NULL AND (scope = 'global'
    OR pauses.organization_id = deliveries.organization_id AND (scope = 'organization'
        OR target_id IN (deliveries.brand_id, deliveries.channel_id))))""")


async def tell_overdue(runtime: Runtime) -> int:
    """Raise an alert for each delivery that is long overdue and not paused; tell how many."""
    told = exists().where(
        Alert.delivery_id == Delivery.id, Alert.closed_at.is_(None), Alert.fold_key.like("overdue:%")
    )
    query = (
        select(Delivery)
        .where(
            Delivery.state == DeliveryState.SCHEDULED,
            Delivery.due_at < func.signoff_now() - TOLD_LATE_AFTER,
            _NOT_PAUSED,
            ~told,
        )
        .order_by(Delivery.due_at)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    async with runtime.worker_transaction() as tx:
        late = (await tx.scalars(query)).all()
        reasons = await waiting_reasons(tx, late)
        for delivery in late:
            title, where = await names_of(runtime, tx, delivery)
            await alert_delivery(
                tx,
                delivery,
                "overdue",
                title=f"Late: “{title}” on {where}",
                cause=reasons.get(delivery.id) or "No worker took it up.",
                next_step="Open the delivery to see what it waits for; cancel it if it's too late.",
            )
        return len(late)
