"""A brand that asks for several people gets several, and nobody approves their own post."""

from __future__ import annotations

import pytest

from signoff.kernel.errors import Invalid, NotAllowed, WrongState
from signoff.kernel.people import Actor, Role
from signoff.organizations.approval import set_channel_approval
from signoff.organizations.members import list_members
from signoff.organizations.membership import change_role, remove_member
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.draft.write import duplicate_post
from signoff.pipeline.review.decide import Decided, decide
from signoff.pipeline.review.submit import submit
from signoff.pipeline.review.undo import undo_decision
from signoff.records.deliveries.views import PostView
from signoff.records.planning.placement import Schedule
from signoff.records.posts.queries import get_post
from signoff.records.posts.queue import count_queue, review_queue
from signoff.records.states import PostState, Verdict
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.approvals import AskFor, approve
from tests.support.posts import in_review, seen, written
from tests.support.racing import in_turn
from tests.support.world import Join, connect_board


def progress(view: PostView) -> tuple[int, int]:
    """How many approved, and how many must."""
    assert view.standing
    return len(view.standing.approvals), view.standing.needed


@pytest.fixture
async def second(join: Join) -> Actor:
    return await join(Role.REVIEWER, "second@casaluz.example")


async def test_it_waits_until_enough_people_approved(
    runtime: Runtime, author: Actor, reviewer: Actor, second: Actor, channel: Channel, ask_for: AskFor
) -> None:
    await ask_for(approvals=2)
    post_id = (await in_review(runtime, author, channel)).post.id
    first = await approve(runtime, reviewer, post_id)
    assert (first.seal, first.post.post.state) == (None, PostState.IN_REVIEW)
    assert progress(first.post) == (1, 2)
    with pytest.raises(WrongState, match="approved this version already"):
        await approve(runtime, reviewer, post_id)
    done = await approve(runtime, second, post_id)
    assert done.seal is not None
    assert (done.post.post.state, progress(done.post)) == (PostState.APPROVED, (2, 2))


async def test_only_who_completes_the_approval_can_schedule(
    runtime: Runtime, owner: Actor, author: Actor, reviewer: Actor, channel: Channel, ask_for: AskFor
) -> None:
    await ask_for(approvals=2)
    post_id = (await in_review(runtime, author, channel)).post.id
    with pytest.raises(Invalid, match="More people"):
        await approve(runtime, owner, post_id, Schedule(now=True))
    await approve(runtime, reviewer, post_id)
    assert len((await approve(runtime, owner, post_id, Schedule(now=True))).deliveries) == 1


async def test_a_new_version_starts_anew(
    runtime: Runtime, author: Actor, reviewer: Actor, second: Actor, channel: Channel, ask_for: AskFor
) -> None:
    await ask_for(approvals=2)
    post_id = (await in_review(runtime, author, channel)).post.id
    await approve(runtime, reviewer, post_id)
    shown = await seen(runtime, second, post_id)
    back = await decide(runtime, second, post_id, Verdict.REQUEST_CHANGES, seen=shown, comment="Why?")
    # Handed in unchanged it is another round all the same.
    assert progress(await submit(runtime, author, post_id)) == (0, 2)
    await approve(runtime, reviewer, post_id)
    await decide(runtime, second, post_id, Verdict.REQUEST_CHANGES, seen=shown, comment="Still.")
    draft = await get_post(runtime, author, post_id)
    assert draft.post.version > back.post.post.version
    await edit_post(runtime, author, post_id, {"body": "Rye bread at eight."}, version=draft.post.version)
    assert progress(await submit(runtime, author, post_id)) == (0, 2)


async def test_no_one_approves_their_own_post(
    runtime: Runtime, owner: Actor, reviewer: Actor, second: Actor, channel: Channel, ask_for: AskFor
) -> None:
    await ask_for(four_eyes=True)
    view = await written(runtime, reviewer, channel)
    # Somebody else hands it in, after a change of a word.
    await edit_post(runtime, owner, view.post.id, {"title": "Morning"}, version=view.post.version)
    await submit(runtime, owner, view.post.id)
    for writer in (reviewer, owner):
        with pytest.raises(NotAllowed, match="their own post"):
            await approve(runtime, writer, view.post.id)
    assert (await approve(runtime, second, view.post.id)).seal is not None


async def test_a_copy_is_still_the_work_of_who_wrote_the_original(
    runtime: Runtime, author: Actor, reviewer: Actor, second: Actor, channel: Channel, ask_for: AskFor
) -> None:
    await ask_for(four_eyes=True)
    original = await written(runtime, reviewer, channel)
    copy = await duplicate_post(runtime, author, original.post.id)
    await submit(runtime, author, copy.post.id)
    with pytest.raises(NotAllowed):
        await approve(runtime, reviewer, copy.post.id)
    assert (await approve(runtime, second, copy.post.id)).seal is not None


async def test_a_post_for_several_channels_needs_what_any_of_them_asks_for(
    runtime: Runtime,
    owner: Actor,
    reviewer: Actor,
    second: Actor,
    brand: Brand,
    channel: Channel,
) -> None:
    strict = await connect_board(runtime, owner, brand, "mercado")
    await set_channel_approval(runtime, owner, strict.id, {"approvals": 2, "four_eyes": True}, version=0)
    alone = await in_review(runtime, owner, channel)
    assert (await approve(runtime, owner, alone.post.id)).seal is not None
    both = await in_review(runtime, owner, channel, strict)
    assert both.standing
    assert (both.standing.needed, both.standing.four_eyes) == (2, True)
    assert (await approve(runtime, reviewer, both.post.id)).seal is None
    assert (await approve(runtime, second, both.post.id)).seal is not None


async def test_a_stricter_rule_leaves_what_is_sealed_and_holds_for_what_waits(
    runtime: Runtime, author: Actor, reviewer: Actor, second: Actor, channel: Channel, ask_for: AskFor
) -> None:
    sealed = await in_review(runtime, author, channel)
    await approve(runtime, reviewer, sealed.post.id)
    await ask_for(approvals=2)
    waiting = await in_review(runtime, author, channel)
    await approve(runtime, reviewer, waiting.post.id)
    await ask_for(approvals=3)
    assert (await approve(runtime, second, waiting.post.id)).seal is None
    assert (await get_post(runtime, author, sealed.post.id)).post.state is PostState.APPROVED
    # Loosened, nothing is sealed by itself: somebody decides.
    await ask_for(approvals=2)
    assert (await get_post(runtime, author, waiting.post.id)).post.state is PostState.IN_REVIEW
    assert (await approve(runtime, second, waiting.post.id)).seal is not None


async def test_who_decides_here_no_more_doesnt_count_towards_a_seal(
    runtime: Runtime, owner: Actor, reviewer: Actor, second: Actor, channel: Channel, ask_for: AskFor
) -> None:
    await ask_for(approvals=2)
    sealed = (await in_review(runtime, owner, channel)).post.id
    waiting = (await in_review(runtime, owner, channel)).post.id
    for post_id in (sealed, waiting):
        await approve(runtime, reviewer, post_id)
    await approve(runtime, second, sealed)
    members = {each.person_id: each for each in await list_members(runtime, owner)}
    await remove_member(runtime, owner, members[reviewer.need_person()].id)
    assert progress(await get_post(runtime, owner, waiting)) == (0, 2)
    assert (await approve(runtime, second, waiting)).seal is None
    # A reviewer who is an author now doesn't count either; one who decides again does.
    member = members[second.need_person()]
    member = await change_role(runtime, owner, member.id, Role.AUTHOR, member.version)
    assert progress(await get_post(runtime, owner, waiting)) == (0, 2)
    await change_role(runtime, owner, member.id, Role.REVIEWER, member.version)
    assert (await approve(runtime, owner, waiting)).seal is not None
    # What was sealed when they decided stays approved.
    assert progress(await get_post(runtime, owner, sealed)) == (2, 2)


async def test_two_last_approvals_at_once_make_one_seal(
    runtime: Runtime, author: Actor, reviewer: Actor, second: Actor, channel: Channel, ask_for: AskFor
) -> None:
    await ask_for(approvals=2)
    post_id = (await in_review(runtime, author, channel)).post.id
    done = await in_turn(
        runtime,
        author,
        post_id,
        lambda: approve(runtime, reviewer, post_id),
        lambda: approve(runtime, second, post_id),
    )
    assert [isinstance(each, Decided) and each.seal is not None for each in done] == [False, True]


async def test_what_i_approved_isnt_in_my_queue_but_in_the_teams(
    runtime: Runtime, author: Actor, reviewer: Actor, second: Actor, channel: Channel, ask_for: AskFor
) -> None:
    await ask_for(approvals=2)
    post_id = (await in_review(runtime, author, channel)).post.id
    done = await approve(runtime, reviewer, post_id)
    assert [(await count_queue(runtime, who)).mine for who in (reviewer, second)] == [0, 1]
    assert (await review_queue(runtime, reviewer, mine=True)).items == []
    assert [each.post.id for each in (await review_queue(runtime, reviewer)).items] == [post_id]
    await undo_decision(runtime, reviewer, post_id, done.decision.id)
    assert (await count_queue(runtime, reviewer)).mine == 1


async def test_own_work_that_others_approve_isnt_in_my_queue(
    runtime: Runtime, owner: Actor, reviewer: Actor, brand: Brand, channel: Channel
) -> None:
    strict = await connect_board(runtime, owner, brand, "mercado")
    await set_channel_approval(runtime, owner, strict.id, {"four_eyes": True}, version=0)
    own = (await in_review(runtime, owner, channel)).post.id
    for_others = (await in_review(runtime, owner, channel, strict)).post.id
    mine = await review_queue(runtime, owner, mine=True)
    assert [each.post.id for each in mine.items] == [own]
    team = await review_queue(runtime, owner)
    assert [each.post.id for each in team.items] == [own, for_others]
    assert [(await count_queue(runtime, who)).mine for who in (owner, reviewer)] == [1, 2]


async def test_an_approval_is_taken_back_while_it_waits_for_others(
    runtime: Runtime,
    reviewer: Actor,
    second: Actor,
    owner: Actor,
    channel: Channel,
    ask_for: AskFor,
) -> None:
    await ask_for(approvals=3)
    post_id = (await in_review(runtime, owner, channel)).post.id
    first = await approve(runtime, reviewer, post_id)
    await approve(runtime, second, post_id)
    with pytest.raises(NotAllowed):
        await undo_decision(runtime, second, post_id, first.decision.id)
    assert progress(await undo_decision(runtime, reviewer, post_id, first.decision.id)) == (1, 3)
    with pytest.raises(WrongState):
        await undo_decision(runtime, reviewer, post_id, first.decision.id)
    await approve(runtime, reviewer, post_id)
    last = await approve(runtime, owner, post_id)
    assert last.seal is not None
    # Of a complete approval the last one is taken back; the others stand by theirs.
    assert progress(await undo_decision(runtime, owner, post_id, last.decision.id)) == (2, 3)


async def test_a_withdrawn_approval_doesnt_come_back_with_the_withdrawal_undone(
    runtime: Runtime, author: Actor, reviewer: Actor, second: Actor, channel: Channel, ask_for: AskFor
) -> None:
    await ask_for(approvals=2)
    post_id = (await in_review(runtime, author, channel)).post.id
    shown = (await approve(runtime, reviewer, post_id)).decision.seen
    await approve(runtime, second, post_id)
    again = await decide(runtime, second, post_id, Verdict.REQUEST_CHANGES, seen=shown, comment="Wait.")
    assert progress(await undo_decision(runtime, second, post_id, again.decision.id)) == (0, 2)


async def test_a_request_for_changes_that_is_taken_back_leaves_the_approvals(
    runtime: Runtime, author: Actor, reviewer: Actor, second: Actor, channel: Channel, ask_for: AskFor
) -> None:
    await ask_for(approvals=2)
    post_id = (await in_review(runtime, author, channel)).post.id
    shown = (await approve(runtime, reviewer, post_id)).decision.seen
    sent = await decide(runtime, second, post_id, Verdict.REQUEST_CHANGES, seen=shown, comment="Wait.")
    assert progress(await undo_decision(runtime, second, post_id, sent.decision.id)) == (1, 2)


async def test_what_scores_less_than_the_brand_asks_for_isnt_handed_in(
    runtime: Runtime, author: Actor, channel: Channel, ask_for: AskFor
) -> None:
    await ask_for(least_score=100)
    view = await written(runtime, author, channel)
    with pytest.raises(Invalid, match="asks for 100 or more") as refused:
        await submit(runtime, author, view.post.id)
    assert refused.value.extra["least_score"] == 100
    await ask_for(least_score=1)
    assert (await submit(runtime, author, view.post.id)).post.state is PostState.IN_REVIEW
