"""The discussion of a post, as a part of the pages that show the post; and who looks after its review."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Form
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import Problem
from signoff.kernel.ids import CommentId, PersonId, PostId
from signoff.pipeline.review.assign import assign
from signoff.pipeline.review.discuss import comment, see_mentions, settle_thread, withdraw_comment
from signoff.records.posts.discussion import discussion
from signoff.web.forms import chosen_id
from signoff.web.once import new_router
from signoff.web.visit import Reading, Sending, Visit, local_path

router = new_router()


@router.get("/posts/{post_id}/discussion")
async def show_discussion(visit: Reading, post_id: UUID) -> HTMLResponse:
    """Show what is said about a post."""
    return await _shown(visit, PostId(post_id))


@router.post("/posts/{post_id}/discussion")
async def send_comment(
    visit: Sending,
    post_id: UUID,
    body: Annotated[str, Form()] = "",
    in_reply_to: Annotated[str, Form()] = "",
    for_client: Annotated[str, Form()] = "",
) -> Response:
    """Say something."""
    answered = chosen_id(in_reply_to)
    try:
        await comment(
            visit.runtime,
            visit.actor,
            PostId(post_id),
            body.replace("\r\n", "\n"),
            in_reply_to=CommentId(answered) if answered else None,
            is_for_client=for_client == "yes",
        )
    except Problem as problem:
        return await _shown(visit, PostId(post_id), problem, typed=body)
    return _back(visit, PostId(post_id))


@router.post("/posts/{post_id}/discussion/seen")
async def send_seen(visit: Sending, post_id: UUID) -> Response:
    """Note that the viewer looked at what they were asked."""
    await see_mentions(visit.runtime, visit.actor, PostId(post_id))
    return Response(status_code=204)


@router.post("/posts/{post_id}/discussion/settle")
async def send_settle(
    visit: Sending, post_id: UUID, comment_id: Annotated[UUID, Form()], settled: Annotated[str, Form()] = ""
) -> Response:
    """Settle a thread, or open it again."""
    await settle_thread(visit.runtime, visit.actor, CommentId(comment_id), is_settled=settled == "yes")
    return _back(visit, PostId(post_id))


@router.post("/posts/{post_id}/discussion/withdraw")
async def send_withdrawal(visit: Sending, post_id: UUID, comment_id: Annotated[UUID, Form()]) -> Response:
    """Take a comment back."""
    await withdraw_comment(visit.runtime, visit.actor, CommentId(comment_id))
    return _back(visit, PostId(post_id))


@router.post("/posts/{post_id}/assignee")
async def send_assignee(
    visit: Sending, post_id: UUID, person: Annotated[str, Form()] = "", back: Annotated[str, Form()] = ""
) -> Response:
    """Say who looks after the review."""
    chosen = chosen_id(person)
    await assign(visit.runtime, visit.actor, PostId(post_id), PersonId(chosen) if chosen else None)
    said = "It is theirs to look after." if chosen else "Nobody in particular looks after it now."
    return visit.done(local_path(back, f"/posts/{post_id}"), said, icon="user-check")


def _back(visit: Visit, post_id: PostId) -> Response:
    # A script follows to the fragment, a browser without scripts to the post's page.
    where = f"/posts/{post_id}/discussion" if visit.is_partial else f"/posts/{post_id}#discussion"
    return visit.done(where)


async def _shown(
    visit: Visit, post_id: PostId, problem: Problem | None = None, *, typed: str = ""
) -> HTMLResponse:
    threads = await discussion(visit.runtime, visit.actor, post_id)
    told: dict[str, Any] = {"post_id": post_id, "threads": threads, "problem": problem, "typed": typed}
    if visit.is_partial:  # a script shows only what was answered with 200
        return visit.fragment("discussion/_threads.html", **told)
    return await visit.page(
        "discussion/page.html", "posts", status=problem.status if problem else 200, **told
    )
