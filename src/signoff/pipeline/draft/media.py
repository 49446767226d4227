"""Bringing pictures in: uploaded, or copied from an address so that they can't change at their source."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from signoff.audit import chain
from signoff.kernel.errors import NotFound
from signoff.kernel.ids import MediaId, new_id
from signoff.kernel.people import Actor, May
from signoff.media.store import Stored
from signoff.records.models import Media
from signoff.runtime import Runtime


async def upload_media(
    runtime: Runtime,
    actor: Actor,
    chunks: AsyncIterator[bytes],
    *,
    filename: str = "",
    alt: str = "",
    source_url: str = "",
) -> Media:
    """Store a picture, without its metadata; the same bytes are stored once.

    Raises:
        NotAllowed: The role may not write.
        TooLarge: More bytes than are accepted.
        Invalid: It isn't a picture that is accepted, or is broken.
        NoSpace: The disk is full; nothing was stored.
    """
    actor.need(May.WRITE_POSTS)
    settings = runtime.settings
    stored = await runtime.media.put(
        chunks, limit_bytes=settings.upload_max_bytes, max_pixels=settings.image_max_pixels
    )
    return await _record(runtime, actor, stored, filename=filename[:255], alt=alt, source_url=source_url)


async def _record(
    runtime: Runtime, actor: Actor, stored: Stored, *, filename: str, alt: str, source_url: str
) -> Media:
    async with runtime.transaction(actor.organization_id) as tx:
        row = {
            "id": MediaId(new_id()),
            "organization_id": actor.organization_id,
            "digest": stored.digest,
            "media_type": stored.media_type,
            "width": stored.width,
            "height": stored.height,
            "size_bytes": stored.size_bytes,
            "filename": filename.replace("\x00", ""),
            "alt": alt,
            "source_url": source_url,
            "created_by": actor.person_id,
        }
        # Somebody else may be uploading the same picture at this moment: the database says who was first.
        media: Media | None = await tx.scalar(
            insert(Media).values(row).on_conflict_do_nothing().returning(Media)
        )
        if media is not None:
            chain.record(tx, actor, "media.add", ("media", media.id), after={"digest": stored.digest})
            return media
        known: Media = (await tx.scalars(select(Media).where(Media.digest == stored.digest))).one()
        known.alt = alt or known.alt  # what was said last; posts that use the picture keep their own
        return known


async def import_image(runtime: Runtime, actor: Actor, url: str, *, alt: str = "") -> Media:
    """Copy a picture from an address on the internet.

    Raises:
        Invalid: The address leads to an internal network, or there is no picture.
        Unavailable: The address didn't answer.
    """
    actor.need(May.WRITE_POSTS)
    name = url.rsplit("/", 1)[-1].partition("?")[0]
    return await upload_media(runtime, actor, runtime.fetch(url), filename=name, alt=alt, source_url=url)


async def get_media(runtime: Runtime, actor: Actor, media_id: MediaId) -> Media:
    """Give what is known about a picture.

    Raises:
        NotFound: Not there, or another organization's.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        media = await tx.get(Media, media_id)
        if media is None:
            raise NotFound("There is no such picture.")
        return media
