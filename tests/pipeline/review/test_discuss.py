"""Talking about a post: threads, who is meant, and that nothing said decides anything."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from signoff.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from signoff.kernel.ids import CommentId
from signoff.kernel.people import Actor
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.review.assign import assign
from signoff.pipeline.review.discuss import comment, see_mentions, settle_thread, withdraw_comment
from signoff.records.deliveries.views import PostView
from signoff.records.posts.discussion import discussion, unseen_mentions
from signoff.records.posts.queries import get_post
from signoff.records.states import PostState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import in_review, written
from tests.support.raw_sql import Role
from tests.support.world import Neighbour


@pytest.fixture
async def post(runtime: Runtime, owner: Actor, channel: Channel) -> PostView:
    return await in_review(runtime, owner, channel)


async def test_a_reply_to_a_reply_joins_its_thread(
    runtime: Runtime, reviewer: Actor, author: Actor, post: PostView
) -> None:
    head = (await comment(runtime, reviewer, post.post.id, "Is it nine?"))[0].head.comment
    reply = (await comment(runtime, author, post.post.id, "Yes.", in_reply_to=head.id))[0].replies[0].comment
    [thread] = await comment(runtime, reviewer, post.post.id, "Good.", in_reply_to=reply.id)
    assert [each.comment.body for each in thread.replies] == ["Yes.", "Good."]


async def test_a_comment_names_the_version_it_was_about(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    view = await written(runtime, owner, channel)
    await comment(runtime, owner, view.post.id, "Shorter, please.")
    await edit_post(runtime, owner, view.post.id, {"body": "Bread at eight."}, version=view.post.version)
    threads = await comment(runtime, owner, view.post.id, "Better.")
    assert [each.head.revision for each in threads] == [1, 2]


async def test_nothing_that_is_said_decides(runtime: Runtime, reviewer: Actor, post: PostView) -> None:
    threads = await comment(runtime, reviewer, post.post.id, "Approved! /approve")
    await settle_thread(runtime, reviewer, threads[0].head.comment.id, is_settled=True)
    assert (await get_post(runtime, reviewer, post.post.id)).post.state is PostState.IN_REVIEW


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("@reviewer look", True),
        ("What do you say, @REVIEWER?", True),
        ("@reviewer@casaluz.example please", True),
        ("mail reviewer@casaluz.example", False),
        ("@reviewers", False),
        ("x@reviewer", False),
        ("nobody", False),
    ],
)
async def test_who_is_meant_is_told(
    runtime: Runtime, owner: Actor, reviewer: Actor, post: PostView, text: str, *, is_told: bool
) -> None:
    await comment(runtime, owner, post.post.id, text)
    asked = await unseen_mentions(runtime, reviewer)
    assert [each.comment.body for each in asked] == ([text] if is_told else [])


async def test_what_was_seen_asks_no_more(
    runtime: Runtime, owner: Actor, reviewer: Actor, post: PostView
) -> None:
    await comment(runtime, owner, post.post.id, "@reviewer look")
    await see_mentions(runtime, reviewer, post.post.id)
    assert await unseen_mentions(runtime, reviewer) == []


async def test_a_thread_is_settled_and_opened_again(
    runtime: Runtime, owner: Actor, author: Actor, post: PostView
) -> None:
    [thread] = await comment(runtime, owner, post.post.id, "Which price?")
    [settled] = await settle_thread(runtime, author, thread.head.comment.id, is_settled=True)
    assert settled.is_settled
    [reopened] = await settle_thread(runtime, owner, thread.head.comment.id, is_settled=False)
    assert not reopened.is_settled
    [with_reply] = await comment(runtime, owner, post.post.id, "2 euro", in_reply_to=thread.head.comment.id)
    with pytest.raises(WrongState):
        await settle_thread(runtime, owner, with_reply.replies[0].comment.id, is_settled=True)


async def test_one_takes_back_only_what_one_said(
    runtime: Runtime, owner: Actor, author: Actor, reviewer: Actor, post: PostView
) -> None:
    [thread] = await comment(runtime, author, post.post.id, "Silly idea.")
    with pytest.raises(NotAllowed):
        await withdraw_comment(runtime, reviewer, thread.head.comment.id)
    assert await withdraw_comment(runtime, author, thread.head.comment.id) == []
    [other] = await comment(runtime, author, post.post.id, "Another.")
    assert await withdraw_comment(runtime, owner, other.head.comment.id) == []


async def test_replies_outlive_what_they_answer(runtime: Runtime, owner: Actor, post: PostView) -> None:
    [thread] = await comment(runtime, owner, post.post.id, "A question")
    await comment(runtime, owner, post.post.id, "An answer", in_reply_to=thread.head.comment.id)
    [left] = await withdraw_comment(runtime, owner, thread.head.comment.id)
    assert left.head.comment.withdrawn_at is not None
    assert [each.comment.body for each in left.replies] == ["An answer"]


@pytest.mark.parametrize("body", ["", "   ", "x" * 5001, "a\x00b"])
async def test_what_can_t_be_said_is_refused(
    runtime: Runtime, owner: Actor, post: PostView, body: str
) -> None:
    with pytest.raises(Invalid):
        await comment(runtime, owner, post.post.id, body)
    assert await discussion(runtime, owner, post.post.id) == []


async def test_viewers_and_strangers_say_nothing(
    runtime: Runtime, owner: Actor, viewer: Actor, neighbour: Neighbour, post: PostView
) -> None:
    [thread] = await comment(runtime, owner, post.post.id, "Inside")
    with pytest.raises(NotAllowed):
        await comment(runtime, viewer, post.post.id, "Hello")
    for work in (
        comment(runtime, neighbour.owner, post.post.id, "Hello"),
        discussion(runtime, neighbour.owner, post.post.id),
        settle_thread(runtime, neighbour.owner, thread.head.comment.id, is_settled=True),
        withdraw_comment(runtime, neighbour.owner, thread.head.comment.id),
        comment(runtime, owner, post.post.id, "x", in_reply_to=CommentId(uuid4())),
    ):
        with pytest.raises(NotFound):
            await work


async def test_a_review_is_looked_after_by_somebody_who_may_decide(
    runtime: Runtime, owner: Actor, author: Actor, reviewer: Actor, post: PostView
) -> None:
    await assign(runtime, author, post.post.id, reviewer.person_id)
    assert (await get_post(runtime, owner, post.post.id)).post.assignee_id == reviewer.person_id
    with pytest.raises(Invalid, match="doesn't decide"):
        await assign(runtime, owner, post.post.id, author.person_id)
    await assign(runtime, owner, post.post.id, None)
    assert (await get_post(runtime, owner, post.post.id)).post.assignee_id is None


async def test_an_agent_takes_no_part_in_a_persons_name(
    runtime: Runtime, owner: Actor, post: PostView
) -> None:
    [thread] = await comment(runtime, owner, post.post.id, "Prices unchecked!")
    agent = replace(owner, is_agent=True)
    for work in (
        comment(runtime, agent, post.post.id, "I checked them."),
        settle_thread(runtime, agent, thread.head.comment.id, is_settled=True),
        withdraw_comment(runtime, agent, thread.head.comment.id),
    ):
        with pytest.raises(NotAllowed, match="not an agent"):
            await work


async def test_what_is_said_last_is_shown(
    runtime: Runtime, owner: Actor, post: PostView, owner_sql: Role
) -> None:
    await comment(runtime, owner, post.post.id, "first")
    await owner_sql.run(
        "insert into comments (id, organization_id, post_id, revision_id, person_id, body)"
        " select gen_random_uuid(), organization_id, post_id, revision_id, person_id, 'n' || n"
        " from comments, generate_series(1, 500) n"
    )
    threads = await comment(runtime, owner, post.post.id, "Stop, the price is wrong!")
    assert threads[-1].head.comment.body == "Stop, the price is wrong!"
