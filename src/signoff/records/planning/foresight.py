"""What the rules of a cadence say to a plan: to a moment that somebody thinks of, and to what is planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, any_, literal, select
from sqlalchemy.orm import load_only

from signoff.db.arrays import among
from signoff.db.clock import database_now
from signoff.kernel.cadence import DAY, Cadence, Plan
from signoff.kernel.ids import ChannelId, DeliveryId, PostId
from signoff.kernel.local_time import zone
from signoff.kernel.people import Actor, May
from signoff.records.models import Delivery, Post, Revision
from signoff.records.planning.cadence import SEARCHED, plan_of, rules_of_all, taken_between
from signoff.records.planning.plan import PlanFilter
from signoff.records.states import DeliveryState
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime

_MOST: Final = 2000
_WITH_ROOM: Final = 8
"""For so many a way out is looked for: it takes long where everything is full, and nobody reads more."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of a moment on one channel."""

    channel: Channel
    why: str
    """The rules that forbid the moment; empty: none does."""
    instead: datetime | None
    """When it would be due; None: the rules leave no moment in the 60 days from then."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A planned delivery that breaks a rule of its channel, though nobody said that it may."""

    delivery_id: DeliveryId
    why: str
    instead: datetime | None
    """The next moment that keeps the rules; looked for in 60 days, and for the first conflicts only."""


async def foresee_move(
    runtime: Runtime, actor: Actor, delivery_ids: Sequence[DeliveryId], at: datetime
) -> list[Foreseen]:
    """Tell what would become of deliveries that were moved to a moment."""
    rows = (
        select(Channel, Delivery.id)
        .join(Delivery, Delivery.channel_id == Channel.id)
        .where(Delivery.organization_id == actor.organization_id, Delivery.id.in_(delivery_ids))
        .order_by(Channel.name)
    )
    return await _foresee(runtime, actor, rows, at)


async def foresee_post(runtime: Runtime, actor: Actor, post_id: PostId, at: datetime) -> list[Foreseen]:
    """Tell what would become of a post that was scheduled at a moment, on each of its channels."""
    rows = (
        select(Channel, literal(None))
        .join(Revision, Channel.id == any_(Revision.channel_ids))
        .join(Post, Post.revision_id == Revision.id)
        .where(Post.organization_id == actor.organization_id, Post.id == post_id)
        .order_by(Channel.name)
    )
    return await _foresee(runtime, actor, rows, at)


async def _foresee(
    runtime: Runtime, actor: Actor, rows: Select[Channel, DeliveryId | None], at: datetime
) -> list[Foreseen]:
    actor.need(May.READ)
    found = []
    async with runtime.transaction(actor.organization_id) as tx:
        for channel, leave_out in (await tx.execute(rows)).all():
            plan = await plan_of(tx, channel, at, leave_out=leave_out)
            next_one = plan.next_moment(at, until=at + SEARCHED)
            if next_one is None:
                found.append(Foreseen(channel, "The cadence leaves no moment in 60 days.", None))
                continue
            why = " ".join(reason.text for reason in next_one.reasons)
            found.append(Foreseen(channel, why, next_one.at))
    return found


async def conflicts(
    runtime: Runtime, actor: Actor, start: datetime, end: datetime, wanted: PlanFilter
) -> Mapping[DeliveryId, Conflict]:
    """Find what is planned from `start` until before `end` and breaks a rule: rules may have come later.

    What is past and what keeps its time on purpose is left out, and more than 2,000 aren't looked at.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        now = await database_now(tx)
        planned = (await tx.execute(_planned(actor, max(start, now), end, wanted))).all()
        zones = {channel_id: name for _, _, channel_id, name in planned}
        of_these = select(Channel).where(among(Channel.id, zones))
        channels = (
            await tx.scalars(of_these.options(load_only(Channel.brand_id, Channel.account_key)))
        ).all()
        rules = await rules_of_all(tx, channels)
        ruled = {channel.id: channel for channel in channels if _has_rules(rules[channel.id])}
        keys = sorted({channel.account_key for channel in ruled.values()})
        reach = max((rules[one].min_gap or DAY for one in ruled), default=DAY) + 2 * DAY
        stretch = (max(start, now) - reach, end + reach)
        taken = await taken_between(tx, actor.organization_id, keys, stretch)
    plans = {
        one: Plan(rules[one], zone(zones[one]), taken[channel.account_key]) for one, channel in ruled.items()
    }
    found = [
        (delivery_id, due_at, plans[channel_id], against.text, against.end)
        for delivery_id, due_at, channel_id, _ in planned
        if channel_id in plans and (against := plans[channel_id].obstacle_among(due_at))
    ]
    return {
        delivery_id: Conflict(delivery_id, why, _room(plan, due_at, end) if place < _WITH_ROOM else None)
        for place, (delivery_id, due_at, plan, why, end) in enumerate(found)
    }


def _room(plan: Plan, due_at: datetime, after: datetime) -> datetime | None:
    found = plan.next_moment(after, until=due_at + SEARCHED)
    return found.at if found else None


def _planned(
    actor: Actor, start: datetime, end: datetime, wanted: PlanFilter
) -> Select[DeliveryId, datetime, ChannelId, str]:
    query = (
        select(Delivery.id, Delivery.due_at, Delivery.channel_id, Brand.time_zone)
        .join(Brand, Brand.id == Delivery.brand_id)
        .where(Delivery.organization_id == actor.organization_id)
        .where(Delivery.state == DeliveryState.SCHEDULED, Delivery.keeps_time.is_(False))
        .where(Delivery.due_at >= start, Delivery.due_at < end)
        .order_by(Delivery.due_at)
        .limit(_MOST)
    )
    if wanted.brand_id is not None:
        query = query.where(Delivery.brand_id == wanted.brand_id)
    if wanted.channel_id is not None:
        query = query.where(Delivery.channel_id == wanted.channel_id)
    return query


def _has_rules(rules: Cadence) -> bool:
    return bool(rules.min_gap or rules.max_per_day is not None or rules.quiet_hours or rules.closed)
