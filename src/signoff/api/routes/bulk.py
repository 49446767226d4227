"""Changing many posts at once, and taking that back."""

from __future__ import annotations

from uuid import UUID

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.api.schemas.bulk import BatchOut, BulkIn
from signoff.bulk.change import change_many
from signoff.bulk.undo import take_back
from signoff.kernel.errors import NotFound, WrongState
from signoff.kernel.ids import PostId, UndoId

router = new_router("", "Posts", NotFound)


@router.post("/posts/bulk", summary="Change many posts")
async def change_posts(body: BulkIn, actor: CurrentActor, runtime: CurrentRuntime) -> BatchOut:
    """Do one thing with each by itself: what is refused doesn't hold up the rest, and says why."""
    ids = [PostId(each) for each in body.posts]
    return BatchOut.of(await change_many(runtime, actor, ids, body.wanted()))


@router.post("/undos/{undo_id}", summary="Take back what was done with many", responses=problems(WrongState))
async def undo_many(undo_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> BatchOut:
    """Take each back by itself, once, within a day; where something came of it, it stays and says so."""
    return BatchOut.of(await take_back(runtime, actor, UndoId(undo_id)))
