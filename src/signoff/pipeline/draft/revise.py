"""Storing one more revision of a post: the step that writing, editing and duplicating share."""

from __future__ import annotations

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.kernel.ids import RevisionId, new_id
from signoff.kernel.people import Actor
from signoff.pipeline.draft.content import PostDraft, stored_media, stored_overrides
from signoff.records.models import Post, Revision


async def add_revision(tx: AsyncSession, post: Post, draft: PostDraft, number: int, by: Actor) -> Revision:
    """Store a revision and make it the post's current one."""
    revision = Revision(
        id=RevisionId(new_id()),
        organization_id=post.organization_id,
        post_id=post.id,
        number=number,
        title=draft.title,
        body=draft.body,
        link=draft.link,
        media=stored_media(draft.media),
        channel_ids=list(dict.fromkeys(draft.channels)),
        overrides=stored_overrides(draft),
        metadata_=dict(draft.metadata),
        origin="model" if by.is_agent else draft.origin,
        origin_detail=_written(draft, by),
        created_by=by.person_id,
    )
    tx.add(revision)
    await set_fields(tx, post, draft, by)
    post.revision_id = revision.id
    return revision


def _written(draft: PostDraft, by: Actor) -> dict[str, object]:
    """Note through which door a text came; what is known of a model that wrote it stays, whoever edits it."""
    door: dict[str, object] = {"via": str(by.via)}
    if by.token:
        door["token"] = by.token
    if by.is_agent:
        door["agent"] = by.token
    kept = {name: value for name, value in draft.origin_detail.items() if name not in {"via", "token"}}
    return kept | door


async def set_fields(tx: AsyncSession, post: Post, draft: PostDraft, by: Actor) -> None:
    """Set what a post keeps beside its revisions."""
    post.brand_id, post.content_type = draft.brand_id, draft.content_type
    post.title, post.tags = draft.title, list(draft.tags)
    post.suggested_time = draft.suggested_time
    post.image_prompt, post.image_ratio = draft.image_prompt, draft.image_ratio
    post.target_prompt = draft.target_prompt
    post.updated_at, post.updated_by = await database_now(tx), by.person_id
    words = " ".join((draft.title, draft.body, *draft.tags))
    post.search = func.to_tsvector("simple", words)  # computed by the database
