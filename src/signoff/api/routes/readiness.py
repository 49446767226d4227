"""What helps a reviewer: score, statements to check, several decisions at once, and taking one back."""

from __future__ import annotations

from uuid import UUID

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.api.schemas.posts import PostOut
from signoff.api.schemas.readiness import CheckIn, DecisionsIn, DecisionsOut, ReadinessOut
from signoff.bulk.decide import decide_about
from signoff.kernel.errors import ContentChanged, NotFound, WrongState
from signoff.kernel.ids import DecisionId, PostId
from signoff.pipeline.review.check_statement import check_statement
from signoff.pipeline.review.decide_many import Looked
from signoff.pipeline.review.undo import undo_decision
from signoff.records.posts.readiness import readiness

router = new_router("", "Review", NotFound)


@router.get("/posts/{post_id}/readiness", summary="Read a post's score and its statements")
async def show_readiness(post_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> ReadinessOut:
    """Give the checklist with its reasons, and the sentences that state facts with their sources."""
    return ReadinessOut.of(await readiness(runtime, actor, PostId(post_id)))


@router.put(
    "/posts/{post_id}/statements/{statement}",
    summary="Mark a statement as checked",
    responses=problems(ContentChanged, WrongState),
)
async def mark_statement(
    post_id: UUID, statement: str, body: CheckIn, actor: CurrentActor, runtime: CurrentRuntime
) -> ReadinessOut:
    """Vouch for a statement of exactly the version that was seen, or take that back."""
    found = await check_statement(
        runtime, actor, PostId(post_id), statement, seen=body.seen, is_checked=body.checked
    )
    return ReadinessOut.of(found)


@router.post("/decisions", summary="Decide about several posts")
async def decide_posts(body: DecisionsIn, actor: CurrentActor, runtime: CurrentRuntime) -> DecisionsOut:
    """Decide about each by itself: what is refused doesn't hold up the rest, and says why."""
    posts = [Looked(PostId(each.post_id), each.seen, each.facts_confirmed) for each in body.posts]
    found = await decide_about(runtime, actor, posts, body.verdict, comment=body.comment)
    return DecisionsOut.of(found, actor)


@router.post(
    "/posts/{post_id}/decisions/{decision_id}/undo",
    summary="Take one's own decision back",
    responses=problems(WrongState),
)
async def take_decision_back(
    post_id: UUID, decision_id: UUID, actor: CurrentActor, runtime: CurrentRuntime
) -> PostOut:
    """Bring the post back into review, unless something came of the decision; its schedule is withdrawn."""
    return PostOut.of(await undo_decision(runtime, actor, PostId(post_id), DecisionId(decision_id)))
