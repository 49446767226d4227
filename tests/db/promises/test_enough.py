"""Nothing is sealed or published with fewer approvals than its brand asks for, whatever is written."""

from __future__ import annotations

from uuid import uuid4

import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from signoff.db.session import limit_to_brands
from signoff.kernel.errors import NotAllowed, NotFound, Problem
from signoff.kernel.people import Actor
from signoff.organizations.approval import set_brand_approval
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.draft.write import duplicate_post
from signoff.pipeline.review.submit import submit
from signoff.pipeline.review.undo import undo_decision
from signoff.records.deliveries.consignment import SealBroken
from signoff.records.planning.placement import Schedule
from signoff.records.posts.queries import get_post
from signoff.records.states import DeliveryState
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support import raw_sql
from tests.support.approvals import AskFor, approve
from tests.support.intruder import DECISION, SEAL, Intruder
from tests.support.posts import approved, in_review, seen, written
from tests.support.publishing import alerts, row
from tests.support.world import connect_board

TAKE_BACK = """
    insert into taken_back (decision_id, organization_id, post_id)
    values (%(decision_id)s, %(organization_id)s, %(post_id)s)
"""


async def test_one_approval_of_two_seals_nothing(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder, ask_for: AskFor
) -> None:
    await ask_for(approvals=2)
    waiting = await in_review(runtime, owner, channel)
    fingerprint, decision = await seen(runtime, owner, waiting.post.id), uuid4()
    await intruder.tries(DECISION, waiting, id=decision, seen=fingerprint)
    await intruder.tries(DECISION, waiting, seen=fingerprint)  # the same person once more
    with pytest.raises(CheckViolation, match="approved by 1, and 2 are needed"):
        await intruder.tries(SEAL, waiting, decision_id=decision, seen=fingerprint)


async def test_who_was_removed_doesnt_help_to_seal(
    runtime: Runtime, owner: Actor, reviewer: Actor, channel: Channel, intruder: Intruder, ask_for: AskFor
) -> None:
    await ask_for(approvals=2)
    waiting = await in_review(runtime, owner, channel)
    await approve(runtime, reviewer, waiting.post.id)
    await intruder.tries(
        "update memberships set removed_at = now() where person_id = %(person_id)s",
        waiting,
        person_id=reviewer.person_id,
    )
    fingerprint, decision = await seen(runtime, owner, waiting.post.id), uuid4()
    await intruder.tries(DECISION, waiting, id=decision, seen=fingerprint)
    with pytest.raises(CheckViolation, match="approved by 1, and 2 are needed"):
        await intruder.tries(SEAL, waiting, decision_id=decision, seen=fingerprint)


async def test_nobodys_own_work_is_approved_by_them(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder, ask_for: AskFor
) -> None:
    waiting = await in_review(runtime, owner, channel)
    fingerprint, decision = await seen(runtime, owner, waiting.post.id), uuid4()
    await intruder.tries(DECISION, waiting, id=decision, seen=fingerprint)
    await ask_for(four_eyes=True)
    with pytest.raises(CheckViolation, match="no one approves their own post"):
        await intruder.tries(DECISION, waiting, seen=fingerprint)
    with pytest.raises(CheckViolation, match="approved by 0, and 1 are needed"):
        await intruder.tries(SEAL, waiting, decision_id=decision, seen=fingerprint)


async def test_a_sealed_approval_isnt_taken_back_and_rounds_dont_return(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    sealed = await approved(runtime, owner, channel)
    with pytest.raises(CheckViolation, match="stands in a seal"):
        await intruder.tries(TAKE_BACK, sealed)
    with pytest.raises(CheckViolation, match="no such decision"):
        await intruder.tries(TAKE_BACK, sealed, decision_id=uuid4())
    with pytest.raises(CheckViolation, match="does not come back"):
        await intruder.tries("update posts set round = 0 where id = %(post_id)s", sealed)
    with pytest.raises(InsufficientPrivilege):
        await intruder.tries("update seals set approvals_needed = 1", sealed)


async def test_an_approval_of_an_earlier_round_doesnt_count(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    sealed = await approved(runtime, owner, channel)
    for state in ("draft", "in_review"):
        await intruder.tries(
            f"update posts set state = '{state}', seal_id = null where id = %(post_id)s", sealed
        )
    with pytest.raises(CheckViolation, match="approved by 0, and 1 are needed"):
        await intruder.tries(SEAL, sealed)


async def test_the_worker_counts_once_more(
    runtime: Runtime,
    owner: Actor,
    reviewer: Actor,
    channel: Channel,
    ask_for: AskFor,
    owner_sql: raw_sql.Role,
) -> None:
    await ask_for(approvals=2)
    waiting = await in_review(runtime, owner, channel)
    first = await approve(runtime, reviewer, waiting.post.id)
    done = await approve(runtime, owner, waiting.post.id, Schedule(now=True))
    with pytest.raises(Problem):
        await undo_decision(runtime, reviewer, waiting.post.id, first.decision.id)
    await owner_sql.run("alter table taken_back disable trigger decision_is_loose")
    await owner_sql.run(
        TAKE_BACK,
        decision_id=first.decision.id,
        organization_id=owner.organization_id,
        post_id=waiting.post.id,
    )
    await Worker(runtime).run_until_idle()
    delivery = await row(runtime, owner, done.deliveries[0].delivery)
    assert (delivery.state, delivery.error_class) == (DeliveryState.FAILED, SealBroken.error_class)
    assert "Fewer people approved this" in delivery.error
    assert await alerts(runtime, owner)


async def test_who_approved_a_copy_may_edit_the_original_later(
    runtime: Runtime, owner: Actor, author: Actor, reviewer: Actor, channel: Channel, ask_for: AskFor
) -> None:
    await ask_for(approvals=2, four_eyes=True)
    original = (await written(runtime, author, channel)).post
    copy = (await duplicate_post(runtime, author, original.id)).post
    await submit(runtime, author, copy.id)
    await approve(runtime, reviewer, copy.id)
    done = await approve(runtime, owner, copy.id, Schedule(now=True))
    await edit_post(runtime, owner, original.id, {"title": "Another morning"}, version=original.version)
    await Worker(runtime).run_until_idle()
    delivery = await row(runtime, owner, done.deliveries[0].delivery)
    assert (delivery.state, delivery.error) == (DeliveryState.PUBLISHED, "")
    standing = (await get_post(runtime, owner, copy.id)).standing
    assert standing is not None
    assert standing.missing == 0


async def test_who_wrote_what_it_was_copied_from_doesnt_count_though_they_see_it_no_more(
    runtime: Runtime, owner: Actor, reviewer: Actor, brand: Brand, channel: Channel
) -> None:
    original = (await written(runtime, reviewer, channel)).post
    other = await create_brand(runtime, owner, BrandDraft(name="Northlight", time_zone="Europe/London"))
    elsewhere = await connect_board(runtime, owner, other, "northlight")
    await set_brand_approval(runtime, owner, other.id, {"four_eyes": True}, version=0)
    copy = (await duplicate_post(runtime, owner, original.id)).post
    moved = {"brand_id": other.id, "channels": [elsewhere.id]}
    await edit_post(runtime, owner, copy.id, moved, version=copy.version)
    await submit(runtime, owner, copy.id)
    limit_to_brands([other.id])
    try:
        with pytest.raises(NotFound):
            await get_post(runtime, reviewer, original.id)
        with pytest.raises(NotAllowed, match="their own post"):
            await approve(runtime, reviewer, copy.id)
    finally:
        limit_to_brands(None)
