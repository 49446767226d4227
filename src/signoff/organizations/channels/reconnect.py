"""Connecting the same account again, with new credentials; what is scheduled stays scheduled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.connectors.errors import Reconnect
from signoff.db.clock import database_now
from signoff.kernel.errors import WrongState
from signoff.kernel.ids import ChannelId, DeliveryId
from signoff.kernel.people import Actor, May
from signoff.organizations.channels.ask import ask_platform, opened_credentials
from signoff.organizations.channels.budgets import count_calls, know_account
from signoff.organizations.channels.check import store_health
from signoff.organizations.channels.fields import namespace_of, renewed_credentials, with_namespace
from signoff.organizations.lookup import find_channel
from signoff.records.budgets.usage import overhearing
from signoff.records.models import Delivery
from signoff.records.states import DeliveryState
from signoff.records.tenants import AccountState, Channel
from signoff.runtime import Runtime
from signoff.vault import SecretLocked


@dataclass(frozen=True, slots=True)
class Reconnected:
    """The channel, and the deliveries that failed for want of a connection and can be tried again."""

    channel: Channel
    retryable: Sequence[DeliveryId]


async def reconnect_channel(
    runtime: Runtime, actor: Actor, channel_id: ChannelId, credentials: Mapping[str, Any]
) -> Reconnected:
    """Give a channel new credentials for the account it has. A credential that isn't given stays.

    Raises:
        NotFound: No such channel.
        Invalid: A field is wrong, or the platform refuses the credentials.
        WrongState: They lead to another account.
        TooMany, Unavailable: The platform asks to wait, or doesn't answer.
    """
    actor.need(May.MANAGE_CHANNELS)
    async with runtime.transaction(actor.organization_id) as tx:
        channel = await find_channel(tx, actor, channel_id)
    connector = runtime.connector(channel.platform)
    entered = renewed_credentials(connector.about, _stored(runtime, channel), credentials)
    entered = with_namespace(
        connector.about, entered, namespace_of(channel.organization_id, channel.brand_id)
    )
    with overhearing() as heard:
        health = await ask_platform(runtime, connector, entered, channel.options)
    if health.account.key != channel.account_key:
        raise WrongState(
            f"These credentials belong to {health.account.name or health.account.remote_id}, "
            f"and “{channel.name}” is {channel.account_name or channel.account_remote_id}.",
            next_step="Another account is another channel: connect it as a new one.",
        )
    async with runtime.transaction(actor.organization_id) as tx:
        channel = await find_channel(tx, actor, channel_id, for_update=True)
        before = channel.state
        store_health(channel, health)
        channel.credentials = runtime.vault.seal_secret(entered)
        channel.checked_at, channel.version = await database_now(tx), channel.version + 1
        await know_account(tx, channel)
        await _end_hold(tx, channel)
        await tx.flush()
        chain.record(
            tx,
            actor,
            "channel.reconnected",
            ("channel", channel.id),
            before={"state": before},
            after={"state": channel.state},
        )
        retryable = await _retryable(tx, channel)
    await count_calls(runtime, channel, heard)
    return Reconnected(channel, retryable)


def _stored(runtime: Runtime, channel: Channel) -> dict[str, str]:
    try:
        return opened_credentials(runtime, channel)
    except SecretLocked:
        return {}  # the key is lost, so everything is entered anew


async def _end_hold(tx: AsyncSession, channel: Channel) -> None:
    await tx.execute(
        update(AccountState)
        .where(AccountState.key == channel.account_key)
        .values(held_until=None, hold_reason="")
    )


async def _retryable(tx: AsyncSession, channel: Channel) -> list[DeliveryId]:
    query = select(Delivery.id).where(
        Delivery.channel_id == channel.id,
        Delivery.state == DeliveryState.FAILED,
        Delivery.error_class == Reconnect.error_class,
    )
    return list(await tx.scalars(query.order_by(Delivery.due_at, Delivery.id)))
