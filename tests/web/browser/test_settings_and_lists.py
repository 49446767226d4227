"""What people come back to: a saved view, a mistake undone, the audit as a table, a brand chosen."""

from __future__ import annotations

import csv

import pytest
from playwright.async_api import expect

from signoff.kernel.people import Actor, Role
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.people import PASSWORD
from tests.support.posts import in_review, written
from tests.web.browser.conftest import PHONE, Look

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_view_is_saved_and_found_again(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await written(runtime, owner, channel)
    olga = await look(Role.OWNER)
    page = olga.page
    await olga.open("/posts?state=draft")
    await page.select_option("#by-changed", "7")
    await page.wait_for_url("**/posts?*changed=7*")
    await page.click("text=Save this view")
    await page.fill("#dialog #name", "Drafts of the week")
    await page.click("#dialog button:has-text('Save')")
    await expect(page.locator("[data-toasts]")).to_contain_text("is among your views")
    await olga.open("/posts")
    await page.click("nav[aria-label='Saved views'] >> text=Drafts of the week")
    await page.wait_for_url("**changed=7*")
    await expect(page.locator(".chip[aria-current]")).to_have_text("Drafts of the week")
    await expect(page.locator("[data-row]")).to_have_count(1)
    assert await olga.findings() == []
    assert olga.complaints == []


async def test_what_was_archived_by_mistake_is_back_with_one_press(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    for _ in range(2):
        await written(runtime, owner, channel)
    await in_review(runtime, owner, channel)
    olga = await look(Role.OWNER)
    page = olga.page
    await olga.open("/posts")
    for key in ("j", "x", "j", "x"):
        await page.keyboard.press(key)
    await expect(page.locator("[data-picked]")).to_have_text("2 chosen")
    await page.check("[data-pick-all]")
    await expect(page.locator("[data-picked]")).to_have_text("3 chosen")
    assert await olga.findings() == []
    await page.click("button:has-text('Archive')")
    await expect(page.locator("[data-toast]")).to_contain_text("3 posts are archived.")
    await expect(page.locator("[data-row]")).to_have_count(0)
    await page.click("[data-toast] button:has-text('Undo')")
    await expect(page.locator("[data-toast]")).to_contain_text("Undone.")
    await expect(page.locator("[data-row]")).to_have_count(3)
    await expect(page.locator(".tabs").get_by_text("In review 1")).to_be_visible()
    assert olga.complaints == []


async def test_the_audit_is_taken_away_as_it_is_shown(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    post = (await written(runtime, owner, channel)).post
    olga = await look(Role.OWNER)
    await olga.open("/settings/audit?action=post.")
    async with olga.page.expect_download() as downloading:
        await olga.page.click("a:has-text('Export')")
    download = await downloading.value
    assert download.suggested_filename.endswith(".csv")
    with (await download.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["action"], row["subject_id"], row["email"]) for row in rows] == [
        ("post.create", str(post.id), owner.email)
    ]


async def test_somebody_is_invited_to_one_brand_and_sees_no_other(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await written(runtime, owner, channel)
    await create_brand(runtime, owner, BrandDraft(name="Northlight", time_zone="Europe/London"))
    olga = await look(Role.OWNER)
    page = olga.page
    await olga.open("/settings/team")
    await page.click("text=Invite…")
    await page.fill("#dialog #email", "client@northlight.example")
    await page.check("#dialog [name=role][value=reviewer]")
    await page.check("#dialog [name=sees][value=some]")
    await page.check("#dialog label:has-text('Northlight') input")
    assert await olga.findings() == []
    await page.click("#dialog button:has-text('Invite')")
    link = await page.input_value("#link")
    await olga.open("/settings/team")
    await expect(page.locator("tr", has_text="client@northlight.example")).to_contain_text("Northlight")
    await page.context.clear_cookies()
    await page.goto(f"{olga.site}/link/{link.rpartition('/')[2]}")
    assert await olga.findings() == []
    await expect(page.locator("h1")).to_have_text("You are invited to Casa Luz")
    await page.fill("#password", PASSWORD)
    await page.click("button:has-text('Accept invitation')")
    await page.wait_for_url(f"{olga.site}/")
    await olga.open("/settings/brands")
    await expect(page.locator("#main")).to_contain_text("Northlight")
    await expect(page.locator("#main tbody tr")).to_have_count(1)
    await olga.open("/posts")
    await expect(page.locator("#main")).to_contain_text("No post yet")
    assert olga.complaints == []


async def test_a_chosen_brand_holds_from_page_to_page(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await written(runtime, owner, channel)
    other = await create_brand(runtime, owner, BrandDraft(name="Northlight", time_zone="Europe/London"))
    olga = await look(Role.OWNER)
    page = olga.page
    await olga.open("/posts")
    menu, button = page.locator("#switch-brand .nav"), page.locator("#switch-brand summary")
    await button.click()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(button).to_be_focused()
    await button.click()
    await page.locator("h1").click()
    await expect(menu).to_be_hidden()
    await button.click()
    await page.click("#switch-brand a:has-text('Northlight')")
    await page.wait_for_url(f"**/posts?brand={other.id}")
    await expect(page.locator("#main")).to_contain_text("No post matches")
    await olga.open("/settings/profile")
    await page.click("#rail a:has-text('Review')")
    await page.wait_for_url(f"**/review?brand={other.id}")
    await page.click("#switch-brand summary")
    await page.click("#switch-brand a:has-text('All brands')")
    await page.wait_for_url("**/review")
    await expect(page.locator("#switch-brand summary")).to_contain_text("All brands")


async def test_a_phone_chooses_the_brand_where_the_rail_would_be_missed(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    other = await create_brand(runtime, owner, BrandDraft(name="Northlight", time_zone="Europe/London"))
    olga = await look(Role.OWNER, viewport=PHONE)
    page = olga.page
    for path, shown in (("/publishing", "Published, 30 days"), ("/channels", channel.name)):
        await olga.open(path)
        await expect(page.locator("#main")).to_contain_text(shown)
        await page.get_by_label("Brand", exact=True).select_option("Northlight")
        await page.wait_for_url(f"**{path}?brand={other.id}")
        await expect(page.get_by_label("Brand", exact=True)).to_have_value(str(other.id))
        assert await olga.findings() == []
    await expect(page.locator("#main")).not_to_contain_text(channel.name)
    await page.get_by_label("Brand", exact=True).select_option("All brands")
    await expect(page.locator("#main")).to_contain_text(channel.name)
    assert olga.complaints == []
