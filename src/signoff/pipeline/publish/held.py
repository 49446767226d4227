"""Telling people what is held because it is late, once, and what else stands in its way."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.local_time import in_words
from signoff.records.alerts.raising import alert_delivery, close_overtaken
from signoff.records.alerts.trouble import names_of
from signoff.records.models import Alert, Delivery
from signoff.runtime import Runtime


def is_told(d: Any) -> ColumnElement[bool]:  # noqa: ANN401 - an alias of deliveries
    """Match what people were told of. Who closed the alert has seen it.

    It is told again when it is held anew: by a person, or after another time.
    """
    anew = func.greatest(func.coalesce(d.released_to, d.due_at), d.held_since)
    return exists().where(
        Alert.delivery_id == d.id,
        Alert.fold_key.like("held:%"),
        or_(Alert.closed_at.is_(None), Alert.raised_at >= anew),
    )


async def tell_held(runtime: Runtime, tx: AsyncSession, delivery: Delivery, *, why: str) -> None:
    """Raise the alert of a locked delivery that waits for somebody's decision."""
    await close_overtaken(tx, delivery)
    title, where = await names_of(runtime, tx, delivery)
    due = in_words(delivery.due_at, delivery.due_zone, now=runtime.clock.now())
    await alert_delivery(
        tx,
        delivery,
        "held",
        title=f"Held, too late: “{title}” on {where}",
        cause=f"It was due on {due} and couldn't go out in time. {why}".strip(),
        next_step="Decide on its page: publish it now, move it to another time, or cancel it.",
    )
