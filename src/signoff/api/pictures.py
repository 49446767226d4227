"""Pictures of a post as callers name them: by id alone, or with an alt text."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from signoff.api.schemas.post_requests import MediaUseIn
from signoff.kernel.errors import NotFound
from signoff.kernel.ids import MediaId
from signoff.kernel.people import Actor
from signoff.pipeline.draft.content import MediaUse
from signoff.pipeline.draft.media import get_media
from signoff.runtime import Runtime


async def media_uses(runtime: Runtime, actor: Actor, named: Sequence[UUID | MediaUseIn]) -> list[MediaUse]:
    """Give the pictures; where no alt text is said, the one of the upload counts."""
    return [await _use(runtime, actor, one) for one in named]


async def _use(runtime: Runtime, actor: Actor, named: UUID | MediaUseIn) -> MediaUse:
    media_id = MediaId(named if isinstance(named, UUID) else named.id)
    if isinstance(named, MediaUseIn) and named.alt is not None:
        return MediaUse(media_id, named.alt)
    try:
        return MediaUse(media_id, (await get_media(runtime, actor, media_id)).alt)
    except NotFound:
        return MediaUse(media_id)  # the use case says that it doesn't exist, and in which field
