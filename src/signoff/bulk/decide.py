"""Deciding about many posts, with one way back for all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from signoff.bulk.actions import DECIDE
from signoff.kernel.ids import UndoId
from signoff.kernel.people import Actor
from signoff.pipeline.review.decide_many import Looked, Result, decide_many
from signoff.records.states import Verdict
from signoff.records.undos import keep_undo
from signoff.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Decisions:
    """What became of each post."""

    results: Sequence[Result]
    undo_id: UndoId | None
    """Takes all of these decisions back; None: none was made."""


async def decide_about(
    runtime: Runtime, actor: Actor, posts: Sequence[Looked], verdict: Verdict, *, comment: str = ""
) -> Decisions:
    """Decide about each post by itself. Raises as `decide_many` does."""
    results = await decide_many(runtime, actor, posts, verdict, comment=comment)
    items = [
        {"post": str(each.post_id), "decision": str(each.decided.decision.id)}
        for each in results
        if each.decided
    ]
    return Decisions(results, await keep_undo(runtime, actor, DECIDE, items))
