"""Talking about posts, and saying who looks after their review."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from fastapi import status

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.api.schemas.base import ListOut
from signoff.api.schemas.discussion import AssigneeIn, CommentIn, SettleIn, ThreadOut
from signoff.api.schemas.posts import PostOut
from signoff.kernel.errors import NotFound, WrongState
from signoff.kernel.ids import CommentId, PersonId, PostId
from signoff.pipeline.review.assign import assign
from signoff.pipeline.review.discuss import comment, settle_thread, withdraw_comment
from signoff.records.posts import queries
from signoff.records.posts.discussion import Thread, discussion

router = new_router("", "Review", NotFound)


def _threads(found: Sequence[Thread]) -> ListOut[ThreadOut]:
    return ListOut(items=[ThreadOut.of_thread(each) for each in found])


@router.get("/posts/{post_id}/comments", summary="Read what is said about a post")
async def list_comments(post_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> ListOut[ThreadOut]:
    """Give all threads, oldest first; at most 500 comments."""
    return _threads(await discussion(runtime, actor, PostId(post_id)))


@router.post(
    "/posts/{post_id}/comments", status_code=status.HTTP_201_CREATED, summary="Say something about a post"
)
async def add_comment(
    post_id: UUID, body: CommentIn, actor: CurrentActor, runtime: CurrentRuntime
) -> ListOut[ThreadOut]:
    """Begin a thread or answer in one; gives all threads."""
    answered = CommentId(body.in_reply_to) if body.in_reply_to else None
    said = await comment(
        runtime, actor, PostId(post_id), body.body, in_reply_to=answered, is_for_client=body.for_client
    )
    return _threads(said)


@router.post(
    "/comments/{comment_id}/settle",
    summary="Settle a thread, or open it again",
    responses=problems(WrongState),
)
async def settle_comment(
    comment_id: UUID, body: SettleIn, actor: CurrentActor, runtime: CurrentRuntime
) -> ListOut[ThreadOut]:
    """Mark the thread that a comment began; gives all threads of the post."""
    return _threads(await settle_thread(runtime, actor, CommentId(comment_id), is_settled=body.settled))


@router.delete("/comments/{comment_id}", summary="Take a comment back")
async def delete_comment(
    comment_id: UUID, actor: CurrentActor, runtime: CurrentRuntime
) -> ListOut[ThreadOut]:
    """Withdraw what one said oneself, as an admin also what others said; answers to it stay."""
    return _threads(await withdraw_comment(runtime, actor, CommentId(comment_id)))


@router.put("/posts/{post_id}/assignee", summary="Say who looks after the review")
async def assign_post(
    post_id: UUID, body: AssigneeIn, actor: CurrentActor, runtime: CurrentRuntime
) -> PostOut:
    """Assign a post's review to somebody who may decide; every reviewer may still decide."""
    await assign(runtime, actor, PostId(post_id), PersonId(body.person_id) if body.person_id else None)
    return PostOut.of(await queries.get_post(runtime, actor, PostId(post_id)))
