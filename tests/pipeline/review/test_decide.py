"""Deciding: about exactly what was shown, by who may, with what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from signoff.kernel.errors import ContentChanged, Invalid, NotAllowed, NotConnected, NotFound, WrongState
from signoff.kernel.people import Actor
from signoff.organizations.channels import change_channel, remove_channel
from signoff.pipeline.draft.preview import preview
from signoff.pipeline.review.decide import Decided, decide
from signoff.pipeline.review.submit import submit
from signoff.records.models import Post
from signoff.records.overview.audit_trail import AuditFilter, list_audit
from signoff.records.planning.placement import Schedule
from signoff.records.posts.queries import get_post
from signoff.records.states import DeliveryState, PostState, Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.posts import approved, in_review, scheduled, seen, written
from tests.support.world import Neighbour


async def decided(
    runtime: Runtime, actor: Actor, post: Post, verdict: Verdict, comment: str = "", **more: Any
) -> Decided:
    """The decision of somebody who looks at the post just now."""
    fingerprint = await seen(runtime, actor, post.id)
    return await decide(runtime, actor, post.id, verdict, seen=fingerprint, comment=comment, **more)


async def test_an_approval_seals_what_was_shown(
    runtime: Runtime, author: Actor, reviewer: Actor, channel: Channel
) -> None:
    post = (await in_review(runtime, author, channel)).post
    shown = await preview(runtime, reviewer, post.id)
    done = await decided(runtime, reviewer, post, Verdict.APPROVE, "Nice.")
    assert done.post.post.state is PostState.APPROVED
    assert done.seal is not None
    assert done.seal.hash == shown.seen
    assert done.deliveries == []
    decision, name = done.post.decisions[0]
    assert (decision.comment, decision.via, name) == ("Nice.", str(reviewer.via), reviewer.name)


async def test_an_approval_can_schedule_in_the_same_step(
    runtime: Runtime, author: Actor, publisher: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    post = (await in_review(runtime, author, channel)).post
    due = clock.now() + timedelta(days=1)
    done = await decided(runtime, publisher, post, Verdict.APPROVE, schedule=Schedule(due_at=due))
    assert [(one.delivery.state, one.delivery.due_at) for one in done.deliveries] == [
        (DeliveryState.SCHEDULED, due)
    ]


async def test_a_wrong_schedule_takes_the_approval_with_it(
    runtime: Runtime, author: Actor, publisher: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    post = (await in_review(runtime, author, channel)).post
    past = Schedule(due_at=clock.now() - timedelta(minutes=1))
    with pytest.raises(Invalid, match="past"):
        await decided(runtime, publisher, post, Verdict.APPROVE, schedule=past)
    assert (await get_post(runtime, author, post.id)).post.state is PostState.IN_REVIEW


async def test_a_reviewer_who_may_not_schedule_can_still_approve(
    runtime: Runtime, author: Actor, reviewer: Actor, channel: Channel
) -> None:
    post = (await in_review(runtime, author, channel)).post
    with pytest.raises(NotAllowed):
        await decided(runtime, reviewer, post, Verdict.APPROVE, schedule=Schedule(now=True))
    assert (await decided(runtime, reviewer, post, Verdict.APPROVE)).seal


async def test_an_author_decides_nothing(runtime: Runtime, author: Actor, channel: Channel) -> None:
    post = (await in_review(runtime, author, channel)).post
    for verdict in Verdict:
        with pytest.raises(NotAllowed):
            await decided(runtime, author, post, verdict, "Me.")


async def test_a_machine_decides_nothing(
    runtime: Runtime, author: Actor, owner: Actor, channel: Channel
) -> None:
    post = (await in_review(runtime, author, channel)).post
    for actor in (replace(owner, is_agent=True), replace(owner, person_id=None)):
        with pytest.raises(NotAllowed):
            await decided(runtime, actor, post, Verdict.APPROVE)


async def test_a_decision_about_something_else_decides_nothing(
    runtime: Runtime, author: Actor, reviewer: Actor, channel: Channel
) -> None:
    post = (await in_review(runtime, author, channel)).post
    for verdict in Verdict:
        with pytest.raises(ContentChanged):
            await decide(runtime, reviewer, post.id, verdict, seen="0" * 64, comment="No.")
    view = await get_post(runtime, reviewer, post.id)
    assert (view.post.state, list(view.decisions)) == (PostState.IN_REVIEW, [])


@pytest.mark.parametrize("verdict", [Verdict.REQUEST_CHANGES, Verdict.SKIP])
async def test_whoever_says_no_says_why(
    runtime: Runtime, author: Actor, reviewer: Actor, channel: Channel, verdict: Verdict
) -> None:
    post = (await in_review(runtime, author, channel)).post
    with pytest.raises(Invalid) as refused:
        await decided(runtime, reviewer, post, verdict, "  ")
    assert refused.value.extra["errors"][0]["field"] == "comment"


async def test_only_an_approval_schedules(
    runtime: Runtime, author: Actor, publisher: Actor, channel: Channel
) -> None:
    post = (await in_review(runtime, author, channel)).post
    with pytest.raises(Invalid):
        await decided(runtime, publisher, post, Verdict.SKIP, "No.", schedule=Schedule(now=True))


async def test_skipping_archives_with_the_reason(
    runtime: Runtime, author: Actor, reviewer: Actor, channel: Channel
) -> None:
    post = (await in_review(runtime, author, channel)).post
    done = await decided(runtime, reviewer, post, Verdict.SKIP, "We said that last week.")
    assert done.post.post.state is PostState.ARCHIVED
    assert done.post.post.archive_reason == "We said that last week."


async def test_requesting_changes_withdraws_the_approval_and_cancels_what_waits(
    runtime: Runtime, publisher: Actor, channel: Channel
) -> None:
    delivery = await scheduled(runtime, publisher, channel)
    post = (await get_post(runtime, publisher, delivery.post_id)).post
    done = await decided(runtime, publisher, post, Verdict.REQUEST_CHANGES, "The price is wrong.")
    assert (done.post.post.state, done.post.seal, done.on_their_way) == (PostState.DRAFT, None, [])
    assert done.post.post.changes_requested
    assert [one.delivery.state for one in done.post.deliveries] == [DeliveryState.CANCELLED]
    assert done.post.decisions[0][0].comment == "The price is wrong."


async def test_approved_again_it_has_another_seal(
    runtime: Runtime, publisher: Actor, channel: Channel
) -> None:
    first = await approved(runtime, publisher, channel)
    await decided(runtime, publisher, first.post, Verdict.REQUEST_CHANGES, "Wait.")
    await submit(runtime, publisher, first.post.id)
    again = await decided(runtime, publisher, first.post, Verdict.APPROVE)
    assert first.seal is not None
    assert again.seal is not None
    assert again.seal.id != first.seal.id
    assert again.seal.hash == first.seal.hash


@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.SKIP])
async def test_what_is_approved_is_neither_approved_again_nor_skipped(
    runtime: Runtime, publisher: Actor, channel: Channel, verdict: Verdict
) -> None:
    post = (await approved(runtime, publisher, channel)).post
    with pytest.raises(WrongState):
        await decided(runtime, publisher, post, verdict, "Hm.")


async def test_a_draft_waits_for_no_decision(runtime: Runtime, publisher: Actor, channel: Channel) -> None:
    post = (await written(runtime, publisher, channel)).post
    for verdict in Verdict:
        with pytest.raises(WrongState):
            await decided(runtime, publisher, post, verdict, "Hm.")


async def test_another_organizations_post_is_not_there(
    runtime: Runtime, author: Actor, neighbour: Neighbour, channel: Channel
) -> None:
    post = (await in_review(runtime, author, channel)).post
    fingerprint = await seen(runtime, author, post.id)
    with pytest.raises(NotFound):
        await decide(runtime, neighbour.owner, post.id, Verdict.APPROVE, seen=fingerprint)


class TestAChannelThatBecameAnother:
    async def test_with_other_options_it_is_not_approved_and_can_be_sent_back(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        post = (await in_review(runtime, owner, channel)).post
        await change_channel(
            runtime, owner, channel.id, version=channel.version, options={"colour": "yellow"}
        )
        shown = await preview(runtime, owner, post.id)
        assert "its options are others" in shown.objections[0].message
        with pytest.raises(ContentChanged, match="its options are others"):
            await decided(runtime, owner, post, Verdict.APPROVE)
        back = await decided(runtime, owner, post, Verdict.REQUEST_CHANGES, "Yellow now.")
        assert back.post.post.state is PostState.DRAFT

    async def test_without_the_channel_it_is_not_approved_and_can_be_sent_back(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        post = (await in_review(runtime, owner, channel)).post
        await remove_channel(runtime, owner, channel.id)
        assert "was removed" in (await preview(runtime, owner, post.id)).objections[0].message
        with pytest.raises(NotConnected):
            await decided(runtime, owner, post, Verdict.APPROVE)
        back = await decided(runtime, owner, post, Verdict.REQUEST_CHANGES, "Another channel.")
        assert back.post.post.state is PostState.DRAFT


async def test_each_decision_is_in_the_audit(
    runtime: Runtime, author: Actor, owner: Actor, reviewer: Actor, channel: Channel
) -> None:
    post = (await in_review(runtime, author, channel)).post
    done = await decided(runtime, reviewer, post, Verdict.APPROVE)
    trail = await list_audit(runtime, owner, AuditFilter(post_id=post.id))
    told = {line.entry.action: line for line in trail.items}
    assert set(told) == {"post.create", "post.submit", "post.decide_approve", "post.approve"}
    assert told["post.decide_approve"].who == reviewer.name
    assert told["post.decide_approve"].entry.after["seen"] == done.decision.seen
    assert told["post.approve"].entry.before == {"state": "in_review"}
