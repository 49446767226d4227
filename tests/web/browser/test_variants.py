"""A post for two channels in a real browser: tabs, a text of its own, a crop of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from signoff.kernel.people import Actor, Role
from signoff.records.posts.queries import get_post
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.media.pictures import saved, scene
from tests.support.posts import written
from tests.support.world import connect_board
from tests.web.browser.conftest import PHONE, Look

pytestmark = pytest.mark.browser


@pytest.fixture
async def second(runtime: Runtime, owner: Actor, brand: Brand) -> Channel:
    return await connect_board(runtime, owner, brand, "mercado")


async def test_a_channel_gets_its_own_text_and_its_own_crop_by_keyboard(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel, second: Channel, tmp_path: Path
) -> None:
    view = await written(runtime, owner, channel, second)
    (tmp_path / "scene.png").write_bytes(saved(scene((600, 300)), "PNG"))
    author = await look(Role.OWNER)
    page, key = author.page, str(second.id)
    await author.open(f"/posts/{view.post.id}/edit")
    await page.set_input_files("#upload", tmp_path / "scene.png")
    await expect(page.locator(f"#state-{key} svg")).to_have_attribute(
        "aria-label", "Picture 1 has no alt text. Say in words what there is to see."
    )
    await page.locator("#send").press("Enter")
    await expect(page.locator("#readiness")).to_be_focused()
    await page.fill("[data-media] textarea", "Four colours")
    await _choose(page, f"tab-{key}")

    own = page.locator(f"#own_body_{key}")
    await expect(own).to_have_attribute("placeholder", "Fresh bread at eight.")
    await page.locator(f"#panel-{key} [data-own-text]").press("Enter")
    await page.keyboard.press("ControlOrMeta+End")
    await page.keyboard.type(" Bring a bag.")
    await page.locator(f"#panel-{key} .compare summary").press("Enter")
    await expect(page.locator(f"#difference-{key} ins")).to_have_text(" Bring a bag.")
    await expect(page.locator(f"#pane-{key}")).to_contain_text("Bring a bag.")
    await expect(page.locator(f"#pane-{channel.id}")).to_be_hidden()

    await page.locator(f"#crop-{key}-1").press("Enter")
    await page.locator("#dialog .shape:has(b:text-is('1:1')) input").press("Space")
    await expect(page.locator("[data-crop-said]")).to_contain_text(
        "300 \N{MULTIPLICATION SIGN} 300 pixels are kept."
    )
    assert await author.findings() == []
    await page.keyboard.press("Enter")
    await expect(page.locator(f"#pictures-{key}")).to_contain_text("300 \N{MULTIPLICATION SIGN} 300")
    assert await author.findings() == []

    await page.click(".top button[value=save]")
    await expect(page.locator(".toast")).to_contain_text("Saved")
    await expect(page.locator(f"#tab-{key}")).to_have_attribute("aria-selected", "true")
    revision = (await get_post(runtime, owner, view.post.id)).revision
    stored = revision.overrides[key]
    assert stored["body"] == "Fresh bread at eight. Bring a bag."
    assert list(stored["crops"]) == [use["media_id"] for use in revision.media]

    await page.click(f"#panel-{key} [data-from-master]")
    await expect(page.locator(f"#panel-{key} .if-master >> nth=0")).to_be_visible()
    await page.click(f"#panel-{key} [data-uncrop]")
    await expect(page.locator(f"#pictures-{key}")).to_contain_text("600 \N{MULTIPLICATION SIGN} 300")
    await page.locator(f"#own_body_{key}").press("ControlOrMeta+z")
    await expect(own).to_have_value("Fresh bread at eight. Bring a bag.")
    assert author.complaints == []


async def test_numbers_lead_to_the_channels_but_not_while_something_is_typed(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel, second: Channel
) -> None:
    view = await written(runtime, owner, channel, second)
    author = await look(Role.OWNER)
    page = author.page
    await author.open(f"/posts/{view.post.id}/edit")
    master, first, other = (page.locator("[data-tab]").nth(place) for place in range(3))
    await page.locator("#body").press("End")
    await page.keyboard.type(" 2")
    await expect(master).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Alt+2")
    await expect(other).to_be_focused()
    await page.keyboard.press("1")
    await expect(first).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("0")
    await expect(master).to_have_attribute("aria-selected", "true")
    await expect(page.locator("#body")).to_have_value("Fresh bread at eight. 2")
    assert author.complaints == []


async def _choose(page: Page, tab: str) -> None:
    """Go along the tabs by arrow keys."""
    await page.locator("#tab-master").focus()
    for _ in range(3):
        await page.keyboard.press("ArrowRight")
        if await page.evaluate("document.activeElement.id") == tab:
            return
    raise AssertionError(f"no arrow leads to {tab}")


async def test_a_channel_comes_and_goes_with_its_box_also_on_a_phone(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel, second: Channel
) -> None:
    view = await written(runtime, owner, channel)
    author = await look(Role.OWNER, viewport=PHONE, has_touch=True, color_scheme="dark")
    page, tab = author.page, author.page.locator(f"#tab-{second.id}")
    await author.open(f"/posts/{view.post.id}/edit")
    await expect(tab).to_be_hidden()
    await page.tap("[data-choose-channels]")
    await expect(page.locator(f"[name=channel][value='{second.id}']")).to_be_focused()
    await page.keyboard.press("Space")
    await tab.tap()
    await expect(page.locator(f"#own_body_{second.id}")).to_be_visible()
    await expect(page.locator(f"#limits-{second.id}")).to_contain_text("/ 500")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) == 0
    assert await author.findings() == []
    await page.tap("#tab-master")
    await page.uncheck(f"[name=channel][value='{second.id}']")
    await expect(tab).to_be_hidden()
    assert author.complaints == []
