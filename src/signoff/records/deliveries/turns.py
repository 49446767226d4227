"""Moments for deliveries that are late: one after the other, so that an outage ends without a flood."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.kernel.ids import ChannelId
from signoff.kernel.local_time import zone
from signoff.records.models import Delivery
from signoff.records.planning.cadence import next_allowed, next_slot, rules_of
from signoff.records.states import DeliveryState
from signoff.records.tenants import Brand, Channel

GAP: Final = timedelta(minutes=5)
"""Between two late posts of one channel."""
MORNING: Final = time(7)
EVENING: Final = time(22)
"""What is late doesn't go out between evening and morning, by the clocks of its brand."""


class Turns:
    """Hands out moments, channel by channel. Ask for them in the order of the due times.

    Their channels must be locked (`lock_channels_of`) before any delivery is.
    """

    def __init__(self, tx: AsyncSession) -> None:
        self._tx = tx
        self._last: dict[ChannelId, datetime | None] = {}

    async def next(self, delivery: Delivery, brand: Brand, *, is_late: bool = True) -> datetime:
        """Give a delivery's turn. One that isn't late may keep the hour that people chose, be it at night.

        Raises:
            NoRoom: Its channel's cadence allows no moment.
        """
        earliest = await database_now(self._tx)
        last = await self._last_on(delivery.channel_id)
        moment = max(earliest, last + GAP) if last is not None else earliest
        if is_late:
            moment = await self._by_day(delivery, brand, moment)
        elif not delivery.keeps_time:
            moment = await self._allowed(delivery, moment)
        self._last[delivery.channel_id] = moment
        return moment

    async def at_once(self, delivery: Delivery) -> datetime:
        """Give one that isn't late the next moment that its channel's cadence allows, now if it may be.

        Raises:
            NoRoom: It allows none.
        """
        return await self._allowed(delivery, await database_now(self._tx))

    async def slot(self, delivery: Delivery, brand: Brand) -> datetime:
        """Give a new due time: the next of the channel's best times, else the next allowed moment.

        Raises:
            NoRoom: Its channel's cadence allows no moment.
        """
        channel = await self._tx.get_one(Channel, delivery.channel_id)
        if not (await rules_of(self._tx, channel)).slots:
            return await self.next(delivery, brand)
        last = await self._last_on(delivery.channel_id)
        earliest = await database_now(self._tx) if last is None else last + GAP
        moment = (await next_slot(self._tx, channel, earliest, leave_out=delivery.id, is_turn=True)).at
        self._last[delivery.channel_id] = moment
        return moment

    async def _allowed(self, delivery: Delivery, moment: datetime) -> datetime:
        channel = await self._tx.get_one(Channel, delivery.channel_id)
        return (await next_allowed(self._tx, channel, moment, leave_out=delivery.id, is_turn=True)).at

    async def _by_day(self, delivery: Delivery, brand: Brand, moment: datetime) -> datetime:
        channel = await self._tx.get_one(Channel, delivery.channel_id)
        has_quiet_hours = (await rules_of(self._tx, channel)).quiet_hours is not None
        while True:
            # Quiet hours that somebody chose say better than we do what night is.
            by_light = moment if has_quiet_hours else by_day(moment, brand.time_zone)
            allowed = await self._allowed(delivery, by_light)
            if allowed == moment:
                return moment
            moment = allowed

    async def _last_on(self, channel_id: ChannelId) -> datetime | None:
        """Who was let go before has a turn already."""
        if channel_id not in self._last:
            given = select(func.max(Delivery.released_to)).where(
                Delivery.channel_id == channel_id,
                Delivery.state == DeliveryState.SCHEDULED,
                Delivery.released_to > await database_now(self._tx),
            )
            self._last[channel_id] = await self._tx.scalar(given)
        return self._last[channel_id]


def by_day(moment: datetime, zone_name: str) -> datetime:
    """Give the moment itself by day, else the next morning in that zone."""
    local = moment.astimezone(zone(zone_name))
    if MORNING <= local.time() < EVENING:
        return moment
    day = local.date() + timedelta(days=1 if local.time() >= EVENING else 0)
    return datetime.combine(day, MORNING, local.tzinfo).astimezone(UTC)
