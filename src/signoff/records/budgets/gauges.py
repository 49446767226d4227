"""Budgets for people and for metrics: used, planned, limit, and when there is room again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.connectors.budgets import Budget
from signoff.db.arrays import among
from signoff.db.clock import database_now
from signoff.kernel.ids import BrandId, ChannelId
from signoff.kernel.people import Actor, May
from signoff.records.budgets.standings import DAY, Standing, standings_of
from signoff.records.deliveries.waiting import Waiting, rest_of
from signoff.records.models import Delivery
from signoff.records.pages import Page, page_by_name, present_channels
from signoff.records.states import DeliveryState
from signoff.records.tenants import AccountState, Brand, Channel
from signoff.runtime import Runtime

_NEARLY_FULL: Final = 0.9


@dataclass(frozen=True, slots=True)
class Meter:
    """One budget: `used` of `limit`, and what is `planned` on top within its span."""

    used: int
    planned: int
    limit: int

    @property
    def is_nearly_full(self) -> bool:
        return self.used >= _NEARLY_FULL * self.limit

    @property
    def percent_used(self) -> int:
        return min(100, 100 * self.used // max(1, self.limit))

    @property
    def percent_planned(self) -> int:
        """Of what is used and planned together."""
        return min(100, 100 * (self.used + self.planned) // max(1, self.limit))


@dataclass(frozen=True, slots=True)
class Gauge:
    """The budgets of a channel's account. None: no limit is known."""

    channel: Channel
    brand: Brand
    posts: Meter | None
    """In 24 hours."""
    calls: Meter | None
    """In an hour."""
    percent: int | None
    """How much of its calls is used by the platform's count, if it told lately."""
    rest: Waiting | None
    """What holds publishing on the account now."""

    @property
    def tightest(self) -> Meter | None:
        """Give the budget that is closest to its end."""
        known = [meter for meter in (self.posts, self.calls) if meter]
        return max(known, key=lambda meter: meter.percent_planned, default=None)


async def gauges(runtime: Runtime, actor: Actor) -> list[Gauge]:
    """Give the budgets of the organization's channels that have one, by brand and name."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        rows = await _channels(tx)
    made = await _gauges_of(runtime, actor, rows)
    return [each for each in made if each.posts or each.calls or each.percent is not None or each.rest]


async def page_of_gauges(
    runtime: Runtime,
    actor: Actor,
    brand_id: BrandId | None = None,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Gauge]:
    """Give the budgets of some channels of the organization, or of one brand, by name.

    Raises:
        Invalid: Unknown cursor or limit.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        query = present_channels(actor, brand_id)
        page = await page_by_name(tx, query, Channel, cursor=cursor, limit=limit)
        brands = {each.id: each for each in await tx.scalars(_brands_of(page.items))}
    rows = [(channel, brands[channel.brand_id]) for channel in page.items]
    return Page(await _gauges_of(runtime, actor, rows), page.next_cursor)


async def _gauges_of(runtime: Runtime, actor: Actor, rows: Sequence[tuple[Channel, Brand]]) -> list[Gauge]:
    async with runtime.transaction(actor.organization_id) as tx:
        now = await database_now(tx)
        planned = await _planned(tx, [channel.id for channel, _ in rows], now)
        rests = await _rests(tx, [channel for channel, _ in rows])
    standings = await _standings(runtime, sorted({channel.account_key for channel, _ in rows}))
    made = []
    for channel, brand in rows:
        rest = rest_of(rests, (channel.account_key, channel.app_key), now)
        made.append(_gauge(channel, brand, standings[channel.account_key], planned.get(channel.id, 0), rest))
    return made


def _brands_of(channels: Sequence[Channel]) -> Select[Brand]:
    return select(Brand).where(among(Brand.id, {channel.brand_id for channel in channels}))


async def remaining_calls(runtime: Runtime, tx: AsyncSession) -> dict[str, int]:
    """Tell by platform how many calls its busiest account has left of its ceiling within the hour.

    `tx` must see all organizations.
    """
    budgets = _budgets(runtime)
    limited = [platform for platform, budget in budgets.items() if budget.calls_per_hour is not None]
    accounts = select(Channel.account_key).distinct()
    used = accounts.where(Channel.platform.in_(limited), Channel.removed_at.is_(None))
    left: dict[str, int] = {}
    for each in await standings_of(tx, budgets, (await tx.scalars(used)).all()):
        platform, calls = each.key.partition(":")[0], (each.budget.calls_per_hour or 0) - each.calls
        left[platform] = max(0, min(calls, left.get(platform, calls)))
    return left


async def _standings(runtime: Runtime, keys: Sequence[str]) -> dict[str, Standing]:
    # As a worker: other organizations may use the same account, and the platform counts them together.
    async with runtime.worker_transaction() as tx:
        return {each.key: each for each in await standings_of(tx, _budgets(runtime), keys)}


def _budgets(runtime: Runtime) -> Mapping[str, Budget]:
    return {platform: connector.about.budget for platform, connector in runtime.connectors.items()}


async def _channels(tx: AsyncSession) -> list[tuple[Channel, Brand]]:
    query = select(Channel).join(Brand, Brand.id == Channel.brand_id).where(Channel.removed_at.is_(None))
    channels = (await tx.scalars(query.order_by(Brand.name, Channel.name))).all()
    brands = {each.id: each for each in await tx.scalars(_brands_of(channels))}
    return [(channel, brands[channel.brand_id]) for channel in channels]


async def _planned(tx: AsyncSession, channels: Sequence[ChannelId], now: datetime) -> dict[ChannelId, int]:
    """Count what is due within a day."""
    query = (
        select(Delivery.channel_id, func.count())
        .where(
            among(Delivery.channel_id, channels),
            Delivery.state == DeliveryState.SCHEDULED,
            Delivery.claimable_at < now + DAY,
            Delivery.due_at < now + DAY,  # never later than that; said because an index is in its order
        )
        .group_by(Delivery.channel_id)
    )
    return {row[0]: row[1] for row in await tx.execute(query)}


async def _rests(tx: AsyncSession, channels: Sequence[Channel]) -> dict[str, AccountState]:
    keys = {key for channel in channels for key in (channel.account_key, channel.app_key)}
    found = await tx.scalars(select(AccountState).where(among(AccountState.key, keys)))
    return {row.key: row for row in found}


def _gauge(channel: Channel, brand: Brand, standing: Standing, planned: int, rest: Waiting | None) -> Gauge:
    posts, calls, budget = standing.posts_limit, standing.budget.calls_per_hour, standing.budget
    return Gauge(
        channel,
        brand,
        posts=Meter(standing.posts_used + standing.publishing, planned, posts) if posts is not None else None,
        calls=Meter(standing.calls, planned * budget.calls_per_post, calls) if calls is not None else None,
        percent=standing.percent,
        rest=rest,
    )
