"""What people see of a sandbox: over HTTP, and in a real browser with its accessibility checked."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.servers.running import cannot_run
from tests.support.graph import Graph, Pictures, picture
from tests.support.sandbox import Sandbox

AXE = Path(__file__).parents[2] / "tools/node_modules/axe-core/axe.min.js"
AXE_RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']}"
SANDBOX_BANNER = "Sandbox: nothing here is public."


async def text_of(http: aiohttp.ClientSession, url: str) -> str:
    async with http.get(url) as answer:
        assert answer.status == 200
        return await answer.text()


@pytest_asyncio.fixture(loop_scope="session")
async def posts(instagram: Graph, facebook: Graph, pictures: Pictures) -> list[str]:
    """The feeds with a picture, a carousel without alternative texts, a link, and a photo."""
    url = pictures.add("bread.jpg", picture())
    single = await instagram.container(url, caption="Fresh <bread>\n#madrid", alt_text="A loaf & a knife")
    await instagram.publish(single.id)
    items = [await instagram.container(url, is_carousel_item="true") for _ in range(3)]
    children = ",".join(item.id for item in items)
    path = f"{instagram.account.id}/media"
    carousel = await instagram.post(path, media_type="CAROUSEL", children=children, is_ai_generated="true")
    await instagram.publish(carousel.id)
    page = facebook.account.id
    await facebook.post(f"{page}/feed", message="Market day", link="https://casaluz.example/?a=1&b=2")
    await facebook.post(f"{page}/photos", url=url, caption="Buns", alt_text_custom="Six buns")
    return [instagram.account.feed_url, facebook.account.feed_url]


async def test_a_feed_shows_posts_as_followers_see_them(
    posts: list[str], http: aiohttp.ClientSession
) -> None:
    feed, page = [await text_of(http, url) for url in posts]
    assert SANDBOX_BANNER in feed
    assert 'Fresh &lt;bread&gt;\n<span class="tagged">#madrid</span>' in feed
    assert 'alt="A loaf &amp; a knife"' in feed
    assert "AI info" in feed
    assert 'href="https://casaluz.example/?a=1&amp;b=2"' in page
    assert page.index("Buns") < page.index("Market day")


async def test_drafts_are_on_no_page(facebook: Graph, sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    await facebook.post(f"{facebook.account.id}/feed", message="Not yet", published="false")
    assert "Not yet" not in await text_of(http, facebook.account.feed_url)
    [draft] = sandbox.posts(facebook.account.id, hidden=True)
    async with http.get(draft["permalink"]) as page:
        assert page.status == 404
        assert SANDBOX_BANNER in await page.text()


async def test_a_permalink_shows_its_post(
    posts: list[str], instagram: Graph, facebook: Graph, sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    for graph, text in ((instagram, "Fresh &lt;bread&gt;"), (facebook, "Market day")):
        addresses = [post["permalink"] for post in sandbox.posts(graph.account.id)]
        pages = [await text_of(http, address) for address in addresses]
        assert sum(text in page for page in pages) == 1


async def test_pictures_are_served_as_what_they_are(
    posts: list[str], instagram: Graph, sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    url = sandbox.posts(instagram.account.id)[0]["pictures"][0]["url"]
    async with http.get(url) as answer:
        assert answer.content_type == "image/jpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for name in ("missing.jpg", f"{'a' * 64}.jpg", f"{'a' * 64}.html", "..%2fjournal.jsonl"):
        async with http.get(f"{sandbox.url}/feed/files/{name}") as answer:
            assert answer.status == 404


async def test_faults_are_added_and_removed_by_form(
    sandbox: Sandbox, facebook: Graph, http: aiohttp.ClientSession
) -> None:
    form = {"call": "facebook.direct", "fault": "hang_after", "times": "1", "always": "1", "seconds": "5"}
    async with http.post(f"{sandbox.url}/faults", data=form | {"account": "", "code": ""}) as answer:
        assert "hang_after" in await answer.text()
    [fault] = sandbox.faults()
    assert (fault["times"], fault["options"]) == (None, {"seconds": "5"})
    async with http.post(f"{sandbox.url}/faults/{fault['id']}/remove") as answer:
        assert "Nothing will go wrong." in await answer.text()
    assert sandbox.faults() == []


async def test_a_form_that_makes_no_sense_is_explained(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{sandbox.url}/faults", data={"call": "x", "fault": "hang_after"}) as answer:
        assert answer.status == 422
        assert "no such kind of call" in await answer.text()
    for minutes in ("soon", "1e99"):
        async with http.post(f"{sandbox.url}/clock", data={"minutes": minutes}) as answer:
            assert answer.status == 422
            assert "as a number" in await answer.text()


async def test_clock_and_state_are_changed_by_form(
    sandbox: Sandbox, facebook: Graph, http: aiohttp.ClientSession
) -> None:
    await facebook.post(f"{facebook.account.id}/feed", message="Hello")
    async with http.post(f"{sandbox.url}/clock", data={"minutes": "90"}) as answer:
        assert "5400 s ahead of" in await answer.text()
    desk = await text_of(http, sandbox.url)
    assert "facebook.direct" in desk
    async with http.post(f"{sandbox.url}/reset") as answer:
        assert "Nobody has called yet." in await answer.text()
    assert sandbox.posts() == []


async def test_pages_have_no_inline_script_or_style(
    posts: list[str], sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    for url in (sandbox.url, *posts):
        html = await text_of(http, url)
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", html)


@pytest_asyncio.fixture(loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = shutil.which("chromium")
    if not path or not AXE.exists():
        cannot_run("needs chromium and axe-core")
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        await browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
async def test_pages_are_accessible_and_quiet(
    posts: list[str], sandbox: Sandbox, browser: Browser, scheme: Literal["light", "dark"], width: int
) -> None:
    sandbox.fault("facebook.*", "hang_after")
    async with await browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}
    ) as context:
        for url in (sandbox.url, *posts, sandbox.posts()[0]["permalink"]):
            await _assert_fit_for_all(await context.new_page(), url)


async def _assert_fit_for_all(page: Page, url: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.goto(url)
    assert await page.locator("h1").count() == 1
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    await page.evaluate(AXE.read_text())
    found = await page.evaluate(f"axe.run(document, {AXE_RULES})")
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found["violations"]] == []
    assert said == []
    await page.close()
