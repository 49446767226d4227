"""Statements that are checked, what a model wrote, and several decisions at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from signoff.audit.chain import verify
from signoff.kernel.errors import ContentChanged, Invalid, NotAllowed, NotFound
from signoff.kernel.ids import PostId
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandChanges, change_brand
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.review.check_statement import check_statement
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.decide_many import Looked, decide_many
from signoff.pipeline.review.submit import submit
from signoff.records.models import Decision, Seal
from signoff.records.posts.queries import get_post
from signoff.records.posts.readiness import readiness
from signoff.records.states import PostState, Verdict
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.posts import in_review, seen, written

CLAIM = "The best bread in town costs 7 £."


async def test_a_statement_is_open_until_somebody_checks_it(
    runtime: Runtime, author: Actor, reviewer: Actor, channel: Channel
) -> None:
    post_id = (await in_review(runtime, author, channel, body=CLAIM)).post.id
    before = await readiness(runtime, reviewer, post_id)
    assert [(each.statement.open_phrases, each.is_open) for each in before.statements] == [
        (("7 £", "best"), True)
    ]
    key = before.statements[0].statement.key
    after = await check_statement(runtime, reviewer, post_id, key, seen=before.seen, is_checked=True)
    assert (after.statements[0].checked_by, after.open_count) == (reviewer.name, 0)
    assert after.score.value > before.score.value  # the price counts as proved now
    assert await readiness(runtime, author, post_id) == after
    back = await check_statement(runtime, reviewer, post_id, key, seen=before.seen, is_checked=False)
    assert back == before
    async with runtime.transaction(reviewer.organization_id) as tx:
        assert (await verify(tx, reviewer.organization_id)).ok


async def test_the_brands_own_facts_are_a_source(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    facts = {"prices": {"bread": "7 £"}}
    await change_brand(runtime, owner, brand.id, BrandChanges(facts=facts), version=brand.version)
    post_id = (await in_review(runtime, owner, channel, body="Our bread costs 7 £.")).post.id
    found = (await readiness(runtime, owner, post_id)).statements
    assert [each.label for each in found[0].statement.sources] == ["prices / bread"]
    assert not found[0].is_open


async def test_a_mark_belongs_to_one_version(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    view = await in_review(runtime, owner, channel, body=CLAIM)
    before = await readiness(runtime, owner, view.post.id)
    key = before.statements[0].statement.key
    await check_statement(runtime, owner, view.post.id, key, seen=before.seen, is_checked=True)
    back = await decide(
        runtime, owner, view.post.id, Verdict.REQUEST_CHANGES, seen=before.seen, comment="More."
    )
    await edit_post(
        runtime, owner, view.post.id, {"body": f"{CLAIM} Really."}, version=back.post.post.version
    )
    await submit(runtime, owner, view.post.id)
    after = await readiness(runtime, owner, view.post.id)
    assert (after.statements[0].statement.key, after.open_count) == (key, 1)
    with pytest.raises(ContentChanged):
        await check_statement(runtime, owner, view.post.id, key, seen=before.seen, is_checked=True)
    with pytest.raises(NotFound):
        await check_statement(runtime, owner, view.post.id, "0" * 16, seen=after.seen, is_checked=True)


async def test_authors_dont_check_statements(runtime: Runtime, author: Actor, channel: Channel) -> None:
    post_id = (await in_review(runtime, author, channel, body=CLAIM)).post.id
    found = await readiness(runtime, author, post_id)
    with pytest.raises(NotAllowed):
        await check_statement(
            runtime, author, post_id, found.statements[0].statement.key, seen=found.seen, is_checked=True
        )


async def _by_a_model(runtime: Runtime, author: Actor, channel: Channel) -> PostId:
    agent = replace(author, is_agent=True, token="drafting")
    view = await written(runtime, agent, channel, body="We open at eight.")
    assert (view.revision.origin, view.revision.origin_detail["agent"]) == ("model", "drafting")
    post = await edit_post(
        runtime, author, view.post.id, {"body": "We open at nine."}, version=view.post.version
    )
    assert post.revision.origin == "model"  # whoever edits it
    await submit(runtime, author, view.post.id)
    return view.post.id


async def test_what_a_model_wrote_needs_somebody_who_vouches_for_it(
    runtime: Runtime, author: Actor, reviewer: Actor, channel: Channel
) -> None:
    post_id = await _by_a_model(runtime, author, channel)
    fingerprint = await seen(runtime, reviewer, post_id)
    with pytest.raises(Invalid) as refused:
        await decide(runtime, reviewer, post_id, Verdict.APPROVE, seen=fingerprint)
    assert refused.value.extra["errors"][0]["field"] == "facts_confirmed"
    assert (await get_post(runtime, reviewer, post_id)).post.state is PostState.IN_REVIEW
    done = await decide(runtime, reviewer, post_id, Verdict.APPROVE, seen=fingerprint, facts_confirmed=True)
    assert done.decision.facts_confirmed


async def test_the_database_seals_no_unconfirmed_text_of_a_model(
    runtime: Runtime, author: Actor, reviewer: Actor, channel: Channel
) -> None:
    post_id = await _by_a_model(runtime, author, channel)
    view = await get_post(runtime, reviewer, post_id)
    bound = {
        "organization_id": view.post.organization_id,
        "post_id": post_id,
        "revision_id": view.revision.id,
    }
    fingerprint = await seen(runtime, reviewer, post_id)
    async with runtime.transaction(reviewer.organization_id) as tx:
        decision = Decision(
            **bound, person_id=reviewer.person_id, verdict=Verdict.APPROVE, seen=fingerprint, via="web"
        )
        tx.add(decision)
        await tx.flush()
        tx.add(Seal(**bound, decision_id=decision.id, hash=fingerprint))
        with pytest.raises(DBAPIError, match="facts of a text by a model"):
            await tx.flush()
        await tx.rollback()


async def test_of_several_posts_each_is_decided_by_itself(
    runtime: Runtime, author: Actor, reviewer: Actor, channel: Channel
) -> None:
    first = (await in_review(runtime, author, channel)).post.id
    stale = (await in_review(runtime, author, channel)).post.id
    machine = await _by_a_model(runtime, author, channel)
    last = (await in_review(runtime, author, channel)).post.id
    looked = [
        Looked(first, await seen(runtime, reviewer, first)),
        Looked(stale, "0" * 64),
        Looked(machine, await seen(runtime, reviewer, machine)),
        Looked(last, await seen(runtime, reviewer, last)),
    ]
    results = await decide_many(runtime, reviewer, looked, Verdict.APPROVE)
    assert [each.problem and each.problem.type for each in results] == [
        None, "content-changed", "invalid", None,
    ]  # fmt: skip
    states = [(await get_post(runtime, reviewer, each.post_id)).post.state for each in looked]
    assert states == [PostState.APPROVED, PostState.IN_REVIEW, PostState.IN_REVIEW, PostState.APPROVED]
    with pytest.raises(Invalid):
        await decide_many(runtime, reviewer, looked[:1] * 2, Verdict.APPROVE)
    with pytest.raises(NotAllowed):
        await decide_many(runtime, author, looked, Verdict.APPROVE)
