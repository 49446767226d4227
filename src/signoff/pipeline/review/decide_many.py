"""One verdict about several posts, each decided by itself: what can't be decided doesn't hold up the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from signoff.kernel.errors import Invalid, Problem
from signoff.kernel.ids import PostId
from signoff.kernel.people import Actor, May
from signoff.pipeline.review.decide import Decided, decide
from signoff.records.states import Verdict
from signoff.runtime import Runtime

MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Looked:
    """A post, and the fingerprint of what the reviewer was shown of it."""

    post_id: PostId
    seen: str
    facts_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one of them: exactly one of the two is there."""

    post_id: PostId
    decided: Decided | None = None
    problem: Problem | None = None


async def decide_many(
    runtime: Runtime, actor: Actor, posts: Sequence[Looked], verdict: Verdict, *, comment: str = ""
) -> list[Result]:
    """Decide about each post in turn, with the same comment.

    Raises:
        NotAllowed: The role may not decide.
        Invalid: None, too many, or one of them twice.
    """
    actor.need(May.DECIDE)
    if not 0 < len(posts) <= MOST:
        raise Invalid(f"Choose between one and {MOST} posts.", field="posts")
    if len({each.post_id for each in posts}) < len(posts):
        raise Invalid("Each post is decided about once.", field="posts")
    return [await _one(runtime, actor, each, verdict, comment) for each in posts]


async def _one(runtime: Runtime, actor: Actor, post: Looked, verdict: Verdict, comment: str) -> Result:
    try:
        decided = await decide(
            runtime,
            actor,
            post.post_id,
            verdict,
            seen=post.seen,
            comment=comment,
            facts_confirmed=post.facts_confirmed,
        )
    except Problem as problem:
        return Result(post.post_id, problem=problem)
    return Result(post.post_id, decided=decided)
