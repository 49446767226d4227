"""Taking back what was done with many posts, as far as nothing came of it."""

from __future__ import annotations

from uuid import UUID

from signoff.bulk.actions import BACK_NEEDS, TAKE_BACK
from signoff.bulk.outcomes import Back, Batch, Outcome
from signoff.kernel.errors import Problem
from signoff.kernel.ids import PostId, UndoId
from signoff.kernel.people import Actor
from signoff.records.posts.queries import get_post
from signoff.records.undos import close_undo, read_undo
from signoff.runtime import Runtime


async def take_back(runtime: Runtime, actor: Actor, undo_id: UndoId) -> Batch:
    """Take back each of it by itself; where something came of it, the outcome says what.

    Raises:
        NotAllowed: An agent asks, or the role or token may do this with no post.
        NotFound: Not there, somebody else's, or a day ago.
        WrongState: It was taken back already.
    """
    undo = await read_undo(runtime, actor, undo_id, BACK_NEEDS)
    batch = Batch([await _one(runtime, actor, undo.action, item) for item in undo.items])
    await close_undo(runtime, actor, undo)
    return batch


async def _one(runtime: Runtime, actor: Actor, action: str, item: Back) -> Outcome:
    post_id, title = PostId(UUID(item["post"])), ""
    try:
        title = (await get_post(runtime, actor, post_id)).revision.title or "Without a title"
        await TAKE_BACK[action](runtime, actor, post_id, item)
        after = await get_post(runtime, actor, post_id)
    except Problem as problem:
        return Outcome(post_id, title, problem)
    return Outcome(post_id, title, state=after.post.state)
