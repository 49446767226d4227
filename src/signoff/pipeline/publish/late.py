"""What is later than its brand allows: sent one after the other by rule, or people are asked."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, exists, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from signoff.db.clock import now_sql
from signoff.kernel.errors import NoRoom
from signoff.kernel.people import worker_actor
from signoff.pipeline.publish.conditions import ACCOUNT_IS_FREE, CHANNEL_IS_CONNECTED, NOT_HELD, NOT_PAUSED
from signoff.records.alerts import alert_delivery, close_overtaken
from signoff.records.cadence import lock_channels
from signoff.records.late import let_go
from signoff.records.models import Alert, Delivery
from signoff.records.states import DeliveryState, LatePolicy
from signoff.records.tenants import Brand
from signoff.records.trouble import names_of
from signoff.records.turns import Turns
from signoff.runtime import Runtime

_AT_ONCE: Final = 500

d = aliased(Delivery, name="d")  # the name that the conditions use


async def settle_late(runtime: Runtime) -> int:
    """Follow each brand's rule for what is too late; tell how many were let go or asked about.

    The claim holds what is late without this. It only gives turns, and tells people.
    """
    return await _spread(runtime) + await _ask(runtime)


def _held() -> Select[*tuple[Any, ...]]:
    return (
        select(d, Brand)
        .join(Brand, Brand.id == d.brand_id)
        .where(
            d.state == DeliveryState.SCHEDULED,
            d.claimable_at <= now_sql(),  # keeps to the near end of the index, however much is planned
            d.wanted.is_(None),
            d.due_at <= now_sql(),  # what is late is due: an index answers that, the rule itself none
            text(f"NOT ({NOT_HELD})"),
            text(NOT_PAUSED),
        )
        .order_by(d.due_at, d.id)
        .limit(_AT_ONCE)
        .execution_options(populate_existing=True)
    )


async def _spread(runtime: Runtime) -> int:
    # A turn is given only to what could use it.
    could_go = (text(CHANNEL_IS_CONNECTED), text(ACCOUNT_IS_FREE), d.held_since.is_(None))
    late = _held().where(Brand.late_policy == LatePolicy.SPREAD, *could_go)
    async with runtime.worker_transaction() as tx:
        channels = {delivery.channel_id for delivery, _ in await tx.execute(late)}
        await lock_channels(tx, sorted(channels))
        turns, given = Turns(tx), 0
        for delivery, brand in (await tx.execute(late.with_for_update(of=d, skip_locked=True))).all():
            given += await _give_turn(tx, turns, delivery, brand)
        return given


async def _give_turn(tx: AsyncSession, turns: Turns, delivery: Delivery, brand: Brand) -> bool:
    try:
        moment = await turns.next(delivery, brand)
    except NoRoom:
        return False  # it stays held, and its page says so
    by = worker_actor(delivery.organization_id)
    await let_go(tx, delivery, by, moment, detail={"rule": str(LatePolicy.SPREAD)})
    return True


# Who closed the alert has seen it. It is told again when it is held anew: by a person, or after another time.
_HELD_ANEW: Final = func.greatest(func.coalesce(d.released_to, d.due_at), d.held_since)
_IS_TOLD: Final = exists().where(
    Alert.delivery_id == d.id,
    Alert.fold_key.like("held:%"),
    or_(Alert.closed_at.is_(None), Alert.raised_at >= _HELD_ANEW),
)


async def _ask(runtime: Runtime) -> int:
    is_asked = (Brand.late_policy == LatePolicy.ASK) | d.held_since.is_not(None)
    async with runtime.worker_transaction() as tx:
        asked = _held().where(is_asked, ~_IS_TOLD).with_for_update(of=d, skip_locked=True)
        held = (await tx.execute(asked)).all()
        for delivery, _ in held:
            await _tell(runtime, tx, delivery)
        return len(held)


async def _tell(runtime: Runtime, tx: AsyncSession, delivery: Delivery) -> None:
    await close_overtaken(tx, delivery)
    title, where = await names_of(runtime, tx, delivery)
    await alert_delivery(
        tx,
        delivery,
        "held",
        title=f"Held, too late: “{title}” on {where}",
        cause=f"It was due {delivery.due_at:%Y-%m-%d %H:%M} UTC and couldn't go out in time.",
        next_step="Decide on its page: publish it now, move it to another time, or cancel it.",
    )
