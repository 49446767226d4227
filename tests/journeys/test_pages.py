"""The way of a post through the pages in a real browser, while a real worker publishes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.journeys.conftest import Page
from tests.journeys.steps import approved, photo, read, send, submitted
from tests.support.rest import Caller
from tests.support.wordpress import WordPressSite
from tests.web.browser.conftest import Screen

pytestmark = pytest.mark.browser

SOON_MS = 20_000


@pytest.mark.server
async def test_a_post_is_written_approved_published_and_taken_down_in_the_browser(
    screen: Screen, olga: Caller, brand: str, wordpress: WordPressSite, tmp_path: Path
) -> None:
    page = screen.page
    await connect_wordpress(screen, brand, wordpress)

    await screen.open(f"/posts/new?brand={brand}")
    await page.fill("#title", "Spelt is back")
    await page.fill("#body", "We bake **spelt** again.")
    (tmp_path / "spelt.png").write_bytes(photo("PNG", (660, 640)))
    await page.set_input_files("#upload", tmp_path / "spelt.png")
    await expect(page.locator("#readiness")).to_contain_text("has no alt text")
    await page.fill("[data-media] textarea", "A spelt loaf")
    await expect(page.locator("#readiness")).to_contain_text("Ready")
    await page.click("#send")
    await expect(page.locator(".toast")).to_contain_text("Sent to review")

    await page.click("a:has-text('Review') >> visible=true >> nth=-1")
    await expect(page.locator(".paper")).to_contain_text("We bake spelt again.")
    await page.click("button:has-text('Approve and seal')")
    await expect(page.locator(".toast")).to_contain_text("approved and sealed")

    (post,) = (await read(olga, "/posts", brand=brand))["items"]
    await screen.open(f"/posts/{post['id']}")
    await page.click("text=Schedule…")
    await page.select_option("#dialog #when", "now")
    await page.click("#dialog button:has-text('Schedule')")
    await page.wait_for_url("**/deliveries/*")
    await expect(page.locator(".top .badge")).to_have_text("Published", timeout=SOON_MS)

    (delivery,) = (await read(olga, f"/posts/{post['id']}"))["deliveries"]
    (article,) = await wordpress.having(delivery["key"])
    assert (article["status"], article["title"]["raw"]) == ("publish", "Spelt is back")
    (upload,) = await wordpress.pictures_of(delivery["key"])
    assert (article["featured_media"], upload["alt_text"]) == (upload["id"], "A spelt loaf")
    await expect(page.locator(f"main a[href='{article['link']}']").first).to_be_visible()
    assert screen.complaints == []

    await page.click("text=Take down…")
    await page.fill("#reason", "Sold out.")
    await page.click("#dialog button:has-text('Take it down')")
    await expect(page.locator(".top .badge")).to_have_text("Removed", timeout=SOON_MS)
    (article,) = await wordpress.having(delivery["key"])
    assert article["status"] == "trash"


async def connect_wordpress(screen: Screen, brand: str, wordpress: WordPressSite) -> None:
    await screen.open(f"/channels/connect?platform=wordpress&brand={brand}")
    for name, value in wordpress.credentials().items():
        await screen.page.fill(f"#credentials_{name}", value)
    await screen.page.click("button:has-text('Connect')")
    await expect(screen.page.locator(".toast")).to_contain_text("onnected")


async def test_an_open_board_shows_what_the_worker_does_as_it_happens(
    screen: Screen, olga: Caller, brand: str, page: Page
) -> None:
    post = await submitted(olga, brand, page.channel, title="Seen from the board")
    await approved(olga, post)
    await screen.open("/publishing")
    published = screen.page.locator(".lane", has=screen.page.locator("#lane-published"))
    await expect(published).not_to_contain_text("Seen from the board")

    await send(olga, f"/posts/{post}/deliveries", {"due_at": "now"})
    await expect(published).to_contain_text("Seen from the board", timeout=SOON_MS)
    card = published.locator(".job", has_text="Seen from the board")
    await expect(card).to_contain_text("sandbox")
    await expect(card.locator("a:has-text('Open it')")).to_have_attribute(
        "href", page.sandbox.posts(page.account.id)[0]["permalink"]
    )
    assert screen.complaints == []


async def test_what_went_to_the_sandbox_says_so_on_its_page(
    screen: Screen, olga: Caller, brand: str, page: Page
) -> None:
    post = await submitted(olga, brand, page.channel)
    (delivery,) = (await approved(olga, post, {"due_at": "now"}))["deliveries"]
    await screen.open(f"/deliveries/{delivery['id']}")
    await expect(screen.page.locator(".top .badge").first).to_have_text("Published", timeout=SOON_MS)
    await expect(screen.page.locator("main")).to_contain_text("the public never sees it")


async def test_a_double_click_on_publish_publishes_once(
    screen: Screen, olga: Caller, brand: str, page: Page
) -> None:
    post = await submitted(olga, brand, page.channel)
    await approved(olga, post)
    await screen.open(f"/posts/{post}")
    await screen.page.click("text=Schedule…")
    await screen.page.select_option("#dialog #when", "now")
    await screen.page.dblclick("#dialog button:has-text('Schedule')")
    await screen.page.wait_for_url("**/deliveries/*")
    await expect(screen.page.locator(".top .badge").first).to_have_text("Published", timeout=SOON_MS)
    assert len((await read(olga, f"/posts/{post}"))["deliveries"]) == 1
    assert page.texts() == ["Fresh bread at eight."]


async def test_a_picture_that_is_too_large_is_told_in_the_editor(
    screen: Screen, brand: str, page: Page, tmp_path: Path
) -> None:
    await screen.open(f"/posts/new?brand={brand}")
    await screen.page.fill("#body", "Typed before.")
    (tmp_path / "huge.png").write_bytes(photo("PNG") + bytes(40_000_000))
    await screen.page.set_input_files("#upload", tmp_path / "huge.png")
    await expect(screen.page.locator("[data-upload-error]")).to_contain_text("25 MB", timeout=SOON_MS)
    assert await screen.page.input_value("#body") == "Typed before."
