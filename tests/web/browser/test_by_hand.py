"""Publishing by hand, and deciding about what is late, in a real browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import expect

from signoff.kernel.people import Actor, Role
from signoff.organizations.brands import BrandChanges, change_brand
from signoff.pipeline.publish.hand_over import hand_over
from signoff.pipeline.schedule.pause import pause
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import HOST, Note, Noticeboard
from tests.support.posts import approved, scheduled
from tests.web.browser.conftest import PHONE, Look

pytestmark = pytest.mark.browser


async def test_a_person_copies_publishes_and_says_where_it_is(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel, noticeboard: Noticeboard
) -> None:
    post = await approved(runtime, owner, channel)
    publisher = await look(Role.PUBLISHER)
    page = publisher.page
    await publisher.open(f"/posts/{post.post.id}/schedule")
    await page.select_option("#when", "now")
    await page.check("input[name=by_hand]")
    await page.click("main button:has-text('Schedule')")
    await page.wait_for_url("**/deliveries/*")
    await hand_over(runtime)

    await publisher.open("/publishing")
    lane = page.locator(".lane", has_text="To do by hand")
    await lane.locator("a:has-text('Text and pictures')").click()
    await expect(page.locator("#copy-1")).to_have_value("Good morning\nFresh bread at eight.")
    assert await publisher.findings() == []
    noticeboard.notes.append(Note("pinned", "plaza", "Good morning\nFresh bread at eight."))
    await page.click("text=I published it…")
    await page.fill("#url", f"https://{HOST}/elsewhere")
    await page.click("#dialog button:has-text('It is there')")
    await expect(page.locator("#problem")).to_contain_text("No post of this account was found")
    assert await publisher.findings() == []
    await page.fill("#url", f"https://{HOST}/pinned")
    await page.click("button:has-text('It is there')")
    await expect(page.locator(".top .badge").first).to_have_text("Published")


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desk", "phone"])
async def test_what_is_held_is_decided_and_a_pause_is_reviewed(  # noqa: PLR0917 - fixtures
    look: Look,
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    channel: Channel,
    clock: ShiftableClock,
    viewport: dict[str, int] | None,
) -> None:
    await change_brand(runtime, owner, brand.id, BrandChanges(late_window_s=3600), version=brand.version)
    for _ in range(2):
        await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1))
    await pause(runtime, owner, "organization", None, reason="Storm warning.")
    clock.advance(timedelta(hours=3))
    screen = await (look(Role.OWNER) if viewport is None else look(Role.OWNER, viewport=viewport))
    page = screen.page
    await screen.open("/pauses")
    await page.click("main >> text=Resume…")
    await expect(page.locator("#overdue")).to_contain_text("Goes out")
    await page.check("#dialog input[value=ask]")
    await expect(page.locator("#overdue")).to_contain_text("Held (late)")
    assert await screen.findings() == []
    await page.click("#dialog button:has-text('Resume')")
    await page.wait_for_url("**/publishing")
    await expect(page.locator(".job").first).to_contain_text("Held (late).")

    await screen.open("/publishing/held")
    assert await screen.findings() == []
    await page.click("button:has-text('one after the other')")
    await expect(page.locator("main")).to_contain_text("What became of them")
    await expect(page.locator("main a:has-text('Good morning')")).to_have_count(2)
    assert screen.complaints == []
