"""Keeping what is typed, without a button and without a revision for every pause.

A window of the editor hands in its form again and again. That makes a working copy, which nobody reviews and
nobody publishes. It becomes a revision when its author saves, hands in or leaves, and every ten minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.kernel.errors import NotAllowed, NotFound, TooLarge
from signoff.kernel.ids import CopyId, PersonId, PostId
from signoff.kernel.people import Actor, May
from signoff.records.models import Post
from signoff.records.posts.copies import Others, WorkingCopy, read_others
from signoff.records.states import PostState
from signoff.records.tenants import Person
from signoff.runtime import Runtime

BECOMES_REVISION_AFTER: Final = timedelta(minutes=10)
_MOST_CHARS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Words:
    """What a window hands in."""

    copy_id: CopyId
    version: int
    """Of the post that the window shows."""
    turn: int
    fields: Sequence[tuple[str, str]] | None
    """The form as it stands; None: nothing new, the window only says that it is still open."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a window stands to its draft after its words were kept."""

    at: datetime
    version: int
    """Of the post that the window's words build on."""
    is_behind: bool
    """Somebody else saved a newer version."""
    is_draft: bool
    state: PostState
    changed_by: str
    """Who changed the post last; empty: Signoff."""
    changed_at: datetime
    is_due: bool
    """The words waited long enough to become a revision."""
    has_words: bool
    """Some of them are in no revision."""
    others: Others


async def keep_words(runtime: Runtime, actor: Actor, post_id: PostId, words: Words) -> Standing:
    """Keep the words of a window, whatever became of the post meanwhile, and tell how things stand.

    Raises:
        NotFound: There is no such post, or the window belongs to somebody else.
        NotAllowed: Somebody else's post, and the role edits only its own.
        TooLarge: More than anybody types.
    """
    actor.need(May.WRITE_POSTS)
    person_id = actor.need_person()
    if sum(len(name) + len(value) for name, value in words.fields or ()) > _MOST_CHARS:
        raise TooLarge("This is too much text to be kept.", next_step="Shorten it.")
    async with runtime.transaction(actor.organization_id) as tx:
        post = await _editable(tx, actor, post_id)
        await _store(tx, actor, person_id, post, words)
        copy = await tx.get(WorkingCopy, words.copy_id, populate_existing=True)
        if copy is None or (copy.post_id, copy.person_id) != (post_id, person_id):
            raise NotFound("This window belongs to somebody else.", next_step="Open the post again.")
        return await _standing(tx, actor, post, copy)


async def _editable(tx: AsyncSession, actor: Actor, post_id: PostId) -> Post:
    post = await tx.scalar(select(Post).where(Post.id == post_id, Post.deleted_at.is_(None)))
    if post is None:
        raise NotFound("There is no such post.", next_step="It was deleted. Copy your text and start anew.")
    if post.author_id != actor.person_id and not actor.may(May.EDIT_ALL_POSTS):
        raise NotAllowed(
            "Authors edit their own posts; this one is somebody else's.",
            next_step="Ask its author or an admin.",
        )
    return post


async def _store(tx: AsyncSession, actor: Actor, person_id: PersonId, post: Post, words: Words) -> None:
    now = await database_now(tx)
    row: dict[str, Any] = {
        "id": words.copy_id,
        "organization_id": actor.organization_id,
        "post_id": post.id,
        "person_id": person_id,
        "version": words.version,
        "turn": words.turn,
        "seen_at": now,
    }
    said: dict[str, Any] = {"turn": words.turn, "seen_at": now, "left_at": None}
    if words.fields is not None:
        fields = [list(pair) for pair in words.fields]
        row |= {"fields": fields, "unsaved_since": now, "typed_at": now}
        since = func.coalesce(WorkingCopy.unsaved_since, now)
        said |= {"fields": fields, "unsaved_since": since, "typed_at": now}
        said["version"] = func.greatest(WorkingCopy.version, words.version)
    await tx.execute(
        insert(WorkingCopy)
        .values(row)
        .on_conflict_do_update(
            index_elements=[WorkingCopy.id],
            set_=said,
            where=(WorkingCopy.turn < words.turn)
            & (WorkingCopy.post_id == post.id)
            & (WorkingCopy.person_id == person_id),
        )
    )


async def _standing(tx: AsyncSession, actor: Actor, post: Post, copy: WorkingCopy) -> Standing:
    now = await database_now(tx)
    person = await tx.get(Person, post.updated_by) if post.updated_by else None
    is_draft = post.state is PostState.DRAFT
    is_behind = copy.version != post.version
    waited = now - copy.unsaved_since if copy.unsaved_since else timedelta(0)
    return Standing(
        at=now,
        version=copy.version,
        is_behind=is_behind,
        is_draft=is_draft,
        state=post.state,
        changed_by=person.display_name if person else "",
        changed_at=post.updated_at,
        is_due=is_draft and not is_behind and waited >= BECOMES_REVISION_AFTER,
        has_words=copy.fields is not None,
        others=await read_others(tx, actor, post.id, copy.id),
    )


async def leave_draft(runtime: Runtime, actor: Actor, copy_id: CopyId) -> None:
    """Note that a window was closed; what is in no revision stays kept."""
    await _change(runtime, actor, copy_id, is_forgotten=False)


async def forget_words(runtime: Runtime, actor: Actor, copy_id: CopyId) -> None:
    """Forget words that their author wants no more.

    Raises:
        NotFound: They aren't there, or are somebody else's.
    """
    await _change(runtime, actor, copy_id, is_forgotten=True)


async def _change(runtime: Runtime, actor: Actor, copy_id: CopyId, *, is_forgotten: bool) -> None:
    actor.need(May.WRITE_POSTS)
    async with runtime.transaction(actor.organization_id) as tx:
        values: dict[str, Any] = {"left_at": await database_now(tx)}
        if is_forgotten:
            values |= {"fields": None, "unsaved_since": None}
        found = await tx.execute(
            update(WorkingCopy)
            .where(WorkingCopy.id == copy_id, WorkingCopy.person_id == actor.person_id)
            .values(values)
            .returning(WorkingCopy.id)
        )
        if found.first() is None:
            raise NotFound("These words aren't kept any more.")
