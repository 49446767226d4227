"""Looking at a post: exactly what would be sent, with the live limits while it is written."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.ids import PostId
from signoff.kernel.people import Actor, May
from signoff.pipeline.draft.content import PostDraft, check_form, check_references, content_of_draft
from signoff.records.deliveries.views import PostView
from signoff.records.posts.frozen import preview_frozen
from signoff.records.posts.previews import Preview, content_of, preview_content
from signoff.records.posts.queries import read_post
from signoff.records.posts.readiness import Readiness, readiness_of_content
from signoff.records.states import PostState
from signoff.runtime import Runtime


async def preview(runtime: Runtime, actor: Actor, post_id: PostId) -> Preview:
    """Show a stored post: a draft as it would be handed in now, anything later as it was handed in.

    Raises:
        NotFound: There is no such post.
        Invalid: One of a draft's channels was removed.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        return await _shown(runtime, tx, await read_post(tx, post_id))


async def preview_of(runtime: Runtime, actor: Actor, view: PostView) -> Preview:
    """Show a post that was just read in the same way.

    Raises:
        Invalid: One of a draft's channels was removed.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        return await _shown(runtime, tx, view)


async def _shown(runtime: Runtime, tx: AsyncSession, view: PostView) -> Preview:
    if view.post.state is not PostState.DRAFT and (frozen := await preview_frozen(runtime, tx, view)):
        return frozen
    content = content_of(view.revision, str(view.post.content_type))
    return await preview_content(runtime, tx, view.brand, content)


async def preview_draft(runtime: Runtime, actor: Actor, draft: PostDraft) -> Preview:
    """Render what an author is typing, without storing it.

    Raises:
        NotFound: There is no such brand.
        Invalid: A field is wrong.
    """
    return (await look_over(runtime, actor, draft))[0]


async def look_over(runtime: Runtime, actor: Actor, draft: PostDraft) -> tuple[Preview, Readiness]:
    """Render what an author is typing, and score it, without storing anything.

    Raises:
        NotFound: There is no such brand.
        Invalid: A field is wrong.
    """
    actor.need(May.READ)
    check_form(draft)
    content = content_of_draft(draft)
    async with runtime.transaction(actor.organization_id) as tx:
        brand = await check_references(tx, draft)
        shown = await preview_content(runtime, tx, brand, content)
    return shown, readiness_of_content(runtime, brand, content, draft.target_prompt)
