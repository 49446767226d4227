"""Deciding on the review page, without a script: about what was shown, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from signoff.kernel.people import Actor, Role
from signoff.organizations.channels import change_channel
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.records.deliveries.views import PostView
from signoff.records.posts.queries import get_post
from signoff.records.states import PostState, Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import in_review, seen
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor

APPROVE = ("verdict", "approve")
REQUEST = ("verdict", "request_changes")
SKIP = ("verdict", "skip")


async def _state(runtime: Runtime, actor: Actor, view: PostView) -> PostState:
    return (await get_post(runtime, actor, view.post.id)).post.state


async def test_approving_seals_what_was_shown(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    view = await in_review(runtime, olga.actor, channel)
    page = await olga.get(f"/review/{view.post.id}")
    fingerprint = page.form(f"/review/{view.post.id}").value("seen")
    said = await olga.send(f"/review/{view.post.id}", APPROVE)
    assert "is approved and sealed" in said.text
    stored = await get_post(runtime, olga.actor, view.post.id)
    assert stored.seal is not None
    assert stored.seal.hash == fingerprint == await seen(runtime, olga.actor, view.post.id)


async def test_approving_can_schedule_at_a_local_time_of_the_brand(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await in_review(runtime, olga.actor, channel)
    await olga.get(f"/review/{view.post.id}")
    year = (runtime.clock.now() + timedelta(days=300)).year
    page = await olga.send(f"/review/{view.post.id}", APPROVE, when="at", due_local=f"{year}-12-01T09:00")
    assert "It goes out" in page.text
    delivery = (await get_post(runtime, olga.actor, view.post.id)).deliveries[0].delivery
    assert f"{delivery.due_at:%m-%d %H:%M}" == "12-01 08:00"  # Madrid is an hour ahead of UTC in winter


async def test_a_text_that_changed_meanwhile_isnt_approved(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await in_review(runtime, olga.actor, channel)
    address = f"/review/{view.post.id}"
    await olga.get(address)
    shown = olga.page
    fingerprint = await seen(runtime, olga.actor, view.post.id)
    back = await decide(
        runtime, olga.actor, view.post.id, Verdict.REQUEST_CHANGES, seen=fingerprint, comment="x"
    )
    await edit_post(runtime, olga.actor, view.post.id, {"body": "Other."}, version=back.post.post.version)
    await submit(runtime, olga.actor, view.post.id)
    fresh = await olga.get(f"{address}/fresh?seen={fingerprint}")
    assert "A new version arrived while you were reading" in fresh.text
    olga.page = shown
    page = await olga.send(address, APPROVE, comment="looks fine")
    assert page.status == 409
    assert "isn't what you were shown" in page.text
    assert page.form(address).value("comment") == "looks fine"
    assert await _state(runtime, olga.actor, view) is PostState.IN_REVIEW


async def test_a_channel_that_changed_meanwhile_isnt_approved(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await in_review(runtime, olga.actor, channel)
    await olga.get(f"/review/{view.post.id}")
    shown = olga.page
    await change_channel(
        runtime, olga.actor, channel.id, version=channel.version, options={"colour": "yellow"}
    )
    olga.page = shown
    page = await olga.send(f"/review/{view.post.id}", APPROVE)
    assert page.status == 409
    assert await _state(runtime, olga.actor, view) is PostState.IN_REVIEW


async def test_who_comes_second_is_told_who_decided(
    olga: Visitor, arrive: Arrive, runtime: Runtime, channel: Channel
) -> None:
    view = await in_review(runtime, olga.actor, channel)
    reviewer = await arrive(Role.REVIEWER)
    await olga.get(f"/review/{view.post.id}")
    await reviewer.get(f"/review/{view.post.id}")
    fingerprint = await seen(runtime, olga.actor, view.post.id)
    await olga.send(f"/review/{view.post.id}", APPROVE)
    fresh = await reviewer.get(f"/review/{view.post.id}/fresh?seen={fingerprint}")
    assert "Olga Owner decided in the meantime" in fresh.text
    page = await reviewer.get(f"/review/{view.post.id}")
    assert page.path == f"/posts/{view.post.id}"


async def test_requesting_changes_needs_a_note_that_the_author_reads(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await in_review(runtime, olga.actor, channel)
    await olga.get(f"/review/{view.post.id}")
    refused = await olga.send(f"/review/{view.post.id}", REQUEST)
    assert refused.status == 422
    assert await _state(runtime, olga.actor, view) is PostState.IN_REVIEW
    await olga.send(f"/review/{view.post.id}", REQUEST, comment="Say when.")
    page = await olga.get(f"/posts/{view.post.id}/edit")
    assert "“Say when.”" in page.text


async def test_skipping_archives_with_the_reason(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    view = await in_review(runtime, olga.actor, channel)
    await olga.get(f"/review/{view.post.id}")
    await olga.send(f"/review/{view.post.id}", SKIP, comment="The event is over.")
    page = await olga.get(f"/posts/{view.post.id}")
    assert "The event is over." in page.text
    assert await _state(runtime, olga.actor, view) is PostState.ARCHIVED


async def test_enter_in_a_field_decides_nothing(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    view = await in_review(runtime, olga.actor, channel)
    page = await olga.get(f"/review/{view.post.id}")
    form = page.html.partition('id="decision"')[2]
    assert form.index("<button hidden disabled>") < form.index('name="verdict"')


async def test_who_may_not_decide_sees_no_buttons(
    arrive: Arrive, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    view = await in_review(runtime, owner, channel)
    author = await arrive(Role.AUTHOR)
    page = await author.get(f"/review/{view.post.id}")
    assert page.status == 200
    assert not page.has_form(f"/review/{view.post.id}")
    await author.get("/settings/profile")
    fields = [
        ("csrf", author.csrf),
        ("verdict", "approve"),
        ("seen", await seen(runtime, owner, view.post.id)),
    ]
    await author.post(f"/review/{view.post.id}", fields)
    assert await _state(runtime, owner, view) is PostState.IN_REVIEW


async def test_a_reviewer_approves_but_doesnt_schedule(
    arrive: Arrive, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    view = await in_review(runtime, owner, channel)
    reviewer = await arrive(Role.REVIEWER)
    page = await reviewer.get(f"/review/{view.post.id}")
    assert "due_local" not in page.html
    refused = await reviewer.send(f"/review/{view.post.id}", APPROVE, ("when", "now"))
    assert refused.status == 403
    assert await _state(runtime, owner, view) is PostState.IN_REVIEW
    await reviewer.get(f"/review/{view.post.id}")
    await reviewer.send(f"/review/{view.post.id}", APPROVE)
    assert await _state(runtime, owner, view) is PostState.APPROVED


async def test_what_a_model_wrote_is_confirmed_first(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    agent = replace(olga.actor, is_agent=True, token="drafting")
    view = await in_review(runtime, agent, channel)
    page = await olga.get(f"/review/{view.post.id}")
    assert "A language model wrote this" in page.text
    assert "the agent “drafting”" in page.text
    refused = await olga.send(f"/review/{view.post.id}", APPROVE, comment="fine")
    assert refused.status == 422
    assert refused.form(f"/review/{view.post.id}").value("comment") == "fine"
    assert await _state(runtime, olga.actor, view) is PostState.IN_REVIEW
    await olga.send(f"/review/{view.post.id}", APPROVE, ("facts_confirmed", "yes"))
    assert await _state(runtime, olga.actor, view) is PostState.APPROVED


async def test_facts_that_were_confirmed_of_another_text_arent_confirmed_of_this_one(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    agent = replace(olga.actor, is_agent=True, token="drafting")
    view = await in_review(runtime, agent, channel)
    address = f"/review/{view.post.id}"
    await olga.get(address)
    shown = olga.page
    fingerprint = await seen(runtime, olga.actor, view.post.id)
    back = await decide(
        runtime, olga.actor, view.post.id, Verdict.REQUEST_CHANGES, seen=fingerprint, comment="x"
    )
    await edit_post(runtime, agent, view.post.id, {"body": "At ten."}, version=back.post.post.version)
    await submit(runtime, agent, view.post.id)
    olga.page = shown
    page = await olga.send(address, APPROVE, ("facts_confirmed", "yes"))
    assert page.status == 409
    assert (await olga.send(address, APPROVE)).status == 422
    assert await _state(runtime, olga.actor, view) is PostState.IN_REVIEW


async def test_what_was_meant_for_a_post_that_is_decided_isnt_put_to_the_next(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    agent = replace(olga.actor, is_agent=True, token="drafting")
    first, following = [await in_review(runtime, agent, channel) for _ in range(2)]
    await olga.get(f"/review/{first.post.id}")
    shown = olga.page
    await olga.send(f"/review/{first.post.id}", APPROVE, ("facts_confirmed", "yes"))
    olga.page = shown
    page = await olga.send(
        f"/review/{first.post.id}", APPROVE, ("facts_confirmed", "yes"), comment="good", when="now"
    )
    assert page.status == 409
    form = page.form(f"/review/{following.post.id}")
    assert (form.value("comment"), form.value("when")) == ("", "")
    assert (await olga.send(f"/review/{following.post.id}", APPROVE)).status == 422
    assert await _state(runtime, olga.actor, following) is PostState.IN_REVIEW


async def test_several_are_decided_and_taken_back_without_a_script(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    posts = [await in_review(runtime, olga.actor, channel) for _ in range(2)]
    await olga.get("/review")
    chosen = [("post", f"{each.post.id}:{await seen(runtime, olga.actor, each.post.id)}") for each in posts]
    page = await olga.send("/review/bulk", APPROVE, *chosen)
    assert "2 posts are approved and sealed." in page.text
    page = await olga.send("/review/undo")
    assert "2 posts wait again." in page.text
    await olga.get("/review")
    await olga.send("/review/bulk", APPROVE, *chosen)
    done = await olga.get("/review?whose=done")
    assert [form.action for form in done.reader.forms].count("/review/undo") == 2
    back = await olga.send("/review/undo")
    assert "waits for a decision again" in back.text
    states = {await _state(runtime, olga.actor, each) for each in posts}
    assert states == {PostState.APPROVED, PostState.IN_REVIEW}
