"""When a delivery is due: what was asked for, and what the channel's cadence makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import BrandId, ChannelId, DeliveryId
from signoff.kernel.local_time import chosen_local, in_words, moment_of
from signoff.records.models import Delivery
from signoff.records.planning.cadence import next_allowed, next_slot, obstacle
from signoff.records.states import PublishMode
from signoff.records.tenants import Brand, Channel

_FURTHEST: Final = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When and where. Exactly one of `due_at`, `due_local`, `now` and `next_slot`."""

    channels: Sequence[ChannelId] | None = None
    """None: all channels of the approved revision."""
    due_at: datetime | None = None
    due_local: str = ""
    """A local time in the brand's zone, such as 2026-03-29T09:00."""
    now: bool = False
    next_slot: bool = False
    """The next of the channel's best times that is free; without best times, the next allowed moment."""
    keep_time: bool = False
    """At that very time, also where a rule of the channel's cadence speaks against it."""
    again: bool = False
    """Publish once more on purpose, where it is out already."""
    publish_mode: PublishMode = PublishMode.AUTO


@dataclass(frozen=True, slots=True)
class Wanted:
    """The moment that was asked for (UTC), and the local time as chosen; empty for “now”."""

    at: datetime
    local: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """When a delivery is due, and what the cadence had to say about it."""

    at: datetime
    local: str
    zone: str
    moved_from: datetime | None = None
    why: str = ""
    """The rules that moved it, or which it breaks because it keeps its time."""
    keeps_time: bool = False

    @property
    def columns(self) -> dict[str, Any]:
        """What is stored of it on a delivery."""
        return {
            "due_at": self.at,
            "due_local": self.local,
            "due_zone": self.zone,
            "moved_from": self.moved_from,
            "moved_why": self.why,
            "keeps_time": self.keeps_time,
        }

    @property
    def said(self) -> dict[str, Any]:
        """What the audit tells of it."""
        said: dict[str, Any] = {"due_at": self.at.isoformat()}
        if self.moved_from:
            said |= {"moved_from": self.moved_from.isoformat(), "moved_why": self.why}
        if self.keeps_time:
            said |= {"keeps_time": True, "although": self.why}
        return said


async def lock_zone(tx: AsyncSession, brand_id: BrandId) -> Brand:
    """Give a brand whose time zone stays what it is until the transaction ends; lock it before deliveries."""
    query = select(Brand).where(Brand.id == brand_id).with_for_update(read=True)
    return (await tx.scalars(query.execution_options(populate_existing=True))).one()


async def lock_zones_of(tx: AsyncSession, *deliveries: ColumnElement[bool]) -> None:
    """Keep the time zones of the brands of these deliveries what they are; lock them before channels."""
    brand_ids = select(Delivery.brand_id).where(*deliveries)
    query = select(Brand).where(Brand.id.in_(brand_ids)).order_by(Brand.id).with_for_update(read=True)
    await tx.scalars(query.execution_options(populate_existing=True))


async def wanted_moment(tx: AsyncSession, brand: Brand, schedule: Schedule) -> Wanted:
    """Read what was asked for; “next slot” asks from now on.

    Raises:
        Invalid: None or several times are given, it is past, too far away, or doesn't exist.
    """
    now = await database_now(tx)
    given = (schedule.now, schedule.next_slot, schedule.due_at is not None, bool(schedule.due_local))
    if sum(given) != 1:
        raise Invalid(
            "Say when: a time, now, or the next free slot.",
            field="due_at",
            next_step="Give one of due_at, due_local, “now” or “next_slot”.",
        )
    if schedule.next_slot and schedule.keep_time:
        raise Invalid(
            "The next free slot is found by the rules, so there is no time to keep.",
            field="keep_time",
            next_step="Give a time, or leave keep_time out.",
        )
    if schedule.now or schedule.next_slot:
        return Wanted(now)
    if schedule.due_at is None:
        due = moment_of(schedule.due_local, brand.time_zone)
    elif schedule.due_at.tzinfo is None:
        raise Invalid(
            "The due time needs a time zone.", field="due_at", next_step="End it with Z or an offset."
        )
    else:
        due = schedule.due_at
    _check_future(due, now, brand.time_zone)
    return Wanted(due, schedule.due_local or chosen_local(due, brand.time_zone))


def _check_future(due: datetime, now: datetime, zone_name: str) -> None:
    if due <= now:
        then = in_words(due, zone_name, now=now)
        raise Invalid(
            f"The due time is past: {then}; now it is {in_words(now, zone_name)}.",
            field="due_at",
            next_step="Choose a time in the future, or publish now.",
        )
    if due - now > _FURTHEST:
        raise Invalid(
            "The due time is more than two years away.", field="due_at", next_step="Choose an earlier one."
        )


async def due_on(
    tx: AsyncSession,
    brand: Brand,
    channel: Channel,
    schedule: Schedule,
    wanted: Wanted,
    *,
    leave_out: DeliveryId | None = None,
) -> Due:
    """Give the moment on one channel. Locks as `next_allowed` does.

    Raises:
        NoRoom: The channel's cadence leaves no moment.
    """
    zone = brand.time_zone
    if schedule.keep_time:
        against = await obstacle(tx, channel, wanted.at, leave_out=leave_out)
        why = against.text if against else ""
        return Due(wanted.at, wanted.local, zone, why=why, keeps_time=True)
    if schedule.next_slot:
        slot = await next_slot(tx, channel, wanted.at, leave_out=leave_out)
        return Due(slot.at, chosen_local(slot.at, zone), zone)
    found = await next_allowed(tx, channel, wanted.at, leave_out=leave_out)
    if found.moved_from is None:
        return Due(wanted.at, wanted.local, zone)
    return Due(found.at, chosen_local(found.at, zone), zone, found.moved_from, found.why)
