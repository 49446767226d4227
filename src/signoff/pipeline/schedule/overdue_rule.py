"""What becomes of deliveries that are overdue when a pause ends: the rule, delivery by delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, func
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.kernel.errors import NoRoom
from signoff.kernel.ids import DeliveryId, PauseId
from signoff.kernel.local_time import chosen_local
from signoff.kernel.people import Actor
from signoff.pipeline.schedule.change import move_to
from signoff.records.deliveries.late import hold, is_held, let_go
from signoff.records.deliveries.turns import Turns
from signoff.records.deliveries.waiting import open_pauses_of, pause_of
from signoff.records.models import Delivery, Pause
from signoff.records.moves import lock_deliveries
from signoff.records.planning.cadence import lock_channels_of
from signoff.records.planning.due import Due, lock_zones_of
from signoff.records.states import DeliveryState, OnResume
from signoff.records.tenants import Brand


class Fate(StrEnum):
    """What the rule does with one delivery."""

    PUBLISH = "publish"  # it goes out, in turn
    MOVE = "move"  # to another due time
    HOLD = "hold"  # until a person decides
    PAUSED = "paused"  # another pause holds it still


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one delivery, and when it goes out if it does."""

    delivery_id: DeliveryId
    fate: Fate
    at: datetime | None = None


_UNDER_WAY: Final = (DeliveryState.SCHEDULED, DeliveryState.UNKNOWN)


def overdue(covered: ColumnElement[bool], now: datetime) -> ColumnElement[bool]:
    """Match what a pause that ends made overdue; an outcome that isn't known may turn out to be one."""
    since = func.coalesce(Delivery.released_to, Delivery.due_at)
    # What was let go was due before: said once more, because an index answers that.
    is_due = and_(Delivery.due_at <= now, since <= now)
    return covered & Delivery.state.in_(_UNDER_WAY) & Delivery.wanted.is_(None) & is_due


async def follow(
    tx: AsyncSession, by: Actor, rule: OnResume, covered: ColumnElement[bool], ended: PauseId
) -> list[Step]:
    """Do with each overdue delivery what the rule says, in the order of the due times."""
    matching = overdue(covered, await database_now(tx))
    if rule is OnResume.RESCHEDULE:
        await lock_zones_of(tx, matching)
    await lock_channels_of(tx, matching)
    found = await lock_deliveries(tx, matching)
    pauses = [each for each in await open_pauses_of(tx, found) if each.id != ended]
    began = (await tx.get_one(Pause, ended)).created_at
    turns, steps = Turns(tx), list[Step]()
    for delivery in sorted(found, key=lambda each: (each.due_at, each.id)):
        if pause_of(delivery, pauses):
            steps.append(Step(delivery.id, Fate.PAUSED))
        elif is_held(delivery, await tx.get_one(Brand, delivery.brand_id), began):
            # It waited for a decision before this pause began, and still does.
            steps.append(Step(delivery.id, Fate.HOLD))
        elif delivery.state is DeliveryState.SCHEDULED:
            steps.append(await _one(tx, by, rule, delivery, turns))
        elif rule is OnResume.ASK:  # should it turn out not to be out
            await hold(tx, delivery, by)
    return steps


async def _one(tx: AsyncSession, by: Actor, rule: OnResume, delivery: Delivery, turns: Turns) -> Step:
    brand = await tx.get_one(Brand, delivery.brand_id)
    try:
        if rule is OnResume.PUBLISH:
            return await _publish(tx, by, delivery, brand, turns)
        if rule is OnResume.RESCHEDULE:
            moment = await turns.slot(delivery, brand)
            due = Due(moment, chosen_local(moment, brand.time_zone), brand.time_zone)
            await move_to(tx, by, delivery, due)
            return Step(delivery.id, Fate.MOVE, moment)
    except NoRoom:
        pass  # somebody has to find another way
    await hold(tx, delivery, by)
    return Step(delivery.id, Fate.HOLD)


async def _publish(tx: AsyncSession, by: Actor, delivery: Delivery, brand: Brand, turns: Turns) -> Step:
    now = await database_now(tx)
    is_late = is_held(delivery, brand, now)
    moment = await turns.next(delivery, brand, is_late=is_late)
    if is_late or moment > now:
        await let_go(tx, delivery, by, moment)
    else:
        delivery.turn_at = moment
    return Step(delivery.id, Fate.PUBLISH, moment)
