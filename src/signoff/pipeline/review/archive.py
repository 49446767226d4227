"""Putting a post away, getting it back as a draft, and taking either back."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.errors import NotAllowed, WrongState
from signoff.kernel.ids import PostId
from signoff.kernel.notes import checked_note
from signoff.kernel.people import Actor, May
from signoff.pipeline.review.submit import hand_in
from signoff.records.deliveries.views import PostView
from signoff.records.models import Delivery, Post
from signoff.records.moves import lock_post, move_post, withdraw_open
from signoff.records.posts.queries import read_post
from signoff.records.states import PostAction, PostState
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


async def archive_again(
    runtime: Runtime, actor: Actor, post_id: PostId, *, version: int, reason: str
) -> PostView:
    """Take the restoring of a post back; `version` is the one that restoring led to.

    Raises:
        NotFound: There is no such post.
        NotAllowed: Somebody else's post, and the role edits only its own.
        WrongState: Somebody went on with it since.
    """
    actor.need(May.WRITE_POSTS)
    async with runtime.transaction(actor.organization_id) as tx:
        post = await _untouched(tx, actor, post_id, version)
        await move_post(tx, post, PostAction.ARCHIVE, actor, archive_reason=reason)
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


async def unarchive(
    runtime: Runtime, actor: Actor, post_id: PostId, *, version: int, was: PostState
) -> PostView:
    """Take the archiving of a post back: it is a draft again, or waits for a decision as it did.

    What waits is frozen anew, as a channel may have changed, and approvals of before don't count. It stays
    handed in by who did that.

    Args:
        runtime: What use cases need.
        actor: Who archived it.
        post_id: The post.
        version: The one that archiving led to.
        was: Where the post stood before, a draft or in review.

    Raises:
        NotFound: There is no such post.
        NotAllowed: Somebody else's post, and the role edits only its own.
        WrongState: Somebody went on with it since.
        OverLimit: What waited exceeds now what a channel takes.
        Invalid: Its score is less than the brand asks for by now.
    """
    actor.need(May.WRITE_POSTS)
    async with runtime.transaction(actor.organization_id) as tx:
        post = await _untouched(tx, actor, post_id, version)
        await move_post(tx, post, PostAction.RESTORE, actor, archive_reason="")
        if was is PostState.IN_REVIEW:
            await hand_in(runtime, tx, actor, post)
        return await read_post(tx, post.id)


async def _untouched(tx: AsyncSession, actor: Actor, post_id: PostId, version: int) -> Post:
    post = await lock_post(tx, post_id)
    _need_own(post, actor)
    if post.version != version:
        raise WrongState("Somebody went on with it since.", next_step="Look at the post.")
    return post


def _need_own(post: Post, actor: Actor) -> None:
    if post.author_id != actor.person_id and not actor.may(May.DECIDE):
        raise NotAllowed("Authors archive their own posts.", next_step="Ask its author or a reviewer.")
