"""Editing and deleting drafts. Everything else is refused: what is reviewed or approved stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now
from signoff.kernel.errors import NotAllowed, VersionChanged, WrongState
from signoff.kernel.ids import CopyId, PostId
from signoff.kernel.people import Actor, May
from signoff.pipeline.draft.content import (
    PostDraft,
    check_form,
    check_references,
    draft_of,
    tidied,
)
from signoff.pipeline.draft.revise import add_revision, set_fields
from signoff.records.deliveries.views import PostView
from signoff.records.models import Post, Revision, Seal
from signoff.records.moves import lock_post
from signoff.records.posts.copies import WorkingCopy
from signoff.records.posts.queries import read_post
from signoff.records.states import PostState
from signoff.runtime import Runtime

REVISED = ("title", "body", "link", "media", "channels", "overrides", "metadata", "origin", "origin_detail")
"""What a revision holds; a change of anything else makes no new one."""


async def edit_post(  # noqa: PLR0913 - what an edit consists of, by name
    runtime: Runtime,
    actor: Actor,
    post_id: PostId,
    changes: Mapping[str, Any],
    *,
    version: int,
    copy_id: CopyId | None = None,
    turn: int | None = None,
    brings_back: int | None = None,
) -> PostView:
    """Change a draft; a change of its content makes a new revision.

    Args:
        runtime: What use cases need.
        actor: Who edits.
        post_id: The draft.
        changes: Values of `PostDraft` by field name; what isn't named stays.
        version: The version on the author's screen.
        copy_id: The window of the editor it comes from, whose words are in the post then. A version that this
            window saved itself, and whose answer it never got, isn't somebody else's.
        turn: Which of the window's words these are; newer ones stay kept. None: all are in it.
        brings_back: The revision whose content it is, for the record.

    Raises:
        NotFound: There is no such post.
        NotAllowed: Somebody else's post, and the role edits only its own.
        WrongState: It isn't a draft.
        VersionChanged: Somebody saved a newer version.
        Invalid: A field is wrong.
    """
    actor.need(May.WRITE_POSTS)
    async with runtime.transaction(actor.organization_id) as tx:
        post = await lock_post(tx, post_id)
        copy = await _window(tx, actor, post_id, copy_id)
        _need_editable(post, actor, max(version, copy.version if copy else 0))
        revision = await tx.get_one(Revision, post.revision_id)
        before = draft_of(post, revision)
        changed = replace(before, **{name: _listed(value) for name, value in changes.items()})
        after = tidied(changed)
        check_form(after)
        await check_references(tx, after)
        number = revision.number
        # The kind of post is sealed as well: whoever changes it has a hand in the version.
        if any(getattr(before, name) != getattr(after, name) for name in (*REVISED, "content_type")):
            number += 1
            await add_revision(tx, post, after, number, actor)
        else:
            await set_fields(tx, post, after, actor)
        post.version += 1
        if copy is not None:
            copy.version = post.version
            if turn is None or copy.turn == turn:
                copy.fields, copy.unsaved_since = None, None
        await tx.flush()
        chain.record(
            tx,
            actor,
            "post.edit",
            ("post", post.id),
            before={"revision": revision.number, "fields": sorted(_changed(before, after))},
            after={"revision": number} | ({"brings_back": brings_back} if brings_back else {}),
            post_id=post.id,
        )
        return await read_post(tx, post.id)


async def _window(
    tx: AsyncSession, actor: Actor, post_id: PostId, copy_id: CopyId | None
) -> WorkingCopy | None:
    copy = await tx.get(WorkingCopy, copy_id, with_for_update=True) if copy_id else None
    is_own = copy is not None and (copy.post_id, copy.person_id) == (post_id, actor.person_id)
    return copy if is_own else None


def _listed(value: object) -> Any:  # noqa: ANN401 - any of a post's fields
    """Give sequences the type they have when read back, so that the same content compares as the same."""
    return list(value) if isinstance(value, tuple) else value


def _changed(before: PostDraft, after: PostDraft) -> set[str]:
    return {name for name in PostDraft.__slots__ if getattr(before, name) != getattr(after, name)}


def _need_editable(post: Post, actor: Actor, version: int) -> None:
    if post.author_id != actor.person_id and not actor.may(May.EDIT_ALL_POSTS):
        raise NotAllowed(
            "Authors edit their own posts; this one is somebody else's.",
            next_step="Ask its author or an admin.",
        )
    if post.state is not PostState.DRAFT:
        step = {
            PostState.IN_REVIEW: "Request changes first: it goes back to draft and keeps its history.",
            PostState.APPROVED: (
                "Request changes first: the approval is withdrawn and undelivered deliveries are cancelled."
            ),
            PostState.ARCHIVED: "Restore it first.",
        }[post.state]
        raise WrongState(f"Only a draft is edited; this post is {_words(post.state)}.", next_step=step)
    if post.version != version:
        raise VersionChanged(
            "Somebody saved a newer version; yours was not stored.",
            next_step="Compare with the newer version, then save again.",
            version=post.version,
        )


def _words(state: PostState) -> str:
    return str(state).replace("_", " ")


async def delete_post(runtime: Runtime, actor: Actor, post_id: PostId, *, version: int) -> None:
    """Delete a draft that was never approved; what was may be out, or on its way, and is archived instead.

    Raises:
        NotFound: There is no such post.
        NotAllowed: Somebody else's post, and the role edits only its own.
        WrongState: It isn't a draft, or was approved before.
        VersionChanged: Somebody saved a newer version.
    """
    actor.need(May.WRITE_POSTS)
    async with runtime.transaction(actor.organization_id) as tx:
        post = await lock_post(tx, post_id)
        _need_editable(post, actor, version)
        await _need_never_approved(tx, post)
        post.deleted_at, post.deleted_by = await database_now(tx), actor.person_id
        post.version += 1
        await tx.flush()
        chain.record(tx, actor, "post.delete", ("post", post.id), post_id=post.id)


async def _need_never_approved(tx: AsyncSession, post: Post) -> None:
    if await tx.scalar(select(exists().where(Seal.post_id == post.id))):
        raise WrongState(
            "This post was approved before, so its history is kept: it can't be deleted.",
            next_step="Archive it instead.",
        )
