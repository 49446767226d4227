"""Authors and reviewers at the same moment: whoever comes second reads what the first one did."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from signoff.kernel.errors import ContentChanged, VersionChanged, WrongState
from signoff.kernel.people import Actor
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.review.decide import Decided, decide
from signoff.pipeline.review.submit import submit
from signoff.records.models import Post
from signoff.records.posts.queries import get_post
from signoff.records.states import PostState, Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import in_review, seen, written
from tests.support.racing import in_turn


def approve(runtime: Runtime, actor: Actor, post: Post, fingerprint: str) -> Coroutine[Any, Any, Decided]:
    return decide(runtime, actor, post.id, Verdict.APPROVE, seen=fingerprint)


def send_back(runtime: Runtime, actor: Actor, post: Post, fingerprint: str) -> Coroutine[Any, Any, Decided]:
    return decide(
        runtime, actor, post.id, Verdict.REQUEST_CHANGES, seen=fingerprint, comment="Another price."
    )


async def test_an_edit_right_behind_an_approval_changes_nothing(
    runtime: Runtime, author: Actor, reviewer: Actor, channel: Channel
) -> None:
    post = (await in_review(runtime, author, channel)).post
    fingerprint = await seen(runtime, reviewer, post.id)
    decided, edited = await in_turn(
        runtime,
        author,
        post.id,
        lambda: approve(runtime, reviewer, post, fingerprint),
        lambda: edit_post(runtime, author, post.id, {"body": "Free bread!"}, version=post.version + 1),
    )
    assert isinstance(decided, Decided)
    assert isinstance(edited, WrongState)
    view = await get_post(runtime, author, post.id)
    assert (view.post.state, view.revision.body) == (PostState.APPROVED, "Fresh bread at eight.")


async def test_an_approval_right_behind_a_request_for_changes_approves_nothing(
    runtime: Runtime, author: Actor, reviewer: Actor, publisher: Actor, channel: Channel
) -> None:
    post = (await in_review(runtime, author, channel)).post
    fingerprint = await seen(runtime, reviewer, post.id)
    _, approval = await in_turn(
        runtime,
        author,
        post.id,
        lambda: send_back(runtime, publisher, post, fingerprint),
        lambda: approve(runtime, reviewer, post, fingerprint),
    )
    assert isinstance(approval, WrongState)
    view = await get_post(runtime, author, post.id)
    assert (view.post.state, view.seal) == (PostState.DRAFT, None)


async def test_an_approval_that_waits_for_an_edited_version_finds_out(
    runtime: Runtime, author: Actor, reviewer: Actor, channel: Channel
) -> None:
    """The reviewer's page is old: meanwhile the post went back, was edited, and is handed in just now."""
    post = (await in_review(runtime, author, channel)).post
    old = await seen(runtime, reviewer, post.id)
    back = (await send_back(runtime, reviewer, post, old)).post.post
    await edit_post(runtime, author, post.id, {"body": "Free bread!"}, version=back.version)
    _, approval = await in_turn(
        runtime,
        author,
        post.id,
        lambda: submit(runtime, author, post.id),
        lambda: approve(runtime, reviewer, post, old),
    )
    assert isinstance(approval, ContentChanged)
    view = await get_post(runtime, author, post.id)
    assert (view.post.state, view.seal) == (PostState.IN_REVIEW, None)


async def test_two_reviewers_at_once_make_one_decision(
    runtime: Runtime, author: Actor, reviewer: Actor, publisher: Actor, channel: Channel
) -> None:
    post = (await in_review(runtime, author, channel)).post
    fingerprint = await seen(runtime, reviewer, post.id)
    first, second = await in_turn(
        runtime,
        author,
        post.id,
        lambda: approve(runtime, reviewer, post, fingerprint),
        lambda: approve(runtime, publisher, post, fingerprint),
    )
    assert isinstance(first, Decided)
    assert isinstance(second, WrongState)
    decisions = (await get_post(runtime, author, post.id)).decisions
    assert [decision.person_id for decision, _ in decisions] == [reviewer.person_id]


async def test_what_is_handed_in_is_what_the_author_looked_at(
    runtime: Runtime, author: Actor, admin: Actor, channel: Channel
) -> None:
    post = (await written(runtime, author, channel)).post
    _, submitted = await in_turn(
        runtime,
        author,
        post.id,
        lambda: edit_post(runtime, admin, post.id, {"body": "Free bread!"}, version=post.version),
        lambda: submit(runtime, author, post.id, version=post.version),
    )
    assert isinstance(submitted, VersionChanged)
    assert (await get_post(runtime, author, post.id)).post.state is PostState.DRAFT


async def test_an_edit_right_behind_the_submission_is_refused(
    runtime: Runtime, author: Actor, channel: Channel
) -> None:
    post = (await written(runtime, author, channel)).post
    _, edited = await in_turn(
        runtime,
        author,
        post.id,
        lambda: submit(runtime, author, post.id, version=post.version),
        lambda: edit_post(runtime, author, post.id, {"body": "Free bread!"}, version=post.version),
    )
    assert isinstance(edited, WrongState)
    view = await get_post(runtime, author, post.id)
    assert (view.post.state, view.revision.body) == (PostState.IN_REVIEW, "Fresh bread at eight.")


async def test_of_two_edits_the_second_is_told_and_nothing_is_lost(
    runtime: Runtime, author: Actor, admin: Actor, channel: Channel
) -> None:
    post = (await written(runtime, author, channel)).post
    _, second = await in_turn(
        runtime,
        author,
        post.id,
        lambda: edit_post(runtime, author, post.id, {"body": "Bread at nine."}, version=post.version),
        lambda: edit_post(runtime, admin, post.id, {"body": "Bread at ten."}, version=post.version),
    )
    assert isinstance(second, VersionChanged)
    assert (await get_post(runtime, author, post.id)).revision.body == "Bread at nine."
