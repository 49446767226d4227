"""Putting a snippet in as one writes, with the keyboard and with the mouse."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from signoff.kernel.people import Actor, Role
from signoff.organizations.library.snippets import SnippetDraft, create_snippet
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.web.browser.conftest import Look

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
async def test_a_snippet_is_put_in_where_the_cursor_is(
    look: Look, runtime: Runtime, owner: Actor, brand: Brand, channel: Channel, color_scheme: str
) -> None:
    assert channel
    await create_snippet(
        runtime, owner, SnippetDraft("Signature", "Yours,\n{brand.name} & <b>co</b>", "sign")
    )
    await create_snippet(runtime, owner, SnippetDraft("Phone", "Call {brand.phone}", brand_id=brand.id))
    author = await look(Role.AUTHOR, color_scheme=color_scheme)
    await author.open("/posts/new")
    page, body = author.page, author.page.locator("#body")
    found = page.locator(".snippets [role=option]:visible")
    await body.fill("Hello.  Bye.")
    for _ in range(5):
        await body.press("ArrowLeft")
    await page.keyboard.type("/si")
    await expect(found.first).to_have_attribute("aria-selected", "true")
    assert await author.findings() == []
    await page.keyboard.press("Enter")
    said = f"Hello. Yours,\n{brand.name} & <b>co</b> Bye."
    await expect(body).to_have_value(said)
    await page.keyboard.press("Control+z")
    await expect(body).to_have_value("Hello. /si Bye.")
    await page.keyboard.press("Escape")
    await page.keyboard.type("x 1/si")
    await expect(page.locator(".snippets")).to_be_hidden()

    await body.fill("")
    await page.click("[data-snippets=body]")
    await expect(page.locator(".snippets input")).to_be_focused()
    await expect(found).to_have_count(2)
    await expect(found.first).to_contain_text(f"{brand.name} has no telephone number")
    assert await author.findings() == []
    await page.keyboard.press("Enter")
    await expect(page.locator(".snippets")).to_be_visible()
    await found.nth(1).click()
    await expect(body).to_be_focused()
    await expect(body).to_have_value(f"Yours,\n{brand.name} & <b>co</b>")
    await expect(page.locator("#preview")).to_contain_text("Yours,")
    assert author.complaints == []
