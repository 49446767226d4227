"""Cropping a picture to a shape that a channel takes. The picture that was uploaded stays as it is."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from signoff.audit import chain
from signoff.kernel.errors import Invalid, NotFound
from signoff.kernel.ids import MediaId, new_id
from signoff.kernel.people import Actor, May
from signoff.media.crop import FULL, Frame, cropped
from signoff.records.models import Media
from signoff.runtime import Runtime

_NARROWEST: Final = 0.1
_WIDEST: Final = 10.0
_SMALLEST: Final = 10


async def crop_media(runtime: Runtime, actor: Actor, media_id: MediaId, frame: Frame) -> Media:
    """Store the part of a picture inside a frame as a picture of its own.

    A picture that was cropped before is cut anew from the one it came from: it can get larger again.

    Raises:
        NotAllowed: The role may not write.
        NotFound: There is no such picture.
        Invalid: There is no such frame.
    """
    actor.need(May.WRITE_POSTS)
    _check(frame)
    whole, alt = await _whole(runtime, actor, media_id)
    box = frame.box(whole.width, whole.height)
    if box == (0, 0, whole.width, whole.height):
        return whole
    stored = await cropped(runtime.media, whole.digest, box)
    async with runtime.transaction(actor.organization_id) as tx:
        row = {
            "id": MediaId(new_id()),
            "organization_id": actor.organization_id,
            "digest": stored.digest,
            "media_type": stored.media_type,
            "width": stored.width,
            "height": stored.height,
            "size_bytes": stored.size_bytes,
            "filename": whole.filename,
            "alt": alt,
            "source_url": whole.source_url,
            "cropped_from": whole.id,
            "crop": {"ratio": frame.ratio, "size": frame.size, "left": frame.left, "top": frame.top},
            "created_by": actor.person_id,
        }
        made: Media | None = await tx.scalar(
            insert(Media).values(row).on_conflict_do_nothing().returning(Media)
        )
        if made is None:  # the same part was cut before
            return (await tx.scalars(select(Media).where(Media.digest == stored.digest))).one()
        chain.record(tx, actor, "media.add", ("media", made.id), after={"digest": stored.digest})
        return made


async def whole_of(runtime: Runtime, actor: Actor, media_id: MediaId) -> Media:
    """Give the picture that a crop was cut from; one that wasn't cropped is whole itself.

    Raises:
        NotFound: There is no such picture.
    """
    actor.need(May.READ)
    return (await _whole(runtime, actor, media_id))[0]


async def _whole(runtime: Runtime, actor: Actor, media_id: MediaId) -> tuple[Media, str]:
    async with runtime.transaction(actor.organization_id) as tx:
        media = await tx.get(Media, media_id)
        whole = await tx.get(Media, media.cropped_from) if media and media.cropped_from else media
        if media is None or whole is None:
            raise NotFound("There is no such picture.")
        return whole, media.alt


def _check(frame: Frame) -> None:
    if not _NARROWEST <= frame.ratio <= _WIDEST:
        raise Invalid("A picture can't be that narrow or wide.", field="ratio", next_step="Use 0.1 to 10.")
    if not _SMALLEST <= frame.size <= FULL:
        raise Invalid(f"The frame's size is from {_SMALLEST} to {FULL} percent.", field="size")
    if not (0 <= frame.left <= FULL and 0 <= frame.top <= FULL):
        raise Invalid(f"The frame's place is from 0 to {FULL} percent.", field="left")
