"""The pages of approval rules, and what the review page says because of them."""

from __future__ import annotations

from signoff.kernel.people import Actor, Role
from signoff.organizations.approval import brand_approval, channel_approval
from signoff.records.posts.queries import get_post
from signoff.records.states import PostState
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.approvals import AskFor, approve
from tests.support.posts import in_review, seen, written
from tests.support.world import Join
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor


async def test_a_brands_rules_are_set_and_shown_again(
    olga: Visitor, runtime: Runtime, brand: Brand, channel: Channel
) -> None:
    page = await olga.get(f"/settings/cadence/{brand.id}")
    assert "One person" in page.text
    path = f"/settings/cadence/{brand.id}/approval"
    refused = await olga.send(path, approvals="9" * 5000, least_score="70")
    assert refused.status == 422
    assert "Between one and five people" in refused.text
    assert refused.form(path).value("least_score") == "70"
    await olga.send(path, approvals="2", four_eyes="yes", least_score="70", stale_after_hours="24")
    rules = await brand_approval(runtime, olga.actor, brand.id)
    assert rules.in_force == {
        "approvals": 2, "four_eyes": True, "least_score": 70, "stale_after_hours": 24
    }  # fmt: skip
    page = await olga.get(f"/settings/cadence/{brand.id}")
    assert "2 people, four eyes" in page.text
    assert "2 different people approve" in (await olga.get(f"/settings/brands/{brand.id}")).text


async def test_a_channel_asks_for_more_and_follows_its_brand_again(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    path = f"/channels/{channel.id}/approval"
    await olga.get(path)
    await olga.send(path, approvals="3", four_eyes="no")
    own = (await channel_approval(runtime, olga.actor, channel.id)).own
    assert own == {"approvals": 3, "four_eyes": False}
    page = await olga.get(path)
    assert (page.form(path).value("approvals"), page.form(path).value("four_eyes")) == ("3", "no")
    await olga.send(path, approvals="", four_eyes="")
    assert (await channel_approval(runtime, olga.actor, channel.id)).own == {}


async def test_the_review_page_says_how_far_it_is_and_who_is_left(
    olga: Visitor, arrive: Arrive, runtime: Runtime, author: Actor, channel: Channel, ask_for: AskFor
) -> None:
    await ask_for(approvals=2)
    second = await arrive(Role.REVIEWER)
    post_id = (await in_review(runtime, author, channel)).post.id
    page = await olga.get(f"/review/{post_id}")
    assert "Approve, 1 of 2" in page.text
    assert 'name="when"' not in page.text
    shown = await seen(runtime, author, post_id)
    done = await olga.send(f"/review/{post_id}", verdict="approve", seen=shown)
    assert "1 of 2 approvals" in done.text
    page = await olga.get(f"/review/{post_id}")
    assert "You approved this version." in page.text
    assert "Approved by Olga Owner" in page.text
    assert "Approved, waits for others" in (await olga.get("/review?whose=done")).text
    assert "Still to be asked: Reviewer" in page.text
    assert 'value="approve" data-command' not in page.text
    page = await second.get(f"/review/{post_id}")
    assert "Olga Owner Approved" in page.text
    assert "Approve and seal" in page.text
    assert (await approve(runtime, second.actor, post_id)).seal is not None


async def test_the_score_shows_how_much_the_brand_asks_for(
    olga: Visitor, runtime: Runtime, author: Actor, channel: Channel, ask_for: AskFor
) -> None:
    waiting = (await in_review(runtime, author, channel)).post.id
    page = await olga.get(f"/review/{waiting}")
    assert ('class="tick"' in page.html, "the brand asks for" in page.text) == (False, False)
    await ask_for(least_score=97)
    draft = (await written(runtime, author, channel)).post.id
    for path in (f"/review/{waiting}", f"/posts/{draft}/edit"):
        page = await olga.get(path)
        assert 'class="tick" x="97%"' in page.html
        assert "to review: the brand asks for 97" in page.text


async def test_the_review_page_says_why_a_writer_cant_approve(
    olga: Visitor, runtime: Runtime, owner: Actor, join: Join, channel: Channel, ask_for: AskFor
) -> None:
    await join(Role.REVIEWER)
    await ask_for(four_eyes=True)
    post_id = (await in_review(runtime, owner, channel)).post.id
    page = await olga.get(f"/review/{post_id}")
    assert "No one approves their own post." in page.text
    refused = await olga.send(
        f"/review/{post_id}", verdict="approve", seen=await seen(runtime, owner, post_id)
    )
    assert refused.status == 403
    assert (await get_post(runtime, owner, post_id)).post.state is PostState.IN_REVIEW
