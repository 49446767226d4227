"""Connecting an account: the platform is asked first, so that what is stored works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.connectors.base import Account, Connector, Health
from signoff.db.clock import database_now
from signoff.kernel.errors import Invalid, WrongState
from signoff.kernel.ids import BrandId
from signoff.kernel.people import Actor, May
from signoff.organizations.channels.ask import ask_platform
from signoff.organizations.channels.budgets import count_calls, know_account
from signoff.organizations.channels.fields import (
    effective_options,
    entered_credentials,
    namespace_of,
    with_namespace,
)
from signoff.organizations.lines import one_line
from signoff.organizations.lookup import find_brand
from signoff.records.budgets.usage import overhearing
from signoff.records.tenants import Channel
from signoff.runtime import Runtime

_NAME_CHARS: Final = 120


async def connect_channel(  # noqa: PLR0913, PLR0917 - these are the fields of the form
    runtime: Runtime,
    actor: Actor,
    brand_id: BrandId,
    platform: str,
    name: str,
    credentials: Mapping[str, Any],
    options: Mapping[str, Any],
) -> Channel:
    """Connect an account to a brand; without a name the channel is called as the account is.

    Raises:
        NotFound: No such brand.
        Invalid: No such platform, a field is missing or wrong, or the platform refuses the credentials.
        WrongState: The account is connected already; says where.
        TooMany, Unavailable: The platform asks to wait, or doesn't answer.
    """
    actor.need(May.MANAGE_CHANNELS)
    connector = runtime.connector(platform)
    chosen = effective_options(connector.about, options)
    entered = entered_credentials(connector.about, credentials)
    entered = with_namespace(connector.about, entered, namespace_of(actor.organization_id, brand_id))
    async with runtime.transaction(actor.organization_id) as tx:
        await find_brand(tx, actor, brand_id)
    with overhearing() as heard:
        health = await ask_platform(runtime, connector, entered, chosen)
    async with runtime.transaction(actor.organization_id) as tx:
        # Locked, so that a brand that is being removed doesn't get another channel.
        await find_brand(tx, actor, brand_id, for_update=True)
        await _need_unused(tx, actor, health.account)
        channel = _new_channel(connector, channel_name(name, health.account, connector.about.label), health)
        channel.organization_id, channel.brand_id = actor.organization_id, brand_id
        channel.credentials, channel.options = runtime.vault.seal_secret(entered), chosen
        channel.checked_at = await database_now(tx)
        tx.add(channel)
        await tx.flush()
        await know_account(tx, channel)
        said = {"brand_id": str(brand_id), "account": channel.account_key, "options": chosen}
        chain.record(tx, actor, "channel.connected", ("channel", channel.id), after=said)
    await count_calls(runtime, channel, heard)
    return channel


async def _need_unused(tx: AsyncSession, actor: Actor, account: Account) -> None:
    """Two who connect the same account at once take turns; the second one reads whose it is."""
    turn = func.hashtextextended(f"{actor.organization_id} {account.key}", 0)
    await tx.execute(select(func.pg_advisory_xact_lock(turn)))
    other = await tx.scalar(
        select(Channel).where(
            Channel.organization_id == actor.organization_id,
            Channel.account_key == account.key,
            Channel.removed_at.is_(None),
        )
    )
    if other:
        raise WrongState(
            f"This account is connected already, as “{other.name}”.",
            next_step="Use that channel, or remove it first.",
            channel_id=str(other.id),
        )


def _new_channel(connector: Connector, name: str, health: Health) -> Channel:
    account = health.account
    return Channel(
        platform=connector.about.platform,
        name=name,
        account_key=account.key,
        account_host=account.host,
        account_remote_id=account.remote_id,
        account_name=account.name,
        app_key=health.app_key,
        is_sandbox=account.is_sandbox,
        abilities=list(health.can),
        warnings=list(health.warnings),
        expires_at=health.expires_at,
    )


def channel_name(given: str, account: Account | None = None, label: str = "") -> str:
    """Give a channel's name, by default the account's.

    Raises:
        Invalid: Too long, or empty.
    """
    name = one_line(given) or (account.name[:_NAME_CHARS] if account else "") or label
    if not 0 < len(name) <= _NAME_CHARS:
        raise Invalid(f"A channel's name has between 1 and {_NAME_CHARS} characters.", field="name")
    return name
