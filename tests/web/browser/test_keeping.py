"""What is typed is saved without a button, outlives a server that is away, and is offered back."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from signoff.kernel.people import Actor, Role
from signoff.pipeline.draft.edit import edit_post
from signoff.records.posts.copies import others_of
from signoff.records.posts.listing import list_posts
from signoff.records.posts.queries import get_post
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import written
from tests.support.waiting import until
from tests.web.browser.conftest import PHONE, Look

pytestmark = pytest.mark.browser


async def saved(page: Page) -> None:
    await expect(page.locator("[data-saved]")).to_have_attribute("data-state", "ok")
    await expect(page.locator("[data-saved]")).to_contain_text("Saved")


async def test_a_new_post_is_saved_while_it_is_typed_and_when_the_page_is_left(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    assert channel
    author = await look(Role.AUTHOR)
    page = author.page
    await author.open("/posts/new")
    await page.click("#body")
    await page.keyboard.type("Rye")
    await page.wait_for_url("**/posts/*/edit")
    await page.keyboard.type(" is back.")
    await saved(page)
    await page.keyboard.type(" Today.")
    await page.reload()
    await expect(page.locator("#body")).to_have_value("Rye is back. Today.")
    await page.click(".rail a[href='/posts']")
    view = (await list_posts(runtime, owner)).items[0]

    async def is_in_a_revision() -> bool:
        return (await get_post(runtime, owner, view.post.id)).revision.body == "Rye is back. Today."

    await until(is_in_a_revision)
    assert len((await list_posts(runtime, owner)).items) == 1
    assert author.complaints == []


async def test_words_typed_while_the_server_is_away_are_offered_back(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    view = await written(runtime, owner, channel)
    olga = await look(Role.OWNER, viewport=PHONE)
    page, context = olga.page, olga.page.context
    await olga.open(f"/posts/{view.post.id}/edit")
    await saved(page)
    await context.set_offline(True)
    await page.fill("#body", "Typed on the train.")
    await expect(page.locator("[data-saved]")).to_contain_text("Not saved: offline, kept on this device")
    await page.close(run_before_unload=False)

    await context.set_offline(False)
    olga.page = page = await context.new_page()
    await olga.open(f"/posts/{view.post.id}/edit")
    await expect(page.locator("#body")).to_have_value("Fresh bread at eight.")
    await expect(page.locator("[data-device]")).to_contain_text("never reached the server")
    assert await olga.findings() == []
    await page.click("[data-take]")
    await expect(page.locator(".conflict ins")).to_contain_text(["Typed"])
    await expect(page.locator("#body")).to_have_value("Typed on the train.")
    await page.click("text=Save them")
    await saved(page)
    await expect(page.locator("[data-device]")).to_be_hidden()
    assert (await get_post(runtime, owner, view.post.id)).revision.body == "Typed on the train."


async def test_two_people_on_one_post_see_each_other_and_lose_nothing(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    view = await written(runtime, owner, channel)
    address = f"/posts/{view.post.id}/edit"
    olga, adam = await look(Role.OWNER), await look(Role.ADMIN)
    await olga.open(address)
    await saved(olga.page)
    await adam.open(address)
    await expect(adam.page.locator("[data-news]")).to_contain_text("Olga Owner is editing this post since")
    assert await adam.findings() == []
    await olga.page.fill("#body", "Fresh rolls at eight.")
    await expect(olga.page.locator("[data-news]")).to_contain_text("Admin is editing")
    await adam.page.fill("#body", "Fresh bread at nine.")
    await saved(adam.page)
    await olga.page.click(".top button[value=save]")
    await expect(olga.page.locator(".toast")).to_contain_text("Saved")
    await adam.page.fill("#body", "Fresh bread at ten.")
    await expect(adam.page.locator("[data-news]")).to_contain_text("Olga Owner saved a newer version")
    await adam.page.click("text=Compare both texts")
    await expect(adam.page.locator(".conflict")).to_contain_text("Fresh rolls at eight.")
    await expect(adam.page.locator("#body")).to_have_value("Fresh bread at ten.")
    assert await adam.findings() == []
    await adam.page.click("text=Take theirs")
    await expect(adam.page.locator("#body")).to_have_value("Fresh rolls at eight.")
    assert (await get_post(runtime, owner, view.post.id)).revision.body == "Fresh rolls at eight."

    async def is_kept() -> bool:
        left = (await others_of(runtime, owner, view.post.id)).left
        return any(["body", "Fresh bread at ten."] in (window.copy.fields or []) for window in left)

    await until(is_kept)


async def test_an_older_version_is_brought_back(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    view = await written(runtime, owner, channel)
    await edit_post(runtime, owner, view.post.id, {"body": "Fresh rolls."}, version=view.post.version)
    olga = await look(Role.OWNER, color_scheme="dark")
    await olga.open(f"/posts/{view.post.id}/edit")
    await olga.page.click(".top >> text=Versions")
    await expect(olga.page.locator(".diff del")).to_have_text(["bread at eight"])
    assert await olga.findings() == []
    await olga.page.click("[aria-label='Bring back version 1']")
    await expect(olga.page.locator("#body")).to_have_value("Fresh bread at eight.")
    await expect(olga.page.locator(".toast")).to_contain_text("Version 1 is back")
    assert olga.complaints == []
