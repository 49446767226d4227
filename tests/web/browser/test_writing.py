"""Writing and deciding in a real browser, two people at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import expect

from signoff.kernel.people import Actor, Role
from signoff.records.posts.copies import others_of
from signoff.records.posts.listing import list_posts
from signoff.records.posts.queries import get_post
from signoff.records.states import PostState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import in_review, written
from tests.support.waiting import until
from tests.web.browser.conftest import Look

pytestmark = pytest.mark.browser

PICTURE = Path(__file__).parents[1] / "picture.png"


async def test_from_a_blank_page_to_an_approved_post(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    author, reviewer = await look(Role.AUTHOR), await look(Role.REVIEWER)
    await reviewer.open("/review")
    await expect(reviewer.page.locator("main")).to_contain_text("Nothing waits for you")

    await author.open("/posts/new")
    await author.page.fill("#title", "Rye loaf")
    await author.page.fill("#body", "Rye is back.")
    await expect(author.page.locator("#preview")).to_contain_text("Rye is back.")
    await author.page.set_input_files("#upload", PICTURE)
    await expect(author.page.locator("#readiness")).to_contain_text("has no alt text")
    await expect(author.page.locator("#send")).to_have_attribute("aria-disabled", "true")
    await author.page.fill("[data-media] textarea", "A rye loaf")
    await expect(author.page.locator("#readiness")).to_contain_text("Ready")
    await author.page.click("#send")
    await expect(author.page.locator(".toast")).to_contain_text("Sent to review")

    await expect(reviewer.page.locator("[data-item]")).to_have_count(1)
    await reviewer.page.click("[data-item]")
    await expect(reviewer.page.locator(".paper")).to_contain_text("Rye is back.")
    await reviewer.page.keyboard.press("a")
    await expect(reviewer.page.locator(".toast")).to_contain_text("approved and sealed")
    await expect(author.page.locator(".top .badge")).to_have_text("Approved")
    post = (await list_posts(runtime, owner)).items[0]
    assert post.post.state is PostState.APPROVED
    assert [use["alt"] for use in post.revision.media] == ["A rye loaf"]
    assert author.complaints == reviewer.complaints == []


async def test_typing_goes_on_while_the_preview_follows(look: Look, channel: Channel) -> None:
    assert channel
    author = await look(Role.AUTHOR)
    await author.open("/posts/new")
    await author.page.click("#body")
    await author.page.keyboard.type("x" * 520, delay=1)
    await expect(author.page.locator("#limits")).to_contain_text("too many")
    assert await author.page.evaluate("document.activeElement.id") == "body"
    assert await author.page.input_value("#body") == "x" * 520


async def test_a_wrong_file_says_what_is_wrong_and_keeps_the_text(
    look: Look, channel: Channel, tmp_path: Path
) -> None:
    assert channel
    author = await look(Role.AUTHOR)
    await author.open("/posts/new")
    await author.page.fill("#body", "Typed before.")
    (tmp_path / "page.png").write_text("<html>not a picture</html>")
    await author.page.set_input_files("#upload", tmp_path / "page.png")
    await expect(author.page.locator("[data-upload-error]")).to_contain_text("page.png:")
    assert await author.page.input_value("#body") == "Typed before."


async def test_letters_are_keys_only_where_nothing_is_written(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await in_review(runtime, owner, channel, body="First.")
    await in_review(runtime, owner, channel, body="Second.")
    reviewer = await look(Role.REVIEWER)
    await reviewer.open("/review")
    page = reviewer.page
    await expect(page.locator(".paper")).to_contain_text("First.")
    await page.keyboard.press("j")
    await expect(page.locator(".paper")).to_contain_text("Second.")
    await page.keyboard.press("k")
    await expect(page.locator(".paper")).to_contain_text("First.")
    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_be_visible()
    await page.keyboard.press("a")
    await page.keyboard.press("Escape")
    await page.keyboard.press("r")
    await expect(page.locator("#note")).to_be_focused()
    await page.keyboard.type("a ask again")
    assert await page.input_value("#note") == "a ask again"
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".toast")).to_contain_text("went back to its author")
    states = {view.revision.body: view.post.state for view in (await list_posts(runtime, owner)).items}
    assert states == {"First.": PostState.DRAFT, "Second.": PostState.IN_REVIEW}


async def test_letters_can_be_switched_off(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await in_review(runtime, owner, channel)
    reviewer = await look(Role.REVIEWER)
    await reviewer.open("/settings/profile")
    await reviewer.page.uncheck("[name=keys]")
    await reviewer.page.click("button:has-text('Save')")
    await reviewer.open("/review")
    await reviewer.page.keyboard.press("r")
    await expect(reviewer.page.locator("#note")).not_to_be_focused()


async def test_what_is_read_isnt_replaced_but_a_note_tells_of_the_change(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    view = await in_review(runtime, owner, channel, body="First.")
    one, other = await look(Role.REVIEWER), await look(Role.PUBLISHER)
    await one.open(f"/review/{view.post.id}")
    await one.page.fill("#note", "half a thou")
    await other.open(f"/review/{view.post.id}")
    await other.page.fill("#note", "Say when.")
    await other.page.click("button:has-text('Request changes')")
    await expect(one.page.locator("#freshness")).to_contain_text("decided in the meantime")
    await expect(one.page.locator("#queue")).to_contain_text("Nothing waits for you")
    assert await one.page.input_value("#note") == "half a thou"
    await expect(one.page.locator(".paper")).to_contain_text("First.")


async def test_a_text_that_looks_like_a_script_is_only_shown(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    text = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
    view = await in_review(runtime, owner, channel, body=text)
    reviewer = await look(Role.REVIEWER)
    await reviewer.open(f"/review/{view.post.id}")
    await expect(reviewer.page.locator(".paper")).to_contain_text(text)
    assert await reviewer.page.title() != "1"
    assert reviewer.complaints == []


async def test_pictures_are_ordered_and_cropped_by_keyboard(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel, tmp_path: Path
) -> None:
    for name, colour in (("red", "red"), ("blue", "blue")):
        Image.new("RGB", (600, 300), colour).save(tmp_path / f"{name}.png")
    view = await written(runtime, owner, channel)
    author = await look(Role.OWNER, color_scheme="dark")
    page = author.page
    await author.open(f"/posts/{view.post.id}/edit")
    await page.set_input_files("#upload", [tmp_path / "red.png", tmp_path / "blue.png"])
    await expect(page.locator("[data-media]")).to_have_count(2)
    red, blue = [await each.input_value() for each in await page.locator("[name=media_id]").all()]
    await page.locator("[data-media-down]").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("[name=media_id]").first).to_have_value(blue)
    await expect(page.locator("[data-media-moved]")).to_have_text("Picture 2 of 2")

    await page.locator("[data-media] >> text=Crop").first.focus()
    await page.keyboard.press("Enter")
    await page.locator("#dialog .shape:has(b:text-is('1:1')) input").focus()
    await page.keyboard.press("Space")
    await page.locator("#crop-left").focus()
    await page.keyboard.press("Home")
    await expect(page.locator("[data-crop-said]")).to_contain_text("300 pixels are kept.")
    assert await author.findings() == []
    await page.keyboard.press("Enter")
    await expect(page.locator("#dialog")).to_be_hidden()
    cut = await page.locator("[name=media_id]").first.input_value()
    assert cut not in {red, blue}

    async def is_saved() -> bool:
        return (await others_of(runtime, owner, view.post.id)).here[0].copy.fields is not None

    await until(is_saved)
    await page.click(".top button[value=save]")
    await expect(page.locator(".toast")).to_contain_text("Saved")
    stored = (await get_post(runtime, owner, view.post.id)).revision.media
    assert [use["media_id"] for use in stored] == [cut, red]
    assert author.complaints == []
