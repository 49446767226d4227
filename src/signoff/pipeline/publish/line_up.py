"""Turns for what couldn't go out at its time, channel by channel: an outage ends without a flood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import structlog
from sqlalchemy import Select, and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from signoff.db.clock import database_now, now_sql
from signoff.kernel.errors import NoRoom
from signoff.kernel.ids import ChannelId
from signoff.kernel.people import worker_actor
from signoff.pipeline.publish.conditions import (
    ACCOUNT_IS_FREE,
    BY_A_WORKER,
    CHANNEL_IS_CONNECTED,
    IN_TURN,
    NOT_HELD,
    NOT_PAUSED,
)
from signoff.pipeline.publish.held import is_told, tell_held
from signoff.records.deliveries.late import give_turn, hold, is_held, late_from, let_go
from signoff.records.deliveries.turns import Turns
from signoff.records.models import Delivery
from signoff.records.planning.cadence import lock_channels, lock_free_channel
from signoff.records.states import DeliveryState, LatePolicy
from signoff.records.tenants import Brand
from signoff.runtime import Runtime

_ON_A_CHANNEL: Final = 100
"""So many get their turns at once; the others after them."""

d: Final = aliased(Delivery, name="d")
"""The name that the conditions use."""

_log = structlog.get_logger()

# A turn is given only to what could use it.
_COULD_GO: Final = and_(
    d.state == DeliveryState.SCHEDULED,
    d.claimable_at <= now_sql(),  # so it is due, too; said alone, for that has the short index
    d.wanted.is_(None),
    *(text(f"({each})") for each in (NOT_PAUSED, CHANNEL_IS_CONNECTED, ACCOUNT_IS_FREE)),
)
_MISSED_ITS_TIME: Final = text(f"({BY_A_WORKER} AND {NOT_HELD} AND NOT {IN_TURN})")
# Asked of the delivery's own row, so that no plan begins with the brands and reads all that they ever had.
_IS_SPREAD: Final = "(SELECT b.late_policy = 'spread' FROM brands b WHERE b.id = d.brand_id)"
_LATE_AND_SPREAD: Final = text(f"({_IS_SPREAD} AND d.held_since IS NULL AND NOT ({NOT_HELD}))")


async def line_up(runtime: Runtime) -> int:
    """Give all that wait for a turn one; tell how many got it. What is stuck on a channel harms no other."""
    given = 0
    for channel_id in await _channels(runtime):
        try:
            async with runtime.worker_transaction() as tx:
                await lock_channels(tx, [channel_id])
                given += await _line_up_on(runtime, tx, channel_id)
        except Exception:  # noqa: BLE001 - one channel that can't be read must not keep the others waiting
            _log.exception("turns_not_given", channel=str(channel_id))
    return given


async def line_up_free(runtime: Runtime, tx: AsyncSession, channel_ids: Iterable[ChannelId]) -> None:
    """Do the same on channels on which nobody plans at this moment; no delivery may be locked yet."""
    for channel_id in channel_ids:
        try:
            async with tx.begin_nested():
                if await lock_free_channel(tx, channel_id):
                    await _line_up_on(runtime, tx, channel_id)
        except Exception:  # noqa: BLE001 - as above: the claim goes on
            _log.exception("turns_not_given", channel=str(channel_id))


async def _channels(runtime: Runtime) -> Sequence[ChannelId]:
    query = select(d.channel_id).where(_COULD_GO, or_(_MISSED_ITS_TIME, _LATE_AND_SPREAD)).distinct()
    async with runtime.worker_transaction() as tx:
        return sorted((await tx.scalars(query)).all())


def _waiting_on(channel_id: ChannelId) -> Select[*tuple[Any, ...]]:
    return (
        select(d, is_told(d))
        .where(d.channel_id == channel_id, _COULD_GO, or_(_MISSED_ITS_TIME, _LATE_AND_SPREAD))
        .order_by(d.due_at, d.id)
        .limit(_ON_A_CHANNEL)
        .with_for_update(of=d, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )


async def _line_up_on(runtime: Runtime, tx: AsyncSession, channel_id: ChannelId) -> int:
    turns, given = Turns(tx), 0
    for delivery, was_told in (await tx.execute(_waiting_on(channel_id))).all():
        brand = await tx.get_one(Brand, delivery.brand_id, populate_existing=True)
        try:
            await _next(tx, turns, delivery, brand)
            given += 1
        except NoRoom as problem:
            if not is_held(delivery, brand, await database_now(tx)):
                await hold(tx, delivery, worker_actor(delivery.organization_id))
            if not was_told:
                await tell_held(runtime, tx, delivery, why=problem.detail)
    return given


async def _next(tx: AsyncSession, turns: Turns, delivery: Delivery, brand: Brand) -> None:
    """Give one its turn: within its window when the cadence allows it, later by its brand's rule.

    Raises:
        NoRoom: There is none; or none in time, and people want to be asked then.
    """
    by, rule = worker_actor(delivery.organization_id), {"rule": str(LatePolicy.SPREAD)}
    if is_held(delivery, brand, await database_now(tx)):
        await let_go(tx, delivery, by, await turns.next(delivery, brand), detail=rule)
        return
    moment = await turns.at_once(delivery)
    if brand.late_policy is LatePolicy.PUBLISH or moment <= late_from(delivery, brand):
        await give_turn(tx, delivery, moment)
    elif brand.late_policy is LatePolicy.SPREAD:
        await let_go(tx, delivery, by, await turns.next(delivery, brand), detail=rule)
    else:
        raise NoRoom("Its channel's cadence has no room for it while it is still in time.")
