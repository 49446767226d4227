"""A delivery made ready for its connector: everything is read anew and compared with what was approved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from signoff.connectors.base import Connector, Link, Parcel, SealedPicture
from signoff.connectors.errors import Refused
from signoff.kernel.errors import NotFound
from signoff.kernel.ids import ChannelId, DeliveryId, OrganizationId, delivery_key
from signoff.media.addresses import Address, sign_address
from signoff.media.store import MediaChanged
from signoff.records.models import Delivery, Seal, Variant
from signoff.records.planning.placement import sealed_difference
from signoff.records.posts.seal import seal_hash
from signoff.records.tenants import Channel
from signoff.runtime import Runtime


class SealBroken(Refused):
    """What is stored isn't what was approved. It is not published, and a person is told."""

    error_class = "seal_broken"


class ChannelChanged(Refused):
    """The channel's account or options are others than those approved."""

    error_class = "channel_changed"


@dataclass(frozen=True, slots=True)
class Consignment:
    """A checked delivery, ready to be handed to its connector."""

    connector: Connector
    parcel: Parcel
    checkpoint: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database holds of a delivery and of what was approved."""

    delivery_id: DeliveryId
    organization_id: OrganizationId
    channel_id: ChannelId
    checkpoint: Mapping[str, Any]
    seal: str
    """The fingerprint of what was approved."""
    is_of_revision: bool
    """The seal is that of the delivery's revision."""
    variants: Mapping[str, str]
    """The revision's variants in canonical form, by channel id."""
    is_complete: bool
    """As many people stand by the approval as its seal says were needed."""


ENOUGH_APPROVED: Final = """(s.approvals_needed = 1 OR s.approvals_needed <= (
        SELECT count(*) FROM unnest(approvals_of(s.post_id, s.revision_id, s.hash, s.round)) AS person (id)
        WHERE NOT (s.four_eyes AND EXISTS (SELECT 1 FROM revisions w JOIN revisions z ON z.id = s.revision_id
            WHERE w.post_id = s.post_id AND w.number <= z.number AND w.created_by = person.id))))"""
"""Of the seal `s`, by the rule of then. That one person approved, its foreign key says.

Only versions up to the sealed one are asked whose work it is, as these never change: whoever edits what it
was copied from, after the approval, takes nothing away from it."""

_ENOUGH: Final = text(f"SELECT {ENOUGH_APPROVED} FROM seals s WHERE s.id = :seal")  # noqa: S608 - of constants


async def consign(
    runtime: Runtime, tx: AsyncSession, delivery: Delivery, *, must_be_same: bool = True
) -> Consignment:
    """Put together what the connector gets, from the sealed variant alone.

    Args:
        runtime: What use cases need.
        tx: An open transaction that sees the delivery.
        delivery: Whose parcel it is; its media bytes aren't read here.
        must_be_same: Refuse a channel that was changed after the approval. Looking for a post and taking it
            down must go on all the same.

    Raises:
        SealBroken: The stored variants aren't what was sealed.
        ChannelChanged: The channel was removed for good, or was changed.
    """
    stored = await stored_of(tx, delivery)
    channel = await tx.get(
        Channel, delivery.channel_id, options=[undefer(Channel.credentials)], populate_existing=True
    )
    return pack(runtime, stored, channel, must_be_same=must_be_same)


async def stored_of(tx: AsyncSession, delivery: Delivery) -> Stored:
    """Read a delivery's seal and variants anew."""
    seal = await tx.get_one(Seal, delivery.seal_id, populate_existing=True)
    query = select(Variant).where(Variant.revision_id == delivery.revision_id)
    variants = await tx.scalars(query.execution_options(populate_existing=True))
    return Stored(
        delivery.id,
        delivery.organization_id,
        delivery.channel_id,
        delivery.checkpoint,
        seal.hash,
        seal.revision_id == delivery.revision_id,
        {str(variant.channel_id): variant.canonical for variant in variants},
        bool(await tx.scalar(_ENOUGH, {"seal": seal.id})),
    )


def pack(
    runtime: Runtime, stored: Stored, channel: Channel | None, *, must_be_same: bool = True
) -> Consignment:
    """Do what `consign` does with what was read; the channel comes with its credentials."""
    sealed = sealed_variant(stored)
    if channel is None or channel.credentials is None:
        raise ChannelChanged(
            "The channel was removed.", advice="Connect the account again, then request changes."
        )
    if must_be_same and (difference := sealed_difference(sealed, channel)):
        raise ChannelChanged(
            f"The channel was changed after the approval: {difference}.",
            advice="Request changes and submit the post again, so that what is sent is what was approved.",
        )
    connector = runtime.connector(channel.platform)
    link = Link(channel.account, runtime.vault.open_secret(channel.credentials), sealed["options"])
    pictures = tuple(_picture(runtime, stored.organization_id, media) for media in sealed["media"])
    key = delivery_key(stored.delivery_id)
    parcel = Parcel(stored.delivery_id, key, link, sealed["payload"], pictures)
    return Consignment(connector, parcel, stored.checkpoint)


async def check_seal(tx: AsyncSession, delivery: Delivery) -> dict[str, Any]:
    """Do what `sealed_variant` does with what is read now."""
    return sealed_variant(await stored_of(tx, delivery))


def sealed_variant(stored: Stored) -> dict[str, Any]:
    """Compute the seal over the stored variants once more; give this channel's sealed variant.

    Raises:
        SealBroken: It isn't the seal under which the delivery was approved.
    """
    own = stored.variants.get(str(stored.channel_id))
    if not stored.is_of_revision or own is None or seal_hash(stored.variants.items()) != stored.seal:
        raise SealBroken(
            "The stored post doesn't match its seal; nothing was published.",
            advice="Somebody changed the database outside Signoff. Check the audit, then approve it anew.",
        )
    if not stored.is_complete:
        raise SealBroken(
            "Fewer people approved this than its brand asked for; nothing was published.",
            advice="Somebody changed the database outside Signoff. Check the audit, then approve it anew.",
        )
    sealed: dict[str, Any] = json.loads(own)
    return sealed


async def check_media(runtime: Runtime, goods: Consignment) -> None:
    """Read every picture and compare its bytes with the sealed digest.

    Raises:
        SealBroken: One was changed or is missing.
    """
    for picture in goods.parcel.pictures:
        try:
            await runtime.media.read(picture.digest)
        except (MediaChanged, NotFound) as problem:
            raise SealBroken(
                "A stored picture isn't the one that was approved; nothing was published.",
                advice="Restore the media folder from a backup, or replace the picture and approve it anew.",
            ) from problem


def _picture(runtime: Runtime, organization_id: OrganizationId, media: Mapping[str, Any]) -> SealedPicture:
    digest = str(media["digest"])
    return SealedPicture(
        digest=digest,
        media_type=media["media_type"],
        width=media["width"],
        height=media["height"],
        alt=media["alt"],
        url=sign_address(
            runtime.vault,
            Address(organization_id, digest, media["media_type"]),
            base_url=runtime.settings.address,
            now=runtime.clock.now(),
        ),
        read=lambda: runtime.media.read(digest),
    )
