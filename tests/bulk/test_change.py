"""One thing done with many posts: each by itself, and taken back as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import ProgrammingError

from signoff.bulk.actions import BulkAction, Wanted
from signoff.bulk.change import MOST, change_many
from signoff.bulk.decide import decide_about
from signoff.bulk.undo import take_back
from signoff.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from signoff.kernel.ids import PostId, UndoId, new_id
from signoff.kernel.people import Actor, May
from signoff.pipeline.review.archive import archive, restore
from signoff.pipeline.review.assign import assign
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.decide_many import Looked
from signoff.pipeline.review.submit import submit
from signoff.pipeline.schedule.change import reschedule
from signoff.records.planning.placement import Schedule
from signoff.records.posts.queries import get_post
from signoff.records.states import DeliveryAction, DeliveryState, PostState, Verdict
from signoff.records.tenants import Brand, Channel
from signoff.records.undos import KEPT, forget_old_undos
from signoff.runtime import Runtime
from tests.support.approvals import AskFor, approve
from tests.support.clock import ShiftableClock
from tests.support.posts import approved, in_review, moved, seen, written
from tests.support.raw_sql import Role as SqlRole
from tests.support.world import Neighbour, connect_board

TAG = Wanted(BulkAction.TAG, tags=["Winter", "sale"])
ARCHIVE = Wanted(BulkAction.ARCHIVE, reason="Too late")


async def _drafts(runtime: Runtime, by: Actor, channel: Channel, count: int = 2) -> list[PostId]:
    return [(await written(runtime, by, channel)).post.id for _ in range(count)]


async def _tags(runtime: Runtime, by: Actor, post_id: PostId) -> list[str]:
    return (await get_post(runtime, by, post_id)).post.tags


async def test_tags_are_added_and_go_again_but_not_those_that_were_there(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    first, second = await _drafts(runtime, owner, channel)
    await change_many(runtime, owner, [first], Wanted(BulkAction.TAG, tags=["winter"]))
    batch = await change_many(runtime, owner, [first, second], TAG)
    assert [await _tags(runtime, owner, each) for each in (first, second)] == [
        ["winter", "sale"],
        ["Winter", "sale"],
    ]
    assert batch.undo_id is not None
    await take_back(runtime, owner, batch.undo_id)
    assert [await _tags(runtime, owner, each) for each in (first, second)] == [["winter"], []]
    batch = await change_many(runtime, owner, [first], Wanted(BulkAction.UNTAG, tags=["WINTER"]))
    assert await _tags(runtime, owner, first) == []
    assert batch.undo_id is not None
    await take_back(runtime, owner, batch.undo_id)
    assert await _tags(runtime, owner, first) == ["winter"]


async def test_what_isnt_a_draft_isnt_tagged_and_holds_nothing_up(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    waiting = (await in_review(runtime, owner, channel)).post.id
    [draft] = await _drafts(runtime, owner, channel, 1)
    gone = PostId(new_id())
    batch = await change_many(runtime, owner, [waiting, gone, draft], TAG)
    problems = [type(each.problem) for each in batch.outcomes]
    assert problems == [WrongState, NotFound, type(None)]
    assert await _tags(runtime, owner, draft) == ["Winter", "sale"]
    assert batch.undo_id is not None


async def test_as_many_as_can_be_changed_can_be_taken_back(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    posts = await _drafts(runtime, owner, channel, 3)
    with pytest.raises(Invalid, match=str(MOST)):
        await change_many(runtime, owner, [PostId(new_id()) for _ in range(MOST + 1)], ARCHIVE)
    with pytest.raises(Invalid, match="once"):
        await change_many(runtime, owner, [posts[0], posts[0]], ARCHIVE)
    batch = await change_many(runtime, owner, posts, ARCHIVE)
    assert {each.state for each in batch.outcomes} == {PostState.ARCHIVED}
    assert batch.undo_id is not None
    back = await take_back(runtime, owner, batch.undo_id)
    assert {each.state for each in back.outcomes} == {PostState.DRAFT}


async def test_what_cant_all_be_taken_back_has_no_undo(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    sealed = (await approved(runtime, owner, channel)).post.id
    [draft] = await _drafts(runtime, owner, channel, 1)
    assert (await change_many(runtime, owner, [sealed, draft], ARCHIVE)).undo_id is None


async def test_it_is_taken_back_once_by_who_did_it_and_within_a_day(
    runtime: Runtime,
    clock: ShiftableClock,
    owner: Actor,
    reviewer: Actor,
    neighbour: Neighbour,
    channel: Channel,
) -> None:
    posts = await _drafts(runtime, owner, channel)
    undo_id = (await change_many(runtime, owner, posts, ARCHIVE)).undo_id
    assert undo_id is not None
    for other in (reviewer, neighbour.owner):
        with pytest.raises(NotFound):
            await take_back(runtime, other, undo_id)
    await take_back(runtime, owner, undo_id)
    with pytest.raises(WrongState, match="already"):
        await take_back(runtime, owner, undo_id)
    late = (await change_many(runtime, owner, posts, ARCHIVE)).undo_id
    assert late is not None
    clock.advance(KEPT + timedelta(minutes=1))
    with pytest.raises(NotFound, match="any more"):
        await take_back(runtime, owner, late)
    async with runtime.worker_transaction() as tx:
        await forget_old_undos(tx)
    clock.advance(-KEPT)  # it would be in time again, were it still there
    with pytest.raises(NotFound, match="any more"):
        await take_back(runtime, owner, late)


async def test_who_was_assigned_meanwhile_keeps_it(
    runtime: Runtime, owner: Actor, reviewer: Actor, channel: Channel
) -> None:
    posts = await _drafts(runtime, owner, channel)
    mine = Wanted(BulkAction.ASSIGN, person_id=owner.person_id)
    undo_id = (await change_many(runtime, owner, posts, mine)).undo_id
    await assign(runtime, owner, posts[0], reviewer.person_id)
    assert undo_id is not None
    back = await take_back(runtime, owner, undo_id)
    assert [type(each.problem) for each in back.outcomes] == [WrongState, type(None)]
    present = [(await get_post(runtime, owner, each)).post.assignee_id for each in posts]
    assert present == [reviewer.person_id, None]


async def test_decisions_are_taken_back_at_once(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    posts = [(await in_review(runtime, owner, channel)).post.id for _ in range(3)]
    looked = [Looked(each, await seen(runtime, owner, each)) for each in posts]
    decisions = await decide_about(runtime, owner, looked, Verdict.APPROVE)
    assert decisions.undo_id is not None
    back = await take_back(runtime, owner, decisions.undo_id)
    assert {each.state for each in back.outcomes} == {PostState.IN_REVIEW}


async def test_a_role_that_may_do_it_with_no_post_is_refused_as_a_whole(
    runtime: Runtime, author: Actor, viewer: Actor, owner: Actor, channel: Channel
) -> None:
    posts = await _drafts(runtime, owner, channel)
    with pytest.raises(NotAllowed):
        await change_many(runtime, viewer, posts, ARCHIVE)
    with pytest.raises(NotAllowed):
        await change_many(runtime, author, posts, Wanted(BulkAction.SCHEDULE))
    with pytest.raises(NotFound):
        await take_back(runtime, author, UndoId(new_id()))


async def test_what_went_on_after_it_was_restored_isnt_put_away_again(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    posts = await _drafts(runtime, owner, channel)
    await change_many(runtime, owner, posts, ARCHIVE)
    undo_id = (await change_many(runtime, owner, posts, Wanted(BulkAction.RESTORE))).undo_id
    await submit(runtime, owner, posts[0])
    fingerprint = await seen(runtime, owner, posts[0])
    later = Schedule(due_at=runtime.clock.now() + timedelta(hours=1))
    await decide(runtime, owner, posts[0], Verdict.APPROVE, seen=fingerprint, schedule=later)
    assert undo_id is not None
    back = await take_back(runtime, owner, undo_id)
    assert [type(each.problem) for each in back.outcomes] == [WrongState, type(None)]
    assert (await get_post(runtime, owner, posts[0])).post.state is PostState.APPROVED


async def test_what_was_archived_once_more_meanwhile_stays_put_away(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    [post_id] = await _drafts(runtime, owner, channel, 1)
    undo_id = (await change_many(runtime, owner, [post_id], ARCHIVE)).undo_id
    await restore(runtime, owner, post_id)
    await archive(runtime, owner, post_id, reason="Not this one")
    assert undo_id is not None
    back = await take_back(runtime, owner, undo_id)
    assert [type(each.problem) for each in back.outcomes] == [WrongState]
    assert (await get_post(runtime, owner, post_id)).post.state is PostState.ARCHIVED


async def test_what_got_another_time_since_keeps_it(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    post_id = (await approved(runtime, owner, channel)).post.id
    batch = await change_many(runtime, owner, [post_id], Wanted(BulkAction.SCHEDULE))
    [placed] = batch.outcomes[0].placed
    moved_to = placed.delivery.due_at + timedelta(hours=3)
    await reschedule(runtime, owner, placed.delivery.id, due_at=moved_to)
    assert batch.undo_id is not None
    back = await take_back(runtime, owner, batch.undo_id)
    assert [type(each.problem) for each in back.outcomes] == [WrongState]
    [kept] = (await get_post(runtime, owner, post_id)).deliveries
    assert kept.delivery.state is DeliveryState.SCHEDULED


async def test_of_what_waits_nothing_is_cancelled_where_a_part_went_out(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    other = await connect_board(runtime, owner, brand, "mercado")
    post_id = (await approved(runtime, owner, channel, other)).post.id
    batch = await change_many(runtime, owner, [post_id], Wanted(BulkAction.SCHEDULE))
    begun, _ = sorted(batch.outcomes[0].placed, key=lambda each: each.delivery.id, reverse=True)
    await moved(runtime, begun.delivery.id, DeliveryAction.CLAIM)
    assert batch.undo_id is not None
    back = await take_back(runtime, owner, batch.undo_id)
    assert [type(each.problem) for each in back.outcomes] == [WrongState]
    states = {each.delivery.state for each in (await get_post(runtime, owner, post_id)).deliveries}
    assert states == {DeliveryState.SCHEDULED, DeliveryState.PUBLISHING}


async def test_a_reviewer_who_archived_what_waited_brings_it_back_into_review(
    runtime: Runtime, author: Actor, reviewer: Actor, channel: Channel, ask_for: AskFor
) -> None:
    await ask_for(four_eyes=True)
    post_id = (await in_review(runtime, author, channel)).post.id
    undo_id = (await change_many(runtime, reviewer, [post_id], ARCHIVE)).undo_id
    assert undo_id is not None
    back = await take_back(runtime, reviewer, undo_id)
    assert [(each.problem, each.state) for each in back.outcomes] == [(None, PostState.IN_REVIEW)]
    # It is still the author who handed it in, so the reviewer may approve it.
    assert (await approve(runtime, reviewer, post_id)).seal is not None


async def test_what_cant_wait_again_stays_archived(
    runtime: Runtime, owner: Actor, channel: Channel, ask_for: AskFor
) -> None:
    post_id = (await in_review(runtime, owner, channel)).post.id
    undo_id = (await change_many(runtime, owner, [post_id], ARCHIVE)).undo_id
    await ask_for(least_score=100)
    assert undo_id is not None
    back = await take_back(runtime, owner, undo_id)
    assert [type(each.problem) for each in back.outcomes] == [Invalid]
    assert (await get_post(runtime, owner, post_id)).post.state is PostState.ARCHIVED


async def test_an_undo_that_broke_off_is_tried_again(
    runtime: Runtime, owner: Actor, channel: Channel, owner_sql: SqlRole
) -> None:
    posts = await _drafts(runtime, owner, channel)
    undo_id = (await change_many(runtime, owner, posts, ARCHIVE)).undo_id
    assert undo_id is not None
    await owner_sql.run("revoke update on posts from signoff_app")
    with pytest.raises(ProgrammingError, match="permission denied"):
        await take_back(runtime, owner, undo_id)
    await owner_sql.run("grant update on posts to signoff_app")
    back = await take_back(runtime, owner, undo_id)
    assert {each.state for each in back.outcomes} == {PostState.DRAFT}


async def test_a_token_that_may_not_do_it_doesnt_use_it_up(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    posts = await _drafts(runtime, owner, channel)
    undo_id = (await change_many(runtime, owner, posts, ARCHIVE)).undo_id
    assert undo_id is not None
    with pytest.raises(NotAllowed, match="lacks the scope"):
        await take_back(runtime, replace(owner, scopes=frozenset({May.READ})), undo_id)
    back = await take_back(runtime, owner, undo_id)
    assert {each.state for each in back.outcomes} == {PostState.DRAFT}
