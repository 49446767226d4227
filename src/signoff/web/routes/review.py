"""The review queue: one list, one post at a time, one decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import ContentChanged, Problem
from signoff.kernel.ids import PostId
from signoff.pipeline.draft.preview import preview
from signoff.pipeline.review.check_statement import check_statement
from signoff.pipeline.review.decide import Decided, decide
from signoff.records.posts.queries import get_post
from signoff.records.states import PostState, Verdict
from signoff.web import times
from signoff.web.cookies import Undo
from signoff.web.due import DueForm, moves_said
from signoff.web.once import new_router
from signoff.web.reviewing import Narrowed, Typed, next_path, review_page
from signoff.web.visit import Looking, Reading, Sending, Visit
from signoff.web.words import event_label

router = new_router("/review")

UNDO_PATH = "/review/undo"

Part = Annotated[Narrowed, Depends(Narrowed.of)]
Carried = Annotated[str, Form(alias="list")]
"""The part of the queue that was looked at."""


@router.get("")
async def show_queue(visit: Looking, part: Part, cursor: str | None = None, at: str = "") -> HTMLResponse:
    """Show the queue and, where there is room, the post that waits longest.

    A queue that refreshes itself says which post is read beside it: it stays marked, decided or not.
    """
    return await review_page(visit, part, cursor=cursor, current=at)


@router.get("/{post_id}")
async def show_post(visit: Looking, post_id: UUID, part: Part) -> Response:
    """Show one post of the queue; one that was decided in the meantime has its own page."""
    view = await get_post(visit.runtime, visit.actor, PostId(post_id))
    if view.post.state is not PostState.IN_REVIEW:
        return visit.done(f"/posts/{post_id}")
    return await review_page(visit, part, chosen=view)


@router.get("/{post_id}/fresh")
async def show_freshness(visit: Reading, post_id: UUID, seen: str) -> HTMLResponse:
    """Tell whether what the reviewer is reading is still what would be decided about."""
    view = await get_post(visit.runtime, visit.actor, PostId(post_id))
    context: dict[str, Any] = {"state": "same", "post_id": post_id, "number": view.revision.number}
    if view.post.state is not PostState.IN_REVIEW:
        context["state"] = "gone"
        if view.decisions:
            decision, name = view.decisions[0]
            state = "own" if decision.person_id == visit.actor.person_id else "decided"
            context |= {"state": state, "name": name, "label": event_label(f"post.{decision.verdict}")}
    elif (await preview(visit.runtime, visit.actor, PostId(post_id))).seen != seen:
        context["state"] = "changed"
    return visit.fragment("review/_fresh.html", **context)


@router.post("/{post_id}")
async def send_decision(
    visit: Sending,
    post_id: UUID,
    *,
    verdict: Annotated[Verdict, Form()],
    seen: Annotated[str, Form()],
    due: Annotated[DueForm, Depends(DueForm.of)],
    comment: Annotated[str, Form()] = "",
    carried: Carried = "",
    following: Annotated[str, Form()] = "",
    facts_confirmed: Annotated[str, Form()] = "",
) -> Response:
    """Decide about exactly what was shown, then go on to the next post."""
    part = Narrowed.read(carried)
    try:
        decided = await decide(
            visit.runtime,
            visit.actor,
            PostId(post_id),
            verdict,
            seen=seen,
            comment=comment,
            schedule=due.schedule() if verdict is Verdict.APPROVE else None,
            facts_confirmed=facts_confirmed == "yes",
        )
    except Problem as problem:
        typed = Typed(comment, due.when, due.due_local, due.keep_time, due.by_hand, facts_confirmed)
        return await _page_again(visit, part, PostId(post_id), problem, typed)
    undo = Undo(UNDO_PATH, {"decision": f"{post_id}:{decided.decision.id}", "list": carried})
    where = await next_path(visit, part, following)
    return visit.done(where, _said(visit, decided), icon="stamp", undo=undo)


@router.post("/{post_id}/statements")
async def send_check(
    visit: Sending,
    post_id: UUID,
    statement: Annotated[str, Form()],
    seen: Annotated[str, Form()],
    checked: Annotated[str, Form()] = "",
    carried: Carried = "",
) -> Response:
    """Mark a statement as checked, or open again."""
    part = Narrowed.read(carried)
    try:
        await check_statement(
            visit.runtime, visit.actor, PostId(post_id), statement, seen=seen, is_checked=checked == "yes"
        )
    except Problem as problem:
        return await _page_again(visit, part, PostId(post_id), problem, None)
    return visit.done(f"/review/{post_id}{part.query()}#statements")


def _said(visit: Visit, decided: Decided) -> str:
    title = decided.post.revision.title or "The post"
    if decided.seal is None:
        return _said_unsealed(decided, title)
    if not decided.deliveries:
        return f"“{title}” is approved and sealed."
    due = decided.deliveries[0].delivery
    now = visit.runtime.clock.now()
    if moves := moves_said(decided.deliveries, visit.zone, now):
        return f"“{title}” is approved and sealed. {moves}"
    if not due.due_local:
        return f"“{title}” is approved and sealed. It goes out now."
    when = times.day_and_time(due.due_at, visit.zone, now)
    return f"“{title}” is approved and sealed. It goes out {when} {times.zone_mark(due.due_at, visit.zone)}."


def _said_unsealed(decided: Decided, title: str) -> str:
    if decided.decision.verdict is Verdict.REQUEST_CHANGES:
        return f"“{title}” went back to its author with your note."
    standing = decided.post.standing
    if decided.decision.verdict is Verdict.SKIP or standing is None:
        return f"“{title}” was skipped and archived."
    return f"You approved “{title}”: {len(standing.approvals)} of {standing.needed} approvals."


async def _page_again(
    visit: Visit, part: Narrowed, post_id: PostId, problem: Problem, typed: Typed | None
) -> HTMLResponse:
    """Show the post again with what was typed for it, which is meant for no other post and no other text."""
    view = await get_post(visit.runtime, visit.actor, post_id)
    if view.post.state is not PostState.IN_REVIEW:
        return await review_page(visit, part, problem=problem)
    if typed and isinstance(problem, ContentChanged):
        typed = replace(typed, facts_confirmed="")
    return await review_page(visit, part, chosen=view, problem=problem, typed=typed)
