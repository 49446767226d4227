"""Looking pictures up by their digest, as previews and sealed variants name them."""

from __future__ import annotations

from sqlalchemy import select

from signoff.kernel.errors import NotFound
from signoff.kernel.people import Actor, May
from signoff.records.models import Media
from signoff.runtime import Runtime


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
