"""Removing a channel: nothing starts on it any more; what is under way keeps the credentials until then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now
from signoff.kernel.errors import VersionChanged
from signoff.kernel.ids import ChannelId
from signoff.kernel.people import Actor, May
from signoff.organizations.lookup import find_channel
from signoff.records.deliveries.leftovers import HAS_LEFTOVERS
from signoff.records.models import Delivery
from signoff.records.moves import WITHDRAWABLE, lock_deliveries, withdraw_open
from signoff.records.planning.cadence import lock_channels
from signoff.records.states import OPEN, DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime

UNSETTLED: Final = OPEN | {DeliveryState.RECOVERING}
"""States in which the platform may still have to be asked."""


@dataclass(frozen=True, slots=True)
class Removed:
    """The removed channel, and the deliveries that can't be stopped any more."""

    channel: Channel
    on_their_way: Sequence[Delivery]


async def remove_channel(
    runtime: Runtime, actor: Actor, channel_id: ChannelId, *, version: int | None = None
) -> Removed:
    """Remove a channel, in the version looked at. Waiting deliveries are cancelled, published ones stay out.

    Raises:
        NotFound: No such channel.
        VersionChanged: Somebody changed it meanwhile.
    """
    actor.need(May.MANAGE_CHANNELS)
    async with runtime.transaction(actor.organization_id) as tx:
        await lock_for_removal(tx, (await find_channel(tx, actor, channel_id)).id)
        channel = await find_channel(tx, actor, channel_id, for_update=True)
        if version is not None and channel.version != version:
            raise VersionChanged(
                "Somebody changed this channel meanwhile.",
                next_step="Look at it again before you remove it.",
                version=channel.version,
            )
        return Removed(channel, await take_out_of_service(tx, actor, channel))


async def lock_for_removal(tx: AsyncSession, *channel_ids: ChannelId) -> None:
    """Lock what is taken back with these channels; before the channels themselves, as everybody does."""
    await lock_channels(tx, channel_ids)
    await lock_deliveries(tx, Delivery.channel_id.in_(channel_ids), Delivery.state.in_(WITHDRAWABLE))


async def take_out_of_service(tx: AsyncSession, actor: Actor, channel: Channel) -> list[Delivery]:
    """Remove a locked channel; gives the deliveries that can't be stopped any more."""
    channel.removed_at, channel.version = await database_now(tx), channel.version + 1
    await tx.flush()
    on_their_way = await withdraw_open(
        tx, Delivery.channel_id == channel.id, actor, reason="The channel was removed."
    )
    chain.record(
        tx,
        actor,
        "channel.removed",
        ("channel", channel.id),
        before={"name": channel.name, "account": channel.account_key},
        after={"on_their_way": len(on_their_way)},
    )
    await erase_settled_credentials(tx)
    return on_their_way


async def erase_settled_credentials(tx: AsyncSession) -> int:
    """Erase the credentials of removed channels that nothing needs any more; tells how many."""
    unsettled = (
        select(Delivery.id)
        .where(Delivery.channel_id == Channel.id, or_(Delivery.state.in_(UNSETTLED), HAS_LEFTOVERS))
        .exists()
    )
    query = select(Channel.id).where(
        Channel.removed_at.is_not(None), Channel.credentials.is_not(None), ~unsettled
    )
    # Whoever holds one of them erases it, too, or the next sweep does.
    ids = (await tx.scalars(query.with_for_update(skip_locked=True))).all()
    await tx.execute(update(Channel).where(Channel.id.in_(ids)).values(credentials=None))
    return len(ids)
