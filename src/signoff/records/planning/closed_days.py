"""Days without posts as they are on record: what holds on a channel, and what a calendar shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Date, Select, and_, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.arrays import among
from signoff.db.clock import now_sql
from signoff.kernel.closed_days import ClosedDays, Repeats
from signoff.kernel.ids import BrandId, ChannelId
from signoff.kernel.people import Actor, May
from signoff.kernel.weekdays import WEEKDAYS
from signoff.records.planning.plan import PlanFilter
from signoff.records.tenants import Brand, Channel, ClosedDaysRow
from signoff.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Closing:
    """Days without posts, and whose they are."""

    days: ClosedDays
    brand_id: BrandId
    brand: str
    channel_id: ChannelId | None
    """The only one that is closed; None: all of the brand."""
    channel: str


def is_ahead() -> ColumnElement[bool]:
    """Tell of stored days whether they last, are still to come, or come again."""
    return and_(
        ClosedDaysRow.removed_at.is_(None),
        # By the clock of its brand a day may last longer than by ours.
        _ends_not_before(cast(now_sql(), Date) - 1),
    )


def _ends_not_before(day: ColumnElement[date] | date) -> ColumnElement[bool]:
    return or_(
        ClosedDaysRow.last_day.is_(None),
        ClosedDaysRow.repeats == Repeats.YEARLY,
        ClosedDaysRow.last_day >= day,
    )


async def closed_on(
    tx: AsyncSession, channels: Sequence[Channel]
) -> Mapping[ChannelId, tuple[ClosedDays, ...]]:
    """Give the days from now on that are closed on each channel: its own, and those of its brand."""
    query = (
        select(ClosedDaysRow)
        .where(among(ClosedDaysRow.brand_id, {channel.brand_id for channel in channels}), is_ahead())
        .order_by(ClosedDaysRow.first_day, ClosedDaysRow.id)
    )
    rows = (await tx.scalars(query)).all()
    return {
        channel.id: tuple(
            as_closed_days(row)
            for row in rows
            if row.brand_id == channel.brand_id and row.channel_id in {None, channel.id}
        )
        for channel in channels
    }


async def closings(
    runtime: Runtime, actor: Actor, first: date, end: date, wanted: PlanFilter
) -> Sequence[Closing]:
    """Give what is closed from `first` until before `end`, also if that is over; it may lie around it."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        found = (await tx.execute(_closings(actor, first, end, wanted))).all()
    return [
        Closing(as_closed_days(row), brand.id, brand.name, row.channel_id, channel.name if channel else "")
        for row, brand, channel in found
    ]


def _closings(
    actor: Actor, first: date, end: date, wanted: PlanFilter
) -> Select[ClosedDaysRow, Brand, Channel | None]:
    query = (
        select(ClosedDaysRow, Brand, Channel)
        .join(Brand, Brand.id == ClosedDaysRow.brand_id)
        .outerjoin(Channel, Channel.id == ClosedDaysRow.channel_id)
        .where(
            ClosedDaysRow.organization_id == actor.organization_id,
            ClosedDaysRow.removed_at.is_(None),
            ClosedDaysRow.first_day < end,
            _ends_not_before(first),
            Brand.removed_at.is_(None),
            Channel.removed_at.is_(None),
        )
        .order_by(ClosedDaysRow.first_day, ClosedDaysRow.id)
    )
    if wanted.brand_id is not None:
        query = query.where(ClosedDaysRow.brand_id == wanted.brand_id)
    if wanted.channel_id is not None:
        of_brand = select(Channel.brand_id).where(Channel.id == wanted.channel_id).scalar_subquery()
        on_it = or_(ClosedDaysRow.channel_id.is_(None), ClosedDaysRow.channel_id == wanted.channel_id)
        query = query.where(ClosedDaysRow.brand_id == of_brand, on_it)
    return query


def as_closed_days(row: ClosedDaysRow) -> ClosedDays:
    """Read a stored row."""
    weekdays = tuple(WEEKDAYS.index(day) for day in row.weekdays)
    return ClosedDays(row.first_day, row.last_day, row.reason, row.repeats, weekdays)
