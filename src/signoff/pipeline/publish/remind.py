"""Reminding people of what waits for their hands: nothing but a person ends it, so one alert isn't enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Select, exists, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from signoff.db.clock import now_sql
from signoff.kernel.local_time import in_words
from signoff.pipeline.publish.conditions import NOT_PAUSED
from signoff.records.alerts.raising import alert_delivery, close_overtaken
from signoff.records.alerts.trouble import names_of
from signoff.records.models import Alert, Delivery
from signoff.records.states import DeliveryState
from signoff.runtime import Runtime

REMINDED_AFTER: Final = timedelta(hours=24)
"""After the last alert was raised, or closed by somebody who then didn't come to it."""

_AT_ONCE: Final = 200

d = aliased(Delivery, name="d")  # the name that the conditions use


@dataclass(frozen=True, slots=True)
class _Words:
    kind: str
    title: str
    cause: str
    next_step: str


_REMINDERS: Final[Mapping[DeliveryState, _Words]] = {
    DeliveryState.MANUAL_DUE: _Words(
        "by_hand",
        "Still to be published by hand: “{title}” on {where}",
        "It waits since {since}.",
        "Publish it and give its address on its page, or cancel it there.",
    ),
    DeliveryState.UNKNOWN: _Words(
        "unknown",
        "Still not known: is “{title}” out on {where}?",
        "The platform doesn't say, and nobody has since {since}.",
        "Look at the account, then open the delivery and say whether the post is out.",
    ),
    DeliveryState.MANUAL_RECOVERY_NEEDED: _Words(
        "manual_recovery",
        "Still to be taken down by hand: “{title}” on {where}",
        "It waits since {since}, and may still be seen.",
        "Delete the post on the platform, then confirm it on the delivery's page.",
    ),
}


async def remind(runtime: Runtime) -> int:
    """Raise an alert once a day for each delivery that only a person can bring on; tell how many."""
    async with runtime.worker_transaction() as tx:
        waiting = (await tx.scalars(_waiting().with_for_update(of=d, skip_locked=True, key_share=True))).all()
        for delivery in waiting:
            await _tell(runtime, tx, delivery)
        return len(waiting)


def _waiting() -> Select[Delivery]:
    lately = exists().where(
        Alert.delivery_id == d.id,
        func.greatest(Alert.raised_at, Alert.closed_at) > now_sql() - REMINDED_AFTER,
    )
    return (
        select(d)
        .where(
            d.state.in_(list(_REMINDERS)),
            d.state_since <= now_sql() - REMINDED_AFTER,
            or_(d.state != DeliveryState.UNKNOWN, d.asks_person),
            or_(d.state != DeliveryState.MANUAL_DUE, text(NOT_PAUSED)),
            ~lately,
        )
        .order_by(d.state_since, d.id)
        .limit(_AT_ONCE)
        .execution_options(populate_existing=True)
    )


async def _tell(runtime: Runtime, tx: AsyncSession, delivery: Delivery) -> None:
    await close_overtaken(tx, delivery)
    words = _REMINDERS[delivery.state]
    title, where = await names_of(runtime, tx, delivery)
    since = in_words(delivery.state_since, delivery.due_zone)
    await alert_delivery(
        tx,
        delivery,
        words.kind,
        title=words.title.format(title=title, where=where),
        cause=words.cause.format(since=since),
        next_step=delivery.next_step or words.next_step,
    )
