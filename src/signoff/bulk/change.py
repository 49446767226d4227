"""Changing many posts at once: each for itself, so that one refusal stops none of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from signoff.bulk.actions import DO, NEEDS, BulkAction, Wanted
from signoff.bulk.outcomes import Batch, Outcome
from signoff.kernel.errors import Invalid, Problem
from signoff.kernel.ids import PostId, UndoId
from signoff.kernel.people import Actor
from signoff.records.posts.queries import get_post
from signoff.records.undos import keep_undo
from signoff.runtime import Runtime

MOST: Final = 100


async def change_many(runtime: Runtime, actor: Actor, post_ids: Sequence[PostId], wanted: Wanted) -> Batch:
    """Do one thing with each post, one after the other.

    Raises:
        NotAllowed: The role may do this with no post.
        Invalid: No post, too many, or one of them twice; or nothing is said to tag with.
    """
    actor.need(NEEDS[wanted.action])
    if not 0 < len(post_ids) <= MOST:
        raise Invalid(f"Choose between one and {MOST} posts.", field="posts", next_step="Choose fewer.")
    if len(set(post_ids)) < len(post_ids):
        raise Invalid("Each post is named once.", field="posts")
    if wanted.action in {BulkAction.TAG, BulkAction.UNTAG} and not any(tag.strip() for tag in wanted.tags):
        raise Invalid("Say which tags.", field="tags", next_step="Write one or more.")
    outcomes = [await _one(runtime, actor, each, wanted) for each in post_ids]
    return Batch(outcomes, await _undo(runtime, actor, wanted, outcomes))


async def _one(runtime: Runtime, actor: Actor, post_id: PostId, wanted: Wanted) -> Outcome:
    title = ""
    try:
        view = await get_post(runtime, actor, post_id)
        title = view.revision.title or view.revision.body[:70] or "Without a title"
        done = await DO[wanted.action](runtime, actor, view, wanted)
    except Problem as problem:
        return Outcome(post_id, title, problem)
    return Outcome(post_id, title, state=done.state, placed=done.placed, back=done.back)


async def _undo(runtime: Runtime, actor: Actor, wanted: Wanted, outcomes: Sequence[Outcome]) -> UndoId | None:
    done = [each for each in outcomes if each.problem is None]
    items = [{"post": str(each.post_id), **each.back} for each in done if each.back is not None]
    return await keep_undo(runtime, actor, wanted.action, items) if len(items) == len(done) else None
