"""Putting a post away, and getting it back as a draft."""

from __future__ import annotations

from signoff.kernel.errors import NotAllowed
from signoff.kernel.ids import PostId
from signoff.kernel.notes import checked_note
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.views import PostView
from signoff.records.models import Delivery, Post
from signoff.records.moves import lock_post, move_post, withdraw_open
from signoff.records.posts.queries import read_post
from signoff.records.states import PostAction
from signoff.runtime import Runtime


async def archive(runtime: Runtime, actor: Actor, post_id: PostId, *, reason: str = "") -> PostView:
    """Archive a post; what isn't out of it is cancelled.

    Raises:
        NotFound: There is no such post.
        NotAllowed: Somebody else's post, and the role edits only its own.
        WrongState: It is archived already.
        Invalid: The reason is too long.
    """
    actor.need(May.WRITE_POSTS)
    reason = checked_note(reason, "reason")
    async with runtime.transaction(actor.organization_id) as tx:
        post = await lock_post(tx, post_id)
        _need_own(post, actor)
        await move_post(tx, post, PostAction.ARCHIVE, actor, archive_reason=reason)
        await withdraw_open(tx, Delivery.post_id == post.id, actor, reason=reason or "The post was archived.")
        return await read_post(tx, post.id)


async def restore(runtime: Runtime, actor: Actor, post_id: PostId) -> PostView:
    """Bring an archived post back as a draft; an earlier approval doesn't come back.

    Raises:
        NotFound: There is no such post.
        NotAllowed: Somebody else's post, and the role edits only its own.
        WrongState: It isn't archived.
    """
    actor.need(May.WRITE_POSTS)
    async with runtime.transaction(actor.organization_id) as tx:
        post = await lock_post(tx, post_id)
        _need_own(post, actor)
        await move_post(tx, post, PostAction.RESTORE, actor, archive_reason="")
        return await read_post(tx, post.id)


def _need_own(post: Post, actor: Actor) -> None:
    if post.author_id != actor.person_id and not actor.may(May.DECIDE):
        raise NotAllowed("Authors archive their own posts.", next_step="Ask its author or a reviewer.")
