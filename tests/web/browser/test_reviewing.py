"""Reviewing in a real browser: by keyboard, on a phone, two at once, several at once, and back again."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Route, expect

from signoff.kernel.people import Actor, Role
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.pipeline.schedule.pause import pause
from signoff.records.deliveries.views import PostView
from signoff.records.posts.queries import get_post
from signoff.records.states import PostState, Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import in_review, seen
from tests.web.browser.conftest import PHONE, Look, Screen

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CLAIM = "The best bread in town costs 7 £."


async def _queue(runtime: Runtime, by: Actor, channel: Channel, *bodies: str) -> list[PostView]:
    return [await in_review(runtime, by, channel, body=body) for body in bodies]


async def _state(runtime: Runtime, by: Actor, view: PostView) -> PostState:
    return (await get_post(runtime, by, view.post.id)).post.state


async def _shows(screen: Screen, text: str) -> None:
    await expect(screen.page.locator(".subject")).to_contain_text(text)


async def test_approving_by_keyboard_until_nothing_waits(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    posts = await _queue(runtime, owner, channel, CLAIM, "Second.", "Third.")
    olga = await look(Role.OWNER)
    await olga.open("/review")
    await olga.page.evaluate("window.stayed = true")
    press = olga.page.keyboard.press
    await press("j")
    await _shows(olga, "Second.")
    await press("k")
    await _shows(olga, "best bread")
    await olga.page.get_by_role("button", name="Mark as checked: The best bread").click()
    await expect(olga.page.locator("#statements")).to_contain_text("Checked by Olga Owner")
    assert await olga.findings() == []
    await press("a")
    await expect(olga.page.locator("[data-toasts]")).to_contain_text("is approved and sealed")
    await _shows(olga, "Second.")
    assert await olga.page.evaluate("document.activeElement.hasAttribute('data-heading')")
    await press("u")
    await expect(olga.page.locator("[data-toasts]")).to_contain_text("waits for a decision again")
    await _shows(olga, "best bread")
    for waiting, following in ((2, "Third."), (1, "Second."), (0, "Nothing waits for you")):
        await press("a")
        await _shows(olga, following)
        await expect(olga.page.locator("[data-item]")).to_have_count(waiting)
    assert [await _state(runtime, owner, each) for each in posts] == [PostState.APPROVED] * 3
    assert await olga.page.evaluate("window.stayed")  # it was one page all along
    assert olga.complaints == []


async def test_a_slow_decision_is_sent_once_and_no_news_to_who_decides(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    posts = await _queue(runtime, owner, channel, "First.", "Second.")
    olga = await look(Role.OWNER)
    await olga.open("/review")
    answered, sent = asyncio.Event(), []

    async def hold(route: Route) -> None:
        if route.request.method != "POST":
            return await route.continue_()
        sent.append(route.request.url)
        response = await route.fetch(max_redirects=0)
        await answered.wait()
        return await route.fulfill(response=response)

    await olga.page.route("**/review/**", hold)
    await _shows(olga, "First.")
    await olga.page.keyboard.press("a")
    await expect(olga.page.locator("[data-item]")).to_have_count(1)  # the news are there, the answer isn't
    await olga.page.keyboard.press("a")
    await expect(olga.page.locator(".verdicts .busy")).to_have_count(1)
    await expect(olga.page.locator("#freshness")).to_be_empty()
    answered.set()
    await _shows(olga, "Second.")
    assert len(sent) == 1
    states = [await _state(runtime, owner, each) for each in posts]
    assert states == [PostState.APPROVED, PostState.IN_REVIEW]


async def test_a_decision_whose_answer_is_lost_is_told(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await _queue(runtime, owner, channel, "First.", "Second.")
    olga = await look(Role.OWNER)
    await olga.open("/review")
    lost = asyncio.Event()

    async def lose(route: Route) -> None:
        if route.request.method != "POST":
            return await route.continue_()
        await route.fetch(max_redirects=0)
        await lost.wait()
        return await route.abort()

    await olga.page.route("**/review/**", lose)
    await _shows(olga, "First.")
    await olga.page.keyboard.press("a")
    await expect(olga.page.locator("[data-item]")).to_have_count(1)
    await expect(olga.page.locator("#freshness")).to_be_empty()
    lost.set()
    await expect(olga.page.locator("#freshness")).to_contain_text("You decided already: approved")


async def test_changes_are_requested_made_and_approved(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    [view] = await _queue(runtime, owner, channel, "Fresh bread at eight.")
    fingerprint = await seen(runtime, owner, view.post.id)
    await decide(runtime, owner, view.post.id, Verdict.APPROVE, seen=fingerprint)
    back = await decide(
        runtime, owner, view.post.id, Verdict.REQUEST_CHANGES, seen=fingerprint, comment="Nine, not eight."
    )
    await edit_post(
        runtime, owner, view.post.id, {"body": "Fresh bread at noon."}, version=back.post.post.version
    )
    await submit(runtime, owner, view.post.id)
    reviewer = await look(Role.REVIEWER)
    await reviewer.open("/review")
    page = reviewer.page
    await page.keyboard.press("r")
    await expect(page.locator("#note")).to_be_focused()
    await page.keyboard.type("It must be nine.")
    await page.keyboard.press("Control+Enter")
    await _shows(reviewer, "Nothing waits for you")
    stored = await get_post(runtime, owner, view.post.id)
    changes = {"body": "Fresh bread at nine."}
    await edit_post(runtime, owner, view.post.id, changes, version=stored.post.version)
    await submit(runtime, owner, view.post.id)
    await reviewer.open(f"/review/{view.post.id}")
    await page.keyboard.press("d")
    await expect(page.locator(".diff del").first).to_have_text("eight")
    await expect(page.locator(".diff ins").first).to_have_text("nine")
    await page.keyboard.press("a")
    await _shows(reviewer, "Nothing waits for you")
    assert await _state(runtime, owner, view) is PostState.APPROVED
    assert reviewer.complaints == []


async def test_who_comes_second_loses_nothing(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    [view] = await _queue(runtime, owner, channel, "Fresh bread at eight.")
    reviewer = await look(Role.REVIEWER)
    await reviewer.open(f"/review/{view.post.id}")
    await reviewer.page.fill("#note", "Please mention the rye.")
    fingerprint = await seen(runtime, owner, view.post.id)
    back = await decide(
        runtime, owner, view.post.id, Verdict.REQUEST_CHANGES, seen=fingerprint, comment="Noon."
    )
    changes = {"body": "Fresh bread at noon."}
    await edit_post(runtime, owner, view.post.id, changes, version=back.post.post.version)
    await submit(runtime, owner, view.post.id)
    await expect(reviewer.page.locator("#freshness")).to_contain_text("A new version arrived")
    await _shows(reviewer, "bread at eight")  # what is read isn't replaced
    await reviewer.page.click("button[value=request_changes] >> visible=true")
    await expect(reviewer.page.locator("#problem")).to_contain_text("isn't what you were shown")
    await expect(reviewer.page.locator("#note")).to_have_value("Please mention the rye.")
    await _shows(reviewer, "bread at noon")
    assert await _state(runtime, owner, view) is PostState.IN_REVIEW


async def test_on_a_phone_the_note_that_is_missing_is_in_sight(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    waiting = await in_review(runtime, owner, channel)
    await pause(runtime, owner, "channel", channel.id, reason="Wrong price")
    olga = await look(Role.OWNER, viewport=PHONE, has_touch=True)
    await olga.open(f"/review/{waiting.post.id}")
    await expect(olga.page.locator(".banner", has_text="Wrong price")).to_be_in_viewport()
    await olga.page.tap(".set-when > summary")
    await olga.page.select_option(".set-when [name=when]", "at")
    await olga.page.get_by_role("button", name="Request changes").tap()
    note, verdicts = olga.page.locator("#note"), olga.page.locator(".verdicts")
    await expect(note).to_be_focused()
    await expect(olga.page.locator("#note-error")).to_be_visible()
    written, pressed = await note.bounding_box(), await verdicts.bounding_box()
    assert written is not None
    assert pressed is not None
    assert written["y"] + written["height"] <= pressed["y"]
    assert olga.complaints == []


async def test_a_post_is_approved_on_a_phone(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    posts = await _queue(runtime, owner, channel, "First.", "Second.")
    olga = await look(Role.OWNER, viewport=PHONE, has_touch=True)
    await olga.open("/review")
    await olga.page.tap("[data-item] >> nth=0")
    await expect(olga.page.locator(".list")).to_be_hidden()
    approve = olga.page.get_by_role("button", name="Approve and seal")
    box = await approve.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["y"] + box["height"] <= PHONE["height"]  # within reach of the thumb, without scrolling
    await approve.tap()
    await _shows(olga, "Second.")
    await expect(olga.page.locator(".list")).to_be_hidden()
    assert await _state(runtime, owner, posts[0]) is PostState.APPROVED
    assert olga.complaints == []


async def test_of_several_the_one_that_cant_be_decided_says_why(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    posts = await _queue(runtime, owner, channel, "First.", "Second.", "Third.")
    olga = await look(Role.OWNER)
    await olga.open("/review")
    await _shows(olga, "First.")
    for text in ("Second.", "Third."):
        await olga.page.keyboard.press("x")
        await olga.page.keyboard.press("j")
        await _shows(olga, text)
    await expect(olga.page.locator("[data-chosen]")).to_have_text("2 posts chosen")
    fingerprint = await seen(runtime, owner, posts[1].post.id)
    await decide(runtime, owner, posts[1].post.id, Verdict.SKIP, seen=fingerprint, comment="Gone.")
    await olga.page.keyboard.press("a")
    await olga.page.get_by_role("button", name="Approve").filter(visible=True).first.click()
    await _shows(olga, "done")
    results = olga.page.get_by_role("region", name="Results")
    await expect(results).to_contain_text("Approved and sealed")
    assert await olga.findings() == []
    assert await _state(runtime, owner, posts[0]) is PostState.APPROVED
    assert await _state(runtime, owner, posts[2]) is PostState.IN_REVIEW


async def test_what_was_said_leaves_its_field_but_not_what_is_being_typed(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    (view,) = await _queue(runtime, owner, channel, "Fresh bread.")
    olga, rita = await look(Role.OWNER), await look(Role.REVIEWER)
    for each in (olga, rita):
        await each.open(f"/review/{view.post.id}")
        await each.page.click("#tab-discussion")
    await rita.page.fill("#say", "Is it")
    await olga.page.fill("#say", "Which bread?")
    await olga.page.check("[name=for_client]")
    await olga.page.click("text=Say it")
    for each in (olga, rita):
        await expect(each.page.locator("#discussion .written")).to_have_text("Which bread?")
    await expect(olga.page.locator("#say")).to_have_value("")
    await expect(olga.page.locator("[name=for_client]")).not_to_be_checked()
    await expect(rita.page.locator("#say")).to_have_value("Is it")
