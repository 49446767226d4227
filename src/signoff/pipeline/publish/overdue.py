"""Deliveries past their time although no rule holds them: people are told, and again when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from signoff.db.clock import database_now, now_sql
from signoff.kernel.ids import DeliveryId
from signoff.kernel.local_time import in_words
from signoff.pipeline.publish.conditions import BY_RULE
from signoff.records.alerts.raising import alert_delivery
from signoff.records.alerts.trouble import names_of
from signoff.records.deliveries.leases import RETRY_AFTER
from signoff.records.deliveries.places import places_of
from signoff.records.deliveries.waiting import Waiting, waiting_reasons
from signoff.records.models import Alert, Delivery
from signoff.records.moves import TOLD_LATE_AFTER
from signoff.records.states import OPEN, DeliveryState
from signoff.runtime import Runtime

_AT_ONCE: Final = 500
_KIND: Final = "overdue"
_LONGEST_RETRY: Final = RETRY_AFTER[-1] * 1.5

_D = aliased(Delivery, name="d")  # the name that the conditions use
_SEEN_FOR: Final = timedelta(hours=24)
"""Who closes the alert knows; if it is still late after this, it is told once more."""
_IS_TOLD: Final = exists().where(
    Alert.delivery_id == _D.id,
    Alert.fold_key.like(f"{_KIND}:%"),
    or_(
        Alert.closed_at.is_(None),
        and_(
            Alert.closed_by.is_not(None),
            Alert.closed_at > now_sql() - _SEEN_FOR,
            Alert.raised_at >= func.coalesce(_D.released_to, _D.due_at),
        ),
    ),
)


class LateWatch:
    """Remembers since when each delivery could have gone out and didn't.

    Measured from what this process saw: so a delivery that was paused, held or waited for budget has its two
    minutes from the moment it was let go, whatever let it go.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._since: dict[DeliveryId, float] = {}

    async def look(self, tx: AsyncSession) -> list[DeliveryId]:
        """Give those that are late and not told yet, at most 500 of the oldest."""
        now = self._runtime.clock.monotonic()
        query = select(_D.id).where(_is_due(), ~_IS_TOLD).order_by(_D.due_at)
        waiting = (await tx.scalars(query.limit(_AT_ONCE))).all()
        self._since = {one: self._since.get(one, now) for one in waiting}
        return [one for one in waiting if now - self._since[one] >= TOLD_LATE_AFTER.total_seconds()]

    async def tell(self, tx: AsyncSession, late: Sequence[DeliveryId]) -> int:
        """Raise an alert for each that still is late; tell how many. For one process at a time."""
        query = (
            select(_D)
            .where(_D.id.in_(late), _is_due(), ~_IS_TOLD)
            .order_by(_D.due_at)
            .with_for_update(skip_locked=True, key_share=True)
        )
        found = (await tx.scalars(query)).all()
        reasons = await waiting_reasons(tx, found, await places_of(tx, found))
        now = await database_now(tx)
        for delivery in found:
            title, where = await names_of(self._runtime, tx, delivery)
            await alert_delivery(
                tx,
                delivery,
                _KIND,
                title=f"Late: “{title}” on {where}",
                cause=_cause(delivery, reasons.get(delivery.id), now),
                next_step="Open the delivery to see what it waits for; cancel it if it's too late.",
                tells_end=True,
            )
        return len(found)


async def close_settled(tx: AsyncSession) -> None:
    """Close alerts about deliveries that were put off, or ended while nobody looked."""
    over = or_(_D.state.not_in(OPEN), _D.due_at > now_sql())
    change = update(Alert).where(
        Alert.closed_at.is_(None), Alert.fold_key.like(f"{_KIND}:%"), Alert.delivery_id == _D.id, over
    )
    await tx.execute(change.values(closed_at=now_sql()).execution_options(synchronize_session=False))


def _is_due() -> ColumnElement[bool]:
    """Past its time, or its turn if it was given one, and not finished; also between two tries."""
    has_turn = or_(_D.released_to.is_(None), _D.released_to <= func.signoff_now())
    # Limits the look to the near end of the index: no failure is waited out for longer.
    is_near = _D.claimable_at <= func.signoff_now() + _LONGEST_RETRY
    waits = and_(
        _D.state == DeliveryState.SCHEDULED,
        is_near,
        has_turn,
        *(text(f"({each})") for each in BY_RULE),
    )
    asked = and_(_D.state == DeliveryState.UNKNOWN, ~_D.asks_person)  # else a person was asked already
    return and_(_D.due_at <= func.signoff_now(), or_(waits, _D.state == DeliveryState.PUBLISHING, asked))


def _cause(delivery: Delivery, waits: Waiting | None, now: datetime) -> str:
    due = in_words(delivery.due_at, delivery.due_zone, now=now)
    why = f"{waits.said(delivery.due_zone, now)}." if waits else _reason(delivery)
    return f"It was due on {due}. {why}"


def _reason(delivery: Delivery) -> str:
    match delivery.state:
        case DeliveryState.PUBLISHING:
            since = in_words(delivery.state_since, delivery.due_zone)
            return f"A worker has had it since {since}."
        case DeliveryState.UNKNOWN:
            return "It may be out: Signoff is looking for it on the platform."
        case _:
            return "No worker took it up."
