"""The health check: does the account still work, and for how long. If it doesn't, deliveries wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.connectors.base import Health
from signoff.connectors.errors import ConnectorError, Reconnect
from signoff.db.clock import database_now, now_sql
from signoff.kernel.errors import Problem
from signoff.kernel.ids import ChannelId, OrganizationId
from signoff.kernel.people import Actor, May, worker_actor
from signoff.organizations.channels.ask import health_of, opened_credentials
from signoff.organizations.channels.budgets import count_calls, know_account
from signoff.organizations.lookup import find_channel
from signoff.records.alerts.raising import raise_alert
from signoff.records.budgets.usage import overhearing
from signoff.records.models import Alert
from signoff.records.tenants import Channel
from signoff.runtime import Runtime

CHECKED_EVERY: Final = timedelta(hours=24)
_BATCH: Final = 500
_TOLD_AFTER: Final = timedelta(hours=48)
"""Without an answer to a check: more than one day's check and its tries each hour failed."""
_UNCHECKED: Final = "unchecked"

log = structlog.get_logger(__name__)


async def check_channel(runtime: Runtime, actor: Actor, channel_id: ChannelId) -> Channel:
    """Ask the platform about the account and store what it says. What is wrong stands on the channel.

    An account that must be connected again makes its deliveries wait and raises an alert, once.

    Raises:
        NotFound: No such channel.
        SecretLocked: Its credentials can't be decrypted.
    """
    actor.need(May.OPERATE)
    async with runtime.transaction(actor.organization_id) as tx:
        channel = await find_channel(tx, actor, channel_id)
    connector = runtime.connector(channel.platform)
    found: Health | ConnectorError
    with overhearing() as heard:
        try:
            found = await health_of(connector, opened_credentials(runtime, channel), channel.options)
        except ConnectorError as said:
            found = said
    if isinstance(found, Health) and found.account.key != channel.account_key:
        found = Reconnect(
            f"The credentials now lead to another account: {found.account.name or found.account.remote_id}.",
            advice="Connect the account that the channel was made for, or make a new channel.",
        )
    async with runtime.transaction(actor.organization_id) as tx:
        channel = await find_channel(tx, actor, channel_id, for_update=True)
        await _store(tx, actor, channel, found)
    await count_calls(runtime, channel, heard)
    return channel


async def _store(tx: AsyncSession, actor: Actor, channel: Channel, found: Health | ConnectorError) -> None:
    before = channel.state
    channel.checked_at = await database_now(tx)
    answered = update(Alert).where(
        Alert.channel_id == channel.id, Alert.fold_key.like(f"{_UNCHECKED}:%"), Alert.closed_at.is_(None)
    )
    await tx.execute(answered.values(closed_at=now_sql()).execution_options(synchronize_session=False))
    if isinstance(found, Health):
        store_health(channel, found)
        await know_account(tx, channel)
    else:
        channel.problem, channel.next_step = found.detail, found.advice
        if isinstance(found, Reconnect):
            channel.state = "reconnect"
    await tx.flush()
    if channel.state == before:
        return
    chain.record(
        tx,
        actor,
        "channel.checked",
        ("channel", channel.id),
        before={"state": before},
        after={"state": channel.state},
    )
    if channel.state == "reconnect":
        await _alert(tx, channel)


def store_health(channel: Channel, health: Health) -> None:
    """Note that the account works, what it can do, and what needs a person soon."""
    channel.state, channel.problem, channel.next_step = "connected", "", ""
    channel.account_name, channel.is_sandbox = health.account.name, health.account.is_sandbox
    channel.abilities, channel.warnings = list(health.can), list(health.warnings)
    channel.expires_at, channel.app_key = health.expires_at, health.app_key


async def _alert(tx: AsyncSession, channel: Channel) -> None:
    await raise_alert(
        tx,
        channel.organization_id,
        "reconnect",
        title=f"“{channel.name}” must be connected again",
        cause=channel.problem,
        next_step=channel.next_step or "Connect it again; its deliveries wait until then.",
        path=f"/channels/{channel.id}",
        channel_id=channel.id,
    )


async def check_due_channels(runtime: Runtime, *, older_than: timedelta = CHECKED_EVERY) -> int:
    """Check the channels of all organizations whose last check is older; tells how many. For the timetable.

    One channel that can't be checked doesn't keep the others from it.
    """
    last = func.coalesce(Channel.checked_at, Channel.created_at)
    due = select(Channel.organization_id, Channel.id).where(
        Channel.removed_at.is_(None), last < now_sql() - older_than
    )
    async with runtime.worker_transaction() as tx:
        rows = (await tx.execute(due.order_by(last).limit(_BATCH))).all()
    for organization_id, channel_id in rows:
        try:
            await check_channel(runtime, worker_actor(organization_id), channel_id)
        except Problem as problem:
            log.warning("a channel couldn't be checked", channel_id=str(channel_id), problem=problem.detail)
            await _tell_if_it_goes_on(runtime, organization_id, channel_id, f"{problem.detail}")
        except Exception as problem:  # a connector stumbled over one account: the others get theirs
            log.exception("a channel couldn't be checked", channel_id=str(channel_id))
            await _tell_if_it_goes_on(runtime, organization_id, channel_id, type(problem).__name__)
    return len(rows)


async def _tell_if_it_goes_on(
    runtime: Runtime, organization_id: OrganizationId, channel_id: ChannelId, said: str
) -> None:
    """Tell people once of a channel that couldn't be checked for two days: nobody knows whether it works.

    The alert closes with the next check that gets an answer.
    """
    async with runtime.worker_transaction() as tx:
        channel = await tx.get_one(Channel, channel_id)
        last, now = channel.checked_at or channel.created_at, await database_now(tx)
        told = select(Alert.id).where(
            Alert.channel_id == channel_id, Alert.fold_key.like(f"{_UNCHECKED}:%"), Alert.closed_at.is_(None)
        )
        if now - last < _TOLD_AFTER or await tx.scalar(told.limit(1)) is not None:
            return
        await raise_alert(
            tx,
            organization_id,
            _UNCHECKED,
            title=f"“{channel.name}” can't be checked",
            cause=f"The last check that got an answer was on {last:%Y-%m-%d}. Each one since failed: {said}",
            next_step="Check it on its page. If that fails, too, connect it again; the log has the details.",
            path=f"/channels/{channel_id}",
            channel_id=channel_id,
            tells_end=True,
        )
