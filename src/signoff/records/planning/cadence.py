"""Where a channel has room: its rules, the moments that are taken already, and the next one allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.arrays import among
from signoff.db.clock import database_now, now_sql
from signoff.kernel.cadence import (
    DAY,
    Cadence,
    Found,
    Plan,
    QuietHours,
    Reason,
    Slot,
)
from signoff.kernel.errors import NoRoom
from signoff.kernel.ids import ChannelId, DeliveryId, OrganizationId
from signoff.kernel.local_time import in_words, zone
from signoff.kernel.weekdays import WEEKDAYS
from signoff.records.deliveries.late import HELD
from signoff.records.models import Delivery
from signoff.records.planning.closed_days import closed_on
from signoff.records.states import DeliveryState
from signoff.records.tenants import Brand, CadenceRule, Channel

NOT_OUT: Final = (DeliveryState.FAILED, DeliveryState.CANCELLED, DeliveryState.RECOVERED)
"""Deliveries that leave their moment to others. All the others are out, or may still get there."""

_TAKES_A_MOMENT: Final = Delivery.state.not_in(NOT_OUT)
"""As the index `deliveries_taken` says it."""

_IS_WANTED_NOW: Final = or_(
    Delivery.keeps_time,
    and_(Delivery.released_by.is_not(None), Delivery.released_to == Delivery.released_at),
)
_GOES_OUT: Final = or_(
    Delivery.state == DeliveryState.PUBLISHING,
    and_(
        Delivery.state == DeliveryState.SCHEDULED, Delivery.claimable_at <= now_sql(), _IS_WANTED_NOW, ~HELD
    ),
)
"""Under way now: it has a lease, or is overdue and needs no turn. For a query that joins brands."""

ON_TIME: Final = timedelta(minutes=1)
"""What goes out so soon after its time, or after its turn, is on time. The claim says the same."""

SEARCHED: Final = timedelta(days=60)
"""How far from the wanted moment room is looked for."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A moment that keeps the rules; `moved_from` is the wanted one, if that didn't."""

    at: datetime
    moved_from: datetime | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def why(self) -> str:
        return " ".join(reason.text for reason in self.reasons)


async def next_allowed(
    tx: AsyncSession,
    channel: Channel,
    wanted: datetime,
    *,
    leave_out: DeliveryId | None = None,
    is_turn: bool = False,
) -> Placement:
    """Give the wanted moment, or else the next one that keeps the rules of the channel.

    Nobody else plans on the channel until the transaction ends, so that two don't get the same room. Lock the
    rows that are changed before; of several channels, plan on that with the smallest id first.

    Args:
        tx: Of either role.
        channel: Where it shall be published.
        wanted: From when on.
        leave_out: A delivery that is being moved; it isn't in its own way.
        is_turn: What is overdue as well, and waits for a turn of its own, isn't in its way either.

    Raises:
        NoRoom: There is none in the 60 days from then.
    """
    plan = await _locked_plan(tx, channel, wanted, leave_out, is_turn=is_turn)
    found = plan.next_moment(wanted, until=wanted + SEARCHED)
    if found is None:
        raise await _no_room(tx, channel, wanted, plan)
    return Placement(found.at, None if found.at == wanted else wanted, found.reasons)


async def next_slot(
    tx: AsyncSession,
    channel: Channel,
    after: datetime,
    *,
    leave_out: DeliveryId | None = None,
    is_turn: bool = False,
) -> Placement:
    """Give the first of the channel's best times that has room; without best times, the next allowed moment.

    Raises:
        NoRoom: There is none in the 60 days from then.
    """
    plan = await _locked_plan(tx, channel, after, leave_out, is_turn=is_turn)
    found: Found | None = plan.next_slot(after, until=after + SEARCHED)
    if found is None:
        raise await _no_room(tx, channel, after, plan)
    return Placement(found.at)


async def rules_of(tx: AsyncSession, channel: Channel) -> Cadence:
    """Give the rules in force on a channel: its own where it has any, its brand's for the rest."""
    return (await rules_of_all(tx, [channel]))[channel.id]


async def rules_of_all(tx: AsyncSession, channels: Sequence[Channel]) -> Mapping[ChannelId, Cadence]:
    """Give the rules in force on several channels."""
    query = select(CadenceRule).where(
        or_(
            among(CadenceRule.channel_id, (channel.id for channel in channels)),
            among(CadenceRule.brand_id, {channel.brand_id for channel in channels}),
        )
    )
    rows = (await tx.scalars(query.execution_options(populate_existing=True))).all()
    of_brand = {row.brand_id: row for row in rows if row.channel_id is None}
    own = {row.channel_id: row for row in rows if row.channel_id is not None}
    laid = {each.id: (of_brand.get(each.brand_id), own.get(each.id)) for each in channels}
    closed = await closed_on(tx, channels)
    return {
        one: replace(in_force(*(row for row in both if row)), closed=closed[one])
        for one, both in laid.items()
    }


def in_force(*rows: CadenceRule) -> Cadence:
    """Lay rules over each other: what a later row decides, it decides alone."""
    rules = Cadence()
    for row in rows:
        stored = as_cadence(row)
        rules = replace(rules, **{name: getattr(stored, name) for name in row.decides})
    return rules


def as_cadence(row: CadenceRule) -> Cadence:
    """Read a stored row by itself."""
    quiet = None
    if row.quiet_from and row.quiet_to:
        quiet = QuietHours(time.fromisoformat(row.quiet_from), time.fromisoformat(row.quiet_to))
    return Cadence(
        min_gap=timedelta(minutes=row.min_gap_minutes) if row.min_gap_minutes else None,
        max_per_day=row.max_per_day,
        quiet_hours=quiet,
        slots=tuple(_slot(text) for text in row.slots),
    )


def _slot(text: str) -> Slot:
    day, _, clock = text.partition(" ")
    return Slot(WEEKDAYS.index(day), time.fromisoformat(clock))


async def obstacle(
    tx: AsyncSession, channel: Channel, at: datetime, *, leave_out: DeliveryId | None = None
) -> Reason | None:
    """Say which rule of the channel forbids a moment, if any does. Locks as `next_allowed` does."""
    return (await _locked_plan(tx, channel, at, leave_out)).obstacle(at)


async def _locked_plan(
    tx: AsyncSession,
    channel: Channel,
    start: datetime,
    leave_out: DeliveryId | None,
    *,
    is_turn: bool = False,
) -> Plan:
    await _lock(tx, channel)
    return await plan_of(tx, channel, start, leave_out=leave_out, is_turn=is_turn)


async def plan_of(
    tx: AsyncSession,
    channel: Channel,
    start: datetime,
    *,
    leave_out: DeliveryId | None = None,
    is_turn: bool = False,
) -> Plan:
    """Give the rules of a channel and what is planned there around and after a moment.

    Without the lock of `next_allowed` others may plan there meanwhile: this only tells how things are.
    """
    brand = await tx.get_one(Brand, channel.brand_id)
    rules = await rules_of(tx, channel)
    is_limited = rules.min_gap or rules.max_per_day is not None
    if not is_limited:
        return Plan(rules, zone(brand.time_zone))
    # Two days more on either side: a local day begins and ends outside of the searched stretch.
    reach = (rules.min_gap or timedelta()) + 2 * DAY
    stretch = (start - reach, start + SEARCHED + reach)
    key = channel.account_key
    taken = await taken_between(
        tx, channel.organization_id, [key], stretch, leave_out=leave_out, is_turn=is_turn
    )
    return Plan(rules, zone(brand.time_zone), taken[key])


async def lock_channels(tx: AsyncSession, ids: Iterable[ChannelId]) -> None:
    """Let nobody else plan on these channels until the transaction ends."""
    query = select(Channel).where(Channel.id.in_(list(ids))).order_by(Channel.id)
    for channel in (await tx.scalars(query)).all():
        await _lock(tx, channel)


async def lock_free_channel(tx: AsyncSession, channel_id: ChannelId) -> bool:
    """Lock a channel as `lock_channels` does, unless somebody plans on it now; tell whether it is locked."""
    name = _lock_name(await tx.get_one(Channel, channel_id))
    locked = select(func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0)))
    return bool(await tx.scalar(locked))


async def lock_channels_of(tx: AsyncSession, *deliveries: ColumnElement[bool]) -> None:
    """Lock the channels of some deliveries, so that nobody else plans on them meanwhile."""
    query = select(Delivery.channel_id).where(*deliveries).distinct()
    await lock_channels(tx, (await tx.scalars(query)).all())


async def _lock(tx: AsyncSession, channel: Channel) -> None:
    # Not the channel's row: a worker that holds a delivery may want that, to say that the account is lost.
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(_lock_name(channel), 0))))


def _lock_name(channel: Channel) -> str:
    return f"cadence {channel.organization_id} {channel.account_key}"


async def taken_between(
    tx: AsyncSession,
    organization_id: OrganizationId,
    account_keys: Sequence[str],
    stretch: tuple[datetime, datetime],
    *,
    leave_out: DeliveryId | None = None,
    is_turn: bool = False,
) -> dict[str, list[datetime]]:
    """Give the moments at which something is or will be published, by account.

    For a turn, what is overdue and waits for a turn of its own is left out: they aren't in each other's way.
    """
    moment = func.coalesce(Delivery.published_at, Delivery.due_at)
    expected = func.greatest(Delivery.due_at, Delivery.not_before, Delivery.released_to, Delivery.turn_at)
    going = case((_GOES_OUT, func.greatest(expected, now_sql())), else_=expected)
    out_at = func.coalesce(Delivery.published_at, going if is_turn else expected)
    query = select(Delivery.account_key, Delivery.due_at, out_at).where(
        Delivery.organization_id == organization_id,
        among(Delivery.account_key, account_keys),
        _TAKES_A_MOMENT,
        moment.between(*stretch),
    )
    if leave_out is not None:
        query = query.where(Delivery.id != leave_out)
    if is_turn:
        is_overdue = and_(Delivery.state == DeliveryState.SCHEDULED, expected < now_sql() - ON_TIME)
        query = query.join(Brand, Brand.id == Delivery.brand_id).where(or_(~is_overdue, _GOES_OUT))
    taken: dict[str, list[datetime]] = {key: [] for key in account_keys}
    for key, due_at, out in await tx.execute(query):
        taken[key].append(_taken_at(due_at, out))
    return taken


def _taken_at(due_at: datetime, out_at: datetime) -> datetime:
    # To the minute: what is due at nine and out two seconds later is the post of nine.
    return min(out_at, max(due_at, out_at.replace(second=0, microsecond=0)))


async def _no_room(tx: AsyncSession, channel: Channel, wanted: datetime, plan: Plan) -> NoRoom:
    then = in_words(wanted, plan.where.key, now=await database_now(tx))
    return NoRoom(
        f"“{channel.name}” has no room in the {SEARCHED.days} days from {then} on:"
        " its cadence allows no moment.",
        next_step="Loosen what is set under Settings > Cadence and rules, choose a later time, or keep"
        " the time.",
        channel_id=str(channel.id),
    )
