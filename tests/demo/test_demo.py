"""What a visitor does first: start the demonstration, approve a post, publish it, find it on the feed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from signoff.demo.cast import ORGANIZATION, OWNER, PASSWORD, PEOPLE
from signoff.demo.stories import STORIES
from signoff.records.states import DeliveryState, PostState
from tests.demo.conftest import Demo, demonstrated, free_port, start
from tests.support.commands import run_signoff

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

FOUND_WITHIN_S = 10
TITLE = "Two new faces behind the counter"
BAKERY_ON_INSTAGRAM = "17841400000000001"


async def get(url: str, **more: Any) -> Any:
    async with aiohttp.ClientSession() as http, http.get(url, **more) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def all_of(demo: Demo, what: str, **filters: str) -> list[dict[str, Any]]:
    """Everything of a kind, as a script with the owner's token reads it."""
    made = await run_signoff(
        "token", "create", "--owner", OWNER, folder=demo.folder,
        settings={"SIGNOFF_DATA_DIR": str(demo.folder / ".demo")},
    )  # fmt: skip
    caller = {"Authorization": f"Bearer {made.out.strip()}"}
    page = await get(f"{demo.pages}/api/v1/{what}", params={"limit": 100, **filters}, headers=caller)
    items: list[dict[str, Any]] = page["items"]
    return items


async def test_posts_are_there_in_every_state(demo: Demo) -> None:
    for state in PostState:
        assert await all_of(demo, "posts", state=state), state
    deliveries = Counter(delivery["state"] for delivery in await all_of(demo, "deliveries"))
    # One is on its way for a quarter of an hour, in turns with waiting; "recovering" lasts for moments.
    settled = set(DeliveryState) - {DeliveryState.PUBLISHING, DeliveryState.RECOVERING}
    assert settled <= set(deliveries)
    assert deliveries[DeliveryState.UNKNOWN] == deliveries[DeliveryState.FAILED] == 1


async def test_brands_have_rules_and_the_library_isnt_empty(demo: Demo) -> None:
    brands = {brand["name"]: brand["id"] for brand in await all_of(demo, "brands")}
    bakery = brands["Northlight Bakery"]
    closed = await all_of(demo, f"brands/{bakery}/closed-days")
    assert [(each["reason"], each["repeats"]) for each in closed] == [
        ("Stocktaking", "never"), ("Christmas", "yearly"),
    ]  # fmt: skip
    assert len(await all_of(demo, "snippets")) == 2
    assert [each["name"] for each in await all_of(demo, "templates")] == ["New on the shelf"]
    waiting = await all_of(demo, "posts", state="in_review", brand=brands["Wild Petal Flowers"])
    assert [(each["approval"]["needed"], each["approval"]["missing"]) for each in waiting] == [(2, 1)]


async def test_nothing_is_on_a_feed_twice(demo: Demo) -> None:
    out = [one for one in await all_of(demo, "deliveries") if one["state"] == "published"]
    visible = await get(f"{demo.sandbox}/control/posts")
    assert [post["id"] for post in visible if post["published_times"] != 1] == []
    assert len({post["id"] for post in visible}) >= len([one for one in out if one["platform"] != "html"])


async def sign_in_by_link(page: Page, demo: Demo) -> None:
    await page.goto(demo.link)
    await page.click("main form button")
    await page.wait_for_url(f"{demo.pages}/")


@pytest.mark.browser
async def test_a_visitor_approves_publishes_and_sees_it_on_the_feed(demo: Demo, browser: Browser) -> None:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await sign_in_by_link(page, demo)
    await page.click(f"a:has-text('{TITLE}')")
    await page.click(".set-when summary")
    await page.select_option("#when", "now")
    await page.click("button:has-text('Approve and seal')")
    began = time.monotonic()
    await expect(page.locator(".toast").first).to_be_visible()

    feed = await context.new_page()
    while True:
        await feed.goto(f"{demo.sandbox}/feed/{BAKERY_ON_INSTAGRAM}")
        if await feed.get_by_text("Say hello to Jonas and Mairi").count():
            break
        assert time.monotonic() < began + FOUND_WITHIN_S, "it isn't on the feed"
    assert time.monotonic() < began + FOUND_WITHIN_S

    await page.goto(f"{demo.pages}/posts?search=new+faces")
    await page.click(f"a:has-text('{TITLE}')")
    await page.click("main table a:has-text('northlight.bakery')")
    await expect(page.locator("#top .badge").first).to_have_text("Published")
    permalink = page.locator(f"main a[href^='{demo.sandbox}/p/']").first
    await permalink.click()
    await expect(page.locator("body")).to_contain_text("Say hello to Jonas and Mairi")
    await context.close()


@pytest.mark.browser
async def test_the_link_works_once_and_everybody_else_has_the_password(demo: Demo, browser: Browser) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{demo.pages}/sign-in")
    await page.fill("#email", PEOPLE[3][1])
    await page.fill("#password", PASSWORD)
    await page.click("button:has-text('Sign in')")
    await page.wait_for_url(f"{demo.pages}/")
    await expect(page.locator("body")).to_contain_text(ORGANIZATION)
    await page.goto(demo.link)
    await expect(page.locator("body")).to_contain_text("used already")
    await context.close()


async def test_the_next_start_goes_on_where_the_last_one_ended(demo: Demo, demo_folder: Path) -> None:
    before = {post["id"] for post in await all_of(demo, "posts")}
    assert "Everything is kept" in await demo.stop()
    async with demonstrated(demo_folder) as again:
        assert "This happens once" not in again.said
        assert again.took_s < demo.took_s
        assert (again.pages, again.sandbox) == (demo.pages, demo.sandbox)
        assert again.link != demo.link
        assert {post["id"] for post in await all_of(again, "posts")} == before
        second = await run_signoff("demo", folder=demo_folder)
        assert second.code == 1
        assert "in use" in second.errors


async def test_a_set_up_that_was_killed_begins_anew(demo_folder: Path) -> None:
    folder = demo_folder / "killed"
    folder.mkdir()
    port = str(free_port())
    process = await start(folder, "--port", port)
    assert process.stdout
    await asyncio.wait_for(process.stdout.readuntil(b"Living through"), 60)
    process.kill()
    await process.wait()
    async with demonstrated(folder, "--port", port) as again:
        assert "This happens once" in again.said
        assert len(await all_of(again, "posts")) >= len(STORIES) - 2  # two are archived
