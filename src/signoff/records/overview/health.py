"""How publishing goes for an organization: figures, what is wrong with the installation, each platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now, now_sql
from signoff.db.written import minute, written_id
from signoff.kernel.people import Actor, May
from signoff.records.alerts.alarms import standing_alarms
from signoff.records.alerts.notices import open_pauses
from signoff.records.deliveries.leases import RETRY_AFTER
from signoff.records.models import Alarm, Alert, Delivery, Pause, WatcherRow
from signoff.records.overview.board import PublishingHealth, publishing_health
from signoff.records.states import DeliveryState
from signoff.records.tenants import AccountState, Channel
from signoff.runtime import Runtime

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PlatformHealth:
    """How the organization's channels on one platform do."""

    platform: str
    channels: int
    signed_out: int
    held: int
    """Their accounts may not be called for a while: the platform said so."""
    trying_again: int
    """Deliveries that a temporary failure keeps waiting."""
    is_reachable: bool
    """False: tries fail for the time being, and nothing has come through since."""


@dataclass(frozen=True, slots=True)
class Health:
    """Everything that is asked when somebody wants to know whether posts go out."""

    figures: PublishingHealth
    success_rate_24h: float | None
    late: int
    """Deliveries that people were told are late."""
    web_processes_alive: int
    alarms: Sequence[Alarm]
    """What keeps everybody's posts from going out right now."""
    pauses: Sequence[Pause]
    platforms: Sequence[PlatformHealth]


async def health_of(runtime: Runtime, actor: Actor) -> Health:
    """Look at everything."""
    actor.need(May.READ)
    figures = await publishing_health(runtime, actor)
    pauses = await open_pauses(runtime, actor)
    async with runtime.transaction(actor.organization_id) as tx:
        return Health(
            figures=figures,
            success_rate_24h=await _success_rate(tx, actor),
            late=await count_late(tx, actor),
            web_processes_alive=await _web_processes(tx, runtime.settings.silent_after),
            alarms=await standing_alarms(tx),
            pauses=pauses,
            platforms=await _platforms(tx, actor),
        )


async def count_late(tx: AsyncSession, actor: Actor) -> int:
    """Count the organization's deliveries that are told late and not settled yet."""
    return await tx.scalar(late_ones(actor)) or 0


def late_ones(actor: Actor) -> Select[int]:
    """Give the query that counts them."""
    return select(func.count(func.distinct(Alert.delivery_id))).where(
        Alert.organization_id == actor.organization_id,
        Alert.closed_at.is_(None),
        Alert.fold_key.like("overdue:%"),
    )


async def _success_rate(tx: AsyncSession, actor: Actor) -> float | None:
    since = await database_now(tx) - _DAY
    finished = select(
        func.count().filter(Delivery.published_at.is_not(None)),
        func.count().filter(Delivery.state == DeliveryState.FAILED),
    ).where(
        Delivery.organization_id == actor.organization_id,
        Delivery.due_at >= since,
        Delivery.due_at <= await database_now(tx),
    )
    done, failed = (await tx.execute(finished)).one()
    return done / (done + failed) if done + failed else None


async def _web_processes(tx: AsyncSession, silent_after: timedelta) -> int:
    alive = select(func.count()).where(
        WatcherRow.serves_pages,
        WatcherRow.stopped_at.is_(None),
        WatcherRow.seen_at > now_sql() - silent_after,
    )
    return await tx.scalar(alive) or 0


async def _platforms(tx: AsyncSession, actor: Actor) -> list[PlatformHealth]:
    is_held = AccountState.held_until > now_sql()
    channels = (
        select(
            Channel.platform,
            func.count(),
            func.count().filter(Channel.state == "reconnect"),
            func.count().filter(is_held),
        )
        .outerjoin(AccountState, AccountState.key == Channel.account_key)
        .where(Channel.organization_id == actor.organization_id, Channel.removed_at.is_(None))
        .group_by(Channel.platform)
        .order_by(Channel.platform)
    )
    trouble = await _trying_again(tx, actor)
    return [
        PlatformHealth(platform, count, signed_out, held, *trouble.get(platform, (0, True)))
        for platform, count, signed_out, held in (await tx.execute(channels)).all()
    ]


async def _trying_again(tx: AsyncSession, actor: Actor) -> dict[str, tuple[int, bool]]:
    """By platform: how many wait after a temporary failure, and whether anything came through since."""
    # Within the longest wait of a failure, so that the look stays at the near end of the index.
    waits = and_(
        Delivery.state == DeliveryState.SCHEDULED,
        Delivery.claimable_at <= minute(await database_now(tx) + RETRY_AFTER[-1] * 1.5),
        Delivery.error_class != "",
    )
    lately = and_(
        Delivery.state == DeliveryState.PUBLISHED,
        Delivery.state_since > await database_now(tx) - 2 * RETRY_AFTER[-1],
    )
    own = Delivery.organization_id == written_id(actor.organization_id)
    failing = (
        select(Channel.platform, func.count(), func.max(Delivery.state_since))
        .join(Channel, Channel.id == Delivery.channel_id)
        .where(own, waits)
        .group_by(Channel.platform)
    )
    through = (
        select(Channel.platform, func.max(Delivery.state_since))
        .join(Channel, Channel.id == Delivery.channel_id)
        .where(own, lately)
        .group_by(Channel.platform)
    )
    last = {row[0]: row[1] for row in await tx.execute(through)}
    return {
        platform: (count, platform in last and last[platform] > since)
        for platform, count, since in (await tx.execute(failing)).all()
    }
