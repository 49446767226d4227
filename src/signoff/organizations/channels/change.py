"""Changing a channel's name or options. Options are part of what was approved: not while deliveries wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.kernel.errors import VersionChanged, WrongState
from signoff.kernel.ids import ChannelId
from signoff.kernel.people import Actor, May
from signoff.organizations.channels.ask import ask_platform, opened_credentials
from signoff.organizations.channels.connect import channel_name
from signoff.organizations.channels.fields import effective_options
from signoff.organizations.lookup import find_channel
from signoff.records.models import Delivery
from signoff.records.states import OPEN
from signoff.records.tenants import Channel
from signoff.runtime import Runtime


async def change_channel(
    runtime: Runtime,
    actor: Actor,
    channel_id: ChannelId,
    *,
    version: int,
    name: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> Channel:
    """Change a channel; None stays as it is. Options are replaced as a whole and checked with the platform.

    Raises:
        NotFound: No such channel.
        VersionChanged: Somebody changed it meanwhile.
        Invalid: The name or an option is wrong, or the platform refuses it.
        WrongState: Deliveries that were approved with the present options are open; says how many.
        TooMany, Unavailable: The platform asks to wait, or doesn't answer.
    """
    actor.need(May.MANAGE_CHANNELS)
    async with runtime.transaction(actor.organization_id) as tx:
        channel = await find_channel(tx, actor, channel_id)
    connector = runtime.connector(channel.platform)
    wanted_name = channel.name if name is None else channel_name(name)
    wanted = dict(channel.options) if options is None else effective_options(connector.about, options)
    if wanted != channel.options:
        await ask_platform(runtime, connector, opened_credentials(runtime, channel), wanted)
    async with runtime.transaction(actor.organization_id) as tx:
        channel = await find_channel(tx, actor, channel_id, for_update=True)
        if channel.version != version:
            raise VersionChanged(
                "Somebody changed this channel meanwhile.",
                next_step="Reload and make your changes again.",
                version=channel.version,
            )
        if wanted != channel.options:
            await _need_no_open_deliveries(tx, channel)
        await _store(tx, actor, channel, wanted_name, wanted)
        return channel


async def _store(
    tx: AsyncSession, actor: Actor, channel: Channel, name: str, options: dict[str, Any]
) -> None:
    before = {"name": channel.name, "options": dict(channel.options)}
    after = {"name": name, "options": options}
    if before == after:
        return
    channel.name, channel.options, channel.version = name, options, channel.version + 1
    await tx.flush()
    chain.record(tx, actor, "channel.changed", ("channel", channel.id), before=before, after=after)


async def _need_no_open_deliveries(tx: AsyncSession, channel: Channel) -> None:
    query = select(func.count()).where(Delivery.channel_id == channel.id, Delivery.state.in_(OPEN))
    if still_open := await tx.scalar(query):
        raise WrongState(
            f"{still_open} deliveries of “{channel.name}” were approved with the present options.",
            next_step="Cancel them or wait for them, then change the options.",
            open_deliveries=still_open,
        )
