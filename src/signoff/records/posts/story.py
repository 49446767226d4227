"""What happened to a post, for the page that tells its story."""

from __future__ import annotations

from signoff.kernel.ids import PostId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.queries import timeline
from signoff.records.deliveries.views import TimelineEntry
from signoff.records.posts.queries import need_post
from signoff.runtime import Runtime


async def post_timeline(runtime: Runtime, actor: Actor, post_id: PostId) -> list[TimelineEntry]:
    """Give the post's own events, oldest first.

    Raises:
        NotFound: There is no such post.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        await need_post(tx, post_id)
        return await timeline(tx, None, post_id)
