"""Writing a new post."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.kernel.ids import CopyId, PersonId, PostId, RevisionId, new_id
from signoff.kernel.people import Actor, May
from signoff.pipeline.draft.content import (
    PostDraft,
    check_form,
    check_references,
    draft_of,
    tidied,
)
from signoff.pipeline.draft.revise import add_revision
from signoff.records.deliveries.views import PostView
from signoff.records.models import Post
from signoff.records.posts.copies import WorkingCopy
from signoff.records.posts.queries import read_post
from signoff.runtime import Runtime


async def create_post(
    runtime: Runtime, actor: Actor, draft: PostDraft, *, copy_id: CopyId | None = None
) -> PostView:
    """Store a new post in state draft, with revision 1.

    Args:
        runtime: What use cases need.
        actor: Who writes.
        draft: The post.
        copy_id: The window of the editor it comes from. One that comes again, because it never got the
            answer, gets the post that it began.

    Raises:
        NotAllowed: The role may not write.
        NotFound: There is no such brand.
        Invalid: A field is wrong.
    """
    actor.need(May.WRITE_POSTS)
    draft = tidied(draft)
    check_form(draft)
    async with runtime.transaction(actor.organization_id) as tx:
        await check_references(tx, draft)
        if copy_id and (begun := await _begun(tx, actor, copy_id)):
            return await read_post(tx, begun)
        post = await store_post(tx, actor, draft)
        if copy_id and actor.person_id:
            tx.add(_window(post, actor.person_id, copy_id))
        return await read_post(tx, post.id)


async def _begun(tx: AsyncSession, actor: Actor, copy_id: CopyId) -> PostId | None:
    """Give the post that this window began. Of two requests at once, the second one waits for the first."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(copy_id), 0))))
    return await tx.scalar(
        select(WorkingCopy.post_id).where(WorkingCopy.id == copy_id, WorkingCopy.person_id == actor.person_id)
    )


def _window(post: Post, person_id: PersonId, copy_id: CopyId) -> WorkingCopy:
    return WorkingCopy(
        id=copy_id,
        organization_id=post.organization_id,
        post_id=post.id,
        person_id=person_id,
        version=post.version,
        turn=0,
    )


async def duplicate_post(runtime: Runtime, actor: Actor, post_id: PostId) -> PostView:
    """Store a copy of a post's current revision as a new draft, whatever state the original is in.

    Raises:
        NotAllowed: The role may not write.
        NotFound: There is no such post.
    """
    actor.need(May.WRITE_POSTS)
    async with runtime.transaction(actor.organization_id) as tx:
        original = await read_post(tx, post_id)
        copy = await store_post(tx, actor, draft_of(original.post, original.revision), copied_from=post_id)
        return await read_post(tx, copy.id)


async def store_post(
    tx: AsyncSession, actor: Actor, draft: PostDraft, *, copied_from: PostId | None = None
) -> Post:
    """Store a checked draft as a new post, inside an open transaction."""
    post = Post(
        id=PostId(new_id()),
        organization_id=actor.organization_id,
        revision_id=RevisionId(new_id()),
        author_id=actor.person_id,
        copied_from=copied_from,
    )
    await add_revision(tx, post, draft, 1, actor)
    tx.add(post)
    await tx.flush()
    chain.record(tx, actor, "post.create", ("post", post.id), after={"revision": 1}, post_id=post.id)
    return post
