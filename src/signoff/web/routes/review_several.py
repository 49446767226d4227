"""Deciding about several posts of the queue at once, and taking decisions back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Form
from starlette.responses import Response

from signoff.bulk.decide import decide_about
from signoff.bulk.undo import take_back
from signoff.kernel.errors import NotFound, Problem
from signoff.kernel.ids import DecisionId, PostId, UndoId
from signoff.pipeline.review.decide_many import Looked, Result
from signoff.pipeline.review.undo import undo_decision
from signoff.records.posts.queries import get_post
from signoff.records.states import Verdict
from signoff.web.cookies import Undo
from signoff.web.forms import chosen_id
from signoff.web.once import new_router
from signoff.web.reviewing import Narrowed, Outcome, next_path, review_page
from signoff.web.routes.review import UNDO_PATH, Carried
from signoff.web.visit import Sending, Visit

router = new_router("/review")

_WAITS: Final = "Waits for a decision again"
_DONE: Final = {
    Verdict.APPROVE: "approved and sealed",
    Verdict.REQUEST_CHANGES: "sent back to the authors",
    Verdict.SKIP: "skipped and archived",
}


@router.post("/bulk")
async def send_decisions(
    visit: Sending,
    verdict: Annotated[Verdict, Form()],
    post: Annotated[list[str] | None, Form()] = None,
    comment: Annotated[str, Form()] = "",
    carried: Carried = "",
) -> Response:
    """Decide about each chosen post by itself; what was refused is listed with its reason."""
    part = Narrowed.read(carried)
    try:
        decisions = await decide_about(
            visit.runtime, visit.actor, list(_looked(post or [])), verdict, comment=comment
        )
    except Problem as problem:
        return await review_page(visit, part, problem=problem)
    undo = str(decisions.undo_id or "")
    if all(each.decided for each in decisions.results):
        count = len(decisions.results)
        said = f"{count} {'post is' if count == 1 else 'posts are'} {_DONE[verdict]}."
        if waiting := sum(_waits_for_others(each, verdict) for each in decisions.results):
            posts = "post" if count == 1 else "posts"
            said = f"You approved {count} {posts}. Others have to approve {waiting} of {count}, too."
        where = await next_path(visit, part, "")
        return visit.done(where, said, icon="stamp", undo=Undo(UNDO_PATH, {"undo": undo, "list": carried}))
    outcomes = [await _outcome(visit, each, verdict) for each in decisions.results]
    return await review_page(visit, part, outcomes=outcomes, undo=undo)


@router.post("/undo")
async def send_undo(
    visit: Sending,
    decision: Annotated[str, Form()] = "",
    undo: Annotated[str, Form()] = "",
    carried: Carried = "",
) -> Response:
    """Take one decision back, or all that were made at once; what came of one already is told."""
    part = Narrowed.read(carried)
    try:
        outcomes = await _all_taken_back(visit, undo) if undo else [await _taken_back(visit, decision)]
    except Problem as problem:
        return await review_page(visit, part, problem=problem)
    if any(each.problem for each in outcomes):
        return await review_page(visit, part, outcomes=outcomes)
    title = outcomes[0].title if len(outcomes) == 1 else ""
    said = f"“{title}” waits for a decision again." if title else f"{len(outcomes)} posts wait again."
    where = outcomes[0].path if len(outcomes) == 1 else "/review"
    return visit.done(f"{where}{part.query()}", said, icon="rotate-ccw")


def _looked(chosen: Sequence[str]) -> list[Looked]:
    found = []
    for each in chosen:
        post_id, _, seen = each.partition(":")
        if (known := chosen_id(post_id)) is not None:
            found.append(Looked(PostId(known), seen))
    return found


def _waits_for_others(result: Result, verdict: Verdict) -> bool:
    decided = result.decided
    return verdict is Verdict.APPROVE and decided is not None and decided.seal is None


async def _outcome(visit: Visit, result: Result, verdict: Verdict) -> Outcome:
    if result.decided:
        view = result.decided.post
        title = view.revision.title or "Without a title"
        done = "Approved; others have to, too" if _waits_for_others(result, verdict) else _DONE[verdict]
        return Outcome(title, f"/posts/{view.post.id}", done.capitalize())
    try:
        title = (await get_post(visit.runtime, visit.actor, result.post_id)).revision.title
    except Problem:
        title = "A post that is gone"
    return Outcome(title or "Without a title", f"/review/{result.post_id}", problem=result.problem)


async def _all_taken_back(visit: Visit, undo: str) -> list[Outcome]:
    """Take back what was decided at once."""
    known = chosen_id(undo)
    if known is None:
        raise NotFound("This can't be taken back.")
    batch = await take_back(visit.runtime, visit.actor, UndoId(known))
    return [
        Outcome(each.title or "A post", f"/posts/{each.post_id}", problem=each.problem)
        if each.problem
        else Outcome(each.title, f"/review/{each.post_id}", _WAITS)
        for each in batch.outcomes
    ]


async def _taken_back(visit: Visit, pair: str) -> Outcome:
    """Take back one of “post:decision”."""
    post, _, decision = pair.partition(":")
    post_id, decision_id = chosen_id(post), chosen_id(decision)
    if post_id is None or decision_id is None:
        return Outcome("A post", "/review", problem=Problem("There is no such decision."))
    try:
        view = await undo_decision(visit.runtime, visit.actor, PostId(post_id), DecisionId(decision_id))
    except Problem as problem:
        return Outcome("A post", f"/posts/{post_id}", problem=problem)
    return Outcome(view.revision.title or "The post", f"/review/{post_id}", _WAITS)
