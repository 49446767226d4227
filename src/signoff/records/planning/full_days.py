"""Which days of a channel are full: by its own cadence, or by what its platform takes in 24 hours."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from signoff.db.arrays import among
from signoff.kernel.cadence import DAY, Cadence
from signoff.kernel.ids import ChannelId
from signoff.kernel.local_time import zone
from signoff.kernel.people import Actor, May
from signoff.records.planning.cadence import rules_of_all, taken_between
from signoff.records.planning.plan import PlanFilter
from signoff.records.tenants import AccountState, Brand, Channel
from signoff.runtime import Runtime


class Limit(StrEnum):
    """What a day, or 24 hours, can be full by."""

    MAX_PER_DAY = "max_per_day"  # the channel's cadence
    POSTS_IN_24_HOURS = "posts_in_24_hours"  # the platform's budget of the account


@dataclass(frozen=True, slots=True)
class FullDay:
    """A local day of a channel's brand that has as many posts as it may have, or more."""

    channel_id: ChannelId
    day: date
    limit: Limit
    planned: int
    """Out or planned."""
    most: int


async def full_days(
    runtime: Runtime, actor: Actor, start: datetime, end: datetime, wanted: PlanFilter
) -> Mapping[ChannelId, Sequence[FullDay]]:
    """Give the full days from `start` until before `end`, by channel and in order; of two limits the lower.

    What other organizations post on the same account isn't seen here.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        rows = (await tx.execute(wanted_channels(actor, wanted))).all()
        limits = await _limits(runtime, tx, [channel for channel, _ in rows])
        zones = {channel: zone(name) for channel, name in rows if limits[channel.id]}
        keys = [channel.account_key for channel in zones]
        # A local day begins and ends outside of what is shown in another zone.
        around = (start - 2 * DAY, end + 2 * DAY)
        taken = await taken_between(tx, actor.organization_id, keys, around)
    found: dict[ChannelId, list[FullDay]] = defaultdict(list)
    for channel, where in zones.items():
        limit, most = min(limits[channel.id], key=lambda one: one[1])
        per_day = Counter(moment.astimezone(where).date() for moment in taken[channel.account_key])
        shown = (start.astimezone(where).date(), (end - datetime.resolution).astimezone(where).date())
        for day, planned in sorted(per_day.items()):
            if planned >= most and shown[0] <= day <= shown[1]:
                found[channel.id].append(FullDay(channel.id, day, limit, planned, most))
    return found


def wanted_channels(actor: Actor, wanted: PlanFilter) -> Select[*tuple[Any, ...]]:
    """Give the query for the present channels that a calendar shows, each with its brand's time zone."""
    query = (
        select(Channel, Brand.time_zone)
        .options(load_only(Channel.brand_id, Channel.account_key, Channel.platform, Channel.name))
        .join(Brand, Brand.id == Channel.brand_id)
        .where(Channel.organization_id == actor.organization_id, Channel.removed_at.is_(None))
        .order_by(Channel.id)
    )
    if wanted.brand_id is not None:
        query = query.where(Channel.brand_id == wanted.brand_id)
    if wanted.channel_id is not None:
        query = query.where(Channel.id == wanted.channel_id)
    return query


async def _limits(
    runtime: Runtime, tx: AsyncSession, channels: Sequence[Channel]
) -> dict[ChannelId, list[tuple[Limit, int]]]:
    rules = await rules_of_all(tx, channels)
    budgets = await day_budgets(runtime, tx, channels)
    return {each.id: _both(rules[each.id], budgets.get(each.account_key)) for each in channels}


def _both(rules: Cadence, budget: int | None) -> list[tuple[Limit, int]]:
    limits = [(Limit.MAX_PER_DAY, rules.max_per_day), (Limit.POSTS_IN_24_HOURS, budget)]
    return [(limit, most) for limit, most in limits if most is not None]


async def day_budgets(runtime: Runtime, tx: AsyncSession, channels: Sequence[Channel]) -> dict[str, int]:
    """Give what platforms take in 24 hours, by account: as one told, or as its documents say."""
    known = {
        channel.account_key: connector.about.budget.posts_per_day
        for channel in channels
        if (connector := runtime.connectors.get(channel.platform))
    }
    told = select(AccountState).where(among(AccountState.key, known), AccountState.posts_limit.is_not(None))
    accounts = await tx.scalars(told.execution_options(populate_existing=True))
    known |= {account.key: account.posts_limit for account in accounts}
    return {key: most for key, most in known.items() if most is not None}
