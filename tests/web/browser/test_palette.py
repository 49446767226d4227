"""Jumping from anywhere with the keyboard."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from signoff.kernel.people import Actor, Role
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import written
from tests.web.browser.conftest import Look

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_post_is_reached_without_a_mouse(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel, theme: str
) -> None:
    post = (await written(runtime, owner, channel)).post
    reader = await look(Role.OWNER, color_scheme=theme)
    page = reader.page
    await reader.open("/publishing")
    await page.keyboard.press("Control+k")
    await expect(page.locator("#palette-found")).to_contain_text("Write a post")
    assert await reader.findings() == []
    await page.keyboard.type("good mor")
    first = page.locator("#palette-found [role=option]").first
    await expect(first).to_contain_text("Good morning")
    await expect(first).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/posts/{post.id}")
    assert reader.complaints == []


async def test_what_is_begun_from_it_opens_as_a_dialog(look: Look) -> None:
    reader = await look(Role.OWNER)
    await reader.open("/")
    await reader.page.click("[data-palette]")
    await reader.page.keyboard.type("pause")
    await expect(reader.page.locator("#palette-found [role=option]").first).to_contain_text(
        "Pause publishing"
    )
    await reader.page.keyboard.press("Enter")
    await expect(reader.page.locator("#dialog")).to_be_visible()
    await reader.page.keyboard.press("Escape")
    await reader.page.keyboard.press("Control+k")
    await reader.page.keyboard.type("nothing like this")
    await expect(reader.page.locator("#palette-found")).to_contain_text("Nothing has")


@pytest.mark.parametrize("path", ["/", "/calendar", "/posts", "/review"])
async def test_every_page_tells_its_keys(look: Look, path: str) -> None:
    reader = await look(Role.OWNER, color_scheme="dark")
    await reader.open(path)
    await reader.page.keyboard.press("?")
    keys = reader.page.get_by_role("dialog", name="Keyboard")
    await expect(keys).to_contain_text("jump to anything")
    assert await reader.findings() == []
    await reader.page.keyboard.press("Escape")
    await expect(keys).to_be_hidden()
    await reader.page.keyboard.press("/")
    await expect(reader.page.locator("#search:focus, #palette-input:focus")).to_have_count(1)
    assert reader.complaints == []
