"""Taking a decision back: possible while nothing came of it, and by nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from signoff.kernel.errors import NotAllowed, NotFound, WrongState
from signoff.kernel.ids import DecisionId, new_id
from signoff.kernel.people import Actor
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.review.decide import Decided, decide
from signoff.pipeline.review.undo import undo_decision
from signoff.records.planning.placement import Schedule
from signoff.records.posts.queries import get_post
from signoff.records.posts.queue import review_queue
from signoff.records.states import ContentType, DeliveryAction, DeliveryState, PostState, Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import in_review, moved, seen


async def _decided(
    runtime: Runtime, by: Actor, channel: Channel, verdict: Verdict, schedule: Schedule | None = None
) -> Decided:
    post_id = (await in_review(runtime, by, channel)).post.id
    fingerprint = await seen(runtime, by, post_id)
    return await decide(runtime, by, post_id, verdict, seen=fingerprint, comment="So.", schedule=schedule)


@pytest.mark.parametrize("verdict", Verdict)
async def test_the_post_waits_in_the_queue_again(
    runtime: Runtime, owner: Actor, channel: Channel, verdict: Verdict
) -> None:
    done = await _decided(runtime, owner, channel, verdict)
    before = done.decision.seen
    view = await undo_decision(runtime, owner, done.post.post.id, done.decision.id)
    assert view.post.state is PostState.IN_REVIEW
    assert (view.post.changes_requested, view.post.archive_reason, view.seal) == (False, "", None)
    assert await seen(runtime, owner, view.post.id) == before
    assert [each.post.id for each in (await review_queue(runtime, owner)).items] == [view.post.id]
    again = await decide(runtime, owner, view.post.id, Verdict.APPROVE, seen=before)
    assert again.seal is not None


async def test_what_was_scheduled_is_cancelled(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    later = Schedule(due_at=runtime.clock.now() + timedelta(days=1))
    done = await _decided(runtime, owner, channel, Verdict.APPROVE, later)
    view = await undo_decision(runtime, owner, done.post.post.id, done.decision.id)
    assert [each.delivery.state for each in view.deliveries] == [DeliveryState.CANCELLED]


async def test_what_is_on_its_way_stays_approved(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    done = await _decided(runtime, owner, channel, Verdict.APPROVE, Schedule(now=True))
    await moved(runtime, done.deliveries[0].delivery.id, DeliveryAction.CLAIM)
    with pytest.raises(WrongState, match="on its way"):
        await undo_decision(runtime, owner, done.post.post.id, done.decision.id)
    assert (await get_post(runtime, owner, done.post.post.id)).post.state is PostState.APPROVED


@pytest.mark.parametrize("edit", [{"body": "Other."}, {"content_type": ContentType.STORY}])
async def test_what_the_author_edited_since_isnt_touched(
    runtime: Runtime, owner: Actor, channel: Channel, edit: dict[str, Any]
) -> None:
    done = await _decided(runtime, owner, channel, Verdict.REQUEST_CHANGES)
    post = done.post.post
    await edit_post(runtime, owner, post.id, edit, version=post.version)
    with pytest.raises(WrongState, match="went on"):
        await undo_decision(runtime, owner, post.id, done.decision.id)


@pytest.mark.parametrize(
    "edit",
    [
        {"tags": ["winter"]},
        {"target_prompt": "Where is rye bread?"},
        {"suggested_time": datetime(2030, 1, 7, 9, tzinfo=UTC)},
    ],
)
async def test_an_edit_that_makes_no_revision_isnt_lost_either(
    runtime: Runtime, owner: Actor, channel: Channel, edit: dict[str, Any]
) -> None:
    done = await _decided(runtime, owner, channel, Verdict.REQUEST_CHANGES)
    post = done.post.post
    edited = await edit_post(runtime, owner, post.id, edit, version=post.version)
    assert edited.revision.id == done.decision.revision_id
    with pytest.raises(WrongState, match="edited the post since"):
        await undo_decision(runtime, owner, post.id, done.decision.id)
    now = (await get_post(runtime, owner, post.id)).post
    assert now.state is PostState.DRAFT
    assert {name: getattr(now, name) for name in edit} == edit


async def test_only_who_decided_takes_it_back(
    runtime: Runtime, owner: Actor, reviewer: Actor, author: Actor, channel: Channel
) -> None:
    done = await _decided(runtime, owner, channel, Verdict.APPROVE)
    for other in (reviewer, author):
        with pytest.raises(NotAllowed):
            await undo_decision(runtime, other, done.post.post.id, done.decision.id)
    with pytest.raises(NotFound):
        await undo_decision(runtime, owner, done.post.post.id, DecisionId(new_id()))


async def test_an_earlier_decision_isnt_taken_back(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    done = await _decided(runtime, owner, channel, Verdict.APPROVE)
    back = Verdict.REQUEST_CHANGES
    await decide(runtime, owner, done.post.post.id, back, seen=done.decision.seen, comment="No.")
    with pytest.raises(WrongState, match="decided about this post since"):
        await undo_decision(runtime, owner, done.post.post.id, done.decision.id)
