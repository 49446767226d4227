"""Phase 2: is this still exactly what was approved? Variants, media bytes and channel are read anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from signoff.db.groups import ALONE, Apart, Shared
from signoff.kernel.ids import ChannelId
from signoff.records.deliveries.consignment import (
    ENOUGH_APPROVED,
    Consignment,
    Stored,
    check_media,
    pack,
    stored_of,
)
from signoff.records.deliveries.leases import Lease
from signoff.records.models import Delivery
from signoff.records.moves import LeaseLost
from signoff.records.tenants import Channel
from signoff.runtime import Runtime

_STORED: Final = text(f"""
SELECT d.id, d.organization_id, d.channel_id, d.checkpoint, s.hash, s.revision_id = d.revision_id AS is_its,
    (SELECT json_object_agg(v.channel_id, v.canonical) FROM variants v
     WHERE v.revision_id = d.revision_id) AS variants, {ENOUGH_APPROVED} AS is_complete
FROM unnest(CAST(:ids AS uuid[]), CAST(:tokens AS bigint[])) AS held (id, token)
JOIN deliveries d ON d.id = held.id AND d.lease_token = held.token
JOIN seals s ON s.id = d.seal_id
""")  # noqa: S608 - put together from constants

# One text for any number of them, which the server plans once.
_CHANNELS: Final = (
    select(Channel)
    .where(Channel.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))
    .options(undefer(Channel.credentials))
)


class _Found(NamedTuple):
    stored: Stored
    channel: Channel | None


async def check(runtime: Runtime, lease: Lease) -> Consignment:
    """Read a claimed delivery and check that it is what was approved.

    Raises:
        LeaseLost: Another worker has it.
        SealBroken: Text, options or media differ from what was sealed.
        ChannelChanged: The channel isn't the one that was approved.
    """
    found = await runtime.together(_READ, lease)
    goods = pack(runtime, found.stored, found.channel)
    await check_media(runtime, goods)
    return goods


async def _read_all(tx: AsyncSession, leases: Sequence[Lease]) -> list[_Found | Literal[Apart.ALONE]]:
    held = {"ids": [lease.delivery_id for lease in leases], "tokens": [lease.token for lease in leases]}
    rows = {row.id: row for row in await tx.execute(_STORED, held)}
    channels = await _channels(tx, {row.channel_id for row in rows.values()})
    found: list[_Found | Literal[Apart.ALONE]] = []
    for lease in leases:
        row = rows.get(lease.delivery_id)
        found.append(ALONE if row is None else _Found(Stored(*row), channels.get(row.channel_id)))
    return found


async def _channels(tx: AsyncSession, ids: set[ChannelId]) -> dict[ChannelId, Channel]:
    return {channel.id: channel for channel in await tx.scalars(_CHANNELS, {"ids": list(ids)})}


async def _read_one(tx: AsyncSession, lease: Lease) -> _Found:
    delivery = await tx.get(Delivery, lease.delivery_id)
    if delivery is None or delivery.lease_token != lease.token:
        raise LeaseLost(f"another worker took over delivery {lease.delivery_id}")
    channels = await _channels(tx, {delivery.channel_id})
    return _Found(await stored_of(tx, delivery), channels.get(delivery.channel_id))


_READ: Final = Shared(_read_all, _read_one)
