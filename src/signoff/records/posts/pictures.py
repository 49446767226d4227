"""Looking pictures up: by their digest, as sealed variants name them, and the one that stands for a post."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, select

from signoff.db.arrays import among
from signoff.kernel.errors import NotFound
from signoff.kernel.ids import DeliveryId, MediaId, PostId
from signoff.kernel.people import Actor, May
from signoff.records.models import Delivery, Media, Post, Revision, Seal
from signoff.runtime import Runtime

_FIRST: Final[ColumnElement[Any]] = Revision.media[0]["media_id"].as_string()


async def find_media(runtime: Runtime, actor: Actor, digest: str) -> Media:
    """Give what is known about a picture of the actor's organization.

    Raises:
        NotFound: Not there, or another organization's.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        query = select(Media).where(Media.organization_id == actor.organization_id, Media.digest == digest)
        media = await tx.scalar(query.limit(1))
        if media is None:
            raise NotFound("There is no such picture.")
        return media


async def pictures_of_deliveries(
    runtime: Runtime, actor: Actor, ids: Collection[DeliveryId]
) -> Mapping[DeliveryId, str]:
    """Give the first picture of what was sealed for each, as a media id; those without one are left out."""
    actor.need(May.READ)
    query = (
        select(Delivery.id, _FIRST)
        .join(Seal, Seal.id == Delivery.seal_id)
        .join(Revision, Revision.id == Seal.revision_id)
        .where(Delivery.organization_id == actor.organization_id, among(Delivery.id, ids))
    )
    async with runtime.transaction(actor.organization_id) as tx:
        return {row[0]: row[1] for row in await tx.execute(query) if row[1]}


async def pictures_of_posts(runtime: Runtime, actor: Actor, ids: Collection[PostId]) -> Mapping[PostId, str]:
    """Give the first picture of each post as it is now, as a media id; those without one are left out."""
    actor.need(May.READ)
    query = (
        select(Post.id, _FIRST)
        .join(Revision, Revision.id == Post.revision_id)
        .where(Post.organization_id == actor.organization_id, among(Post.id, ids))
    )
    async with runtime.transaction(actor.organization_id) as tx:
        return {row[0]: row[1] for row in await tx.execute(query) if row[1]}


async def media_by_id(runtime: Runtime, actor: Actor, ids: Collection[MediaId]) -> dict[MediaId, Media]:
    """Give what is known about pictures; those that aren't there are left out."""
    actor.need(May.READ)
    if not ids:
        return {}
    async with runtime.transaction(actor.organization_id) as tx:
        return {media.id: media for media in await tx.scalars(select(Media).where(among(Media.id, ids)))}
