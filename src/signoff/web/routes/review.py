"""The review queue: one list, one post at a time, one decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import Problem
from signoff.kernel.ids import BrandId, ChannelId, PostId
from signoff.organizations.members import list_reviewers
from signoff.pipeline.draft.preview import preview
from signoff.pipeline.review.decide import Decided, decide
from signoff.records.discussion import Thread, discussion
from signoff.records.previews import Preview
from signoff.records.queries import get_post, list_revisions, review_queue
from signoff.records.states import PostState, Verdict
from signoff.records.views import PostView
from signoff.web import times
from signoff.web.compare import Comparison, approved_before, compare
from signoff.web.due import DueForm, moves_said
from signoff.web.forms import chosen_id
from signoff.web.once import new_router
from signoff.web.visit import Reading, Sending, Visit
from signoff.web.words import event_label

router = new_router("/review")


@dataclass(frozen=True, slots=True)
class Item:
    """The post that is looked at."""

    view: PostView
    preview: Preview
    changes: Mapping[ChannelId, Comparison]
    """By channel; empty when nothing was approved before."""
    threads: Sequence[Thread] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in the decision's form; it is shown again when the decision was refused."""

    comment: str = ""
    when: str = ""
    due_local: str = ""
    keep_time: str = ""
    by_hand: str = ""
    facts_confirmed: str = ""


@router.get("")
async def show_queue(
    visit: Reading, brand: str = "", cursor: str | None = None, at: str = ""
) -> HTMLResponse:
    """Show the queue and, where there is room, the post that waits longest.

    A queue that refreshes itself says which post is read beside it: it stays marked, decided or not.
    """
    return await _page(visit, brand, cursor=cursor, current=at)


@router.get("/{post_id}")
async def show_post(visit: Reading, post_id: UUID, brand: str = "") -> Response:
    """Show one post of the queue; one that was decided in the meantime has its own page."""
    view = await get_post(visit.runtime, visit.actor, PostId(post_id))
    if view.post.state is not PostState.IN_REVIEW:
        return visit.done(f"/posts/{post_id}")
    return await _page(visit, brand, chosen=view)


@router.get("/{post_id}/fresh")
async def show_freshness(visit: Reading, post_id: UUID, seen: str) -> HTMLResponse:
    """Tell whether what the reviewer is reading is still what would be decided about."""
    view = await get_post(visit.runtime, visit.actor, PostId(post_id))
    context: dict[str, Any] = {"state": "same", "post_id": post_id, "number": view.revision.number}
    if view.post.state is not PostState.IN_REVIEW:
        context["state"] = "gone"
        if view.decisions:
            decision, name = view.decisions[0]
            context |= {"state": "decided", "name": name, "label": event_label(f"post.{decision.verdict}")}
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
    brand: Annotated[str, Form()] = "",
    facts_confirmed: Annotated[str, Form()] = "",
) -> Response:
    """Decide about exactly what was shown, then go on to the next post."""
    schedule = due.schedule() if verdict is Verdict.APPROVE else None
    try:
        decided = await decide(
            visit.runtime,
            visit.actor,
            PostId(post_id),
            verdict,
            seen=seen,
            comment=comment,
            schedule=schedule,
            facts_confirmed=facts_confirmed == "yes",
        )
    except Problem as problem:
        typed = Typed(comment, due.when, due.due_local, due.keep_time, due.by_hand, facts_confirmed)
        return await _page_again(visit, brand, PostId(post_id), problem, typed)
    return visit.done(f"/review?brand={brand}" if brand else "/review", _said(visit, decided), icon="stamp")


def _said(visit: Visit, decided: Decided) -> str:
    title = decided.post.revision.title or "The post"
    if decided.decision.verdict is Verdict.REQUEST_CHANGES:
        return f"“{title}” went back to its author with your note."
    if decided.decision.verdict is Verdict.SKIP:
        return f"“{title}” was skipped and archived."
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


async def _page_again(
    visit: Visit, brand: str, post_id: PostId, problem: Problem, typed: Typed
) -> HTMLResponse:
    view = await get_post(visit.runtime, visit.actor, post_id)
    is_open = view.post.state is PostState.IN_REVIEW
    return await _page(visit, brand, chosen=view if is_open else None, problem=problem, typed=typed)


async def _page(
    visit: Visit,
    brand: str,
    *,
    chosen: PostView | None = None,
    cursor: str | None = None,
    problem: Problem | None = None,
    typed: Typed | None = None,
    current: str = "",
) -> HTMLResponse:
    brand_id = chosen_id(brand)
    queue = await review_queue(
        visit.runtime, visit.actor, brand_id=BrandId(brand_id) if brand_id else None, cursor=cursor
    )
    view = chosen or next(iter(queue.items), None)
    return await visit.page(
        "review/review.html",
        "review",
        status=problem.status if problem else 200,
        queue=queue.items,
        next_cursor=queue.next_cursor,
        chosen_brand=str(brand_id or ""),
        item=await _item(visit, view) if view else None,
        is_chosen=chosen is not None,
        current=current or str(view.post.id if view else ""),
        problem=problem,
        reviewers=await list_reviewers(visit.runtime, visit.actor),
        typed=typed or (_wanted(view) if view else Typed()),
    )


def _wanted(view: PostView) -> Typed:
    """Start with the time that the author wished for."""
    wanted = view.post.suggested_time
    return Typed("", "at", times.local_input(wanted, view.brand.time_zone)) if wanted else Typed()


async def _item(visit: Visit, view: PostView) -> Item:
    shown = await preview(visit.runtime, visit.actor, view.post.id)
    revisions = await list_revisions(visit.runtime, visit.actor, view.post.id)
    before = approved_before(view, revisions)
    changes = {
        variant.channel.id: compare(before, view.revision, variant.channel.id)
        for variant in shown.variants
        if before
    }
    return Item(view, shown, changes, await discussion(visit.runtime, visit.actor, view.post.id))
