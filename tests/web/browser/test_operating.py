"""The board, dialogs and live updates in a real browser."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from playwright.async_api import expect

from signoff.connectors.errors import TryLater
from signoff.kernel.people import Actor, Role
from signoff.pipeline.publish.hurry import hurry
from signoff.pipeline.schedule.pause import pause
from signoff.records.deliveries.queries import list_deliveries
from signoff.records.states import DeliveryAction, DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.web.app import create_web
from signoff.web.live import LiveEvents
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import approved, in_review, moved, scheduled
from tests.support.publishing import due
from tests.support.server import served
from tests.web.browser.conftest import Look

pytestmark = pytest.mark.browser


async def test_a_delivery_moves_over_the_board_by_itself(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    publisher = await look(Role.PUBLISHER)
    await publisher.open("/publishing")
    lanes = publisher.page.locator(".lane")
    await expect(lanes.nth(0).locator(".job")).to_have_count(1)
    await moved(runtime, delivery.id, DeliveryAction.CLAIM)
    await expect(lanes.nth(1).locator(".job")).to_have_count(1)
    await moved(runtime, delivery.id, DeliveryAction.FAIL, error="The board is full.", next_step="Make room.")
    await expect(lanes.nth(3)).to_contain_text("The board is full.")
    await expect(lanes.nth(3)).to_contain_text("Make room.")
    await expect(publisher.page.locator("#rail .count.bad")).to_have_text("1")
    assert publisher.complaints == []


async def test_a_dialog_opens_over_the_page_and_gives_the_focus_back(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    publisher = await look(Role.PUBLISHER)
    await publisher.open(f"/deliveries/{delivery.id}")
    await publisher.page.click("text=Cancel…")
    await expect(publisher.page.locator("#dialog")).to_be_visible()
    assert await publisher.findings() == []
    await publisher.page.keyboard.press("Escape")
    await expect(publisher.page.locator("#dialog")).to_be_hidden()
    assert await publisher.page.evaluate("document.activeElement.textContent") == "Cancel…"
    await publisher.page.click("text=Cancel…")
    await publisher.page.fill("#reason", "Not today.")
    await publisher.page.click("#dialog button:has-text('Cancel the delivery')")
    await expect(publisher.page.locator(".top .badge")).to_have_text("Cancelled")
    await expect(publisher.page.locator("main")).to_contain_text("Not today.")


async def test_a_time_is_told_in_both_zones_while_it_is_chosen(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    post = await approved(runtime, owner, channel)
    publisher = await look(Role.PUBLISHER)
    await publisher.open(f"/posts/{post.post.id}")
    await publisher.page.click("text=Schedule…")
    await publisher.page.fill("#due_local", "2027-03-28T02:30")
    await expect(publisher.page.locator("#due-said")).to_contain_text("doesn't exist in Europe/Madrid")
    await publisher.page.fill("#due_local", "2027-10-31T02:30")
    await publisher.page.check("#due-said input >> nth=1")
    await publisher.page.click("#dialog button:has-text('Schedule')")
    await publisher.page.wait_for_url("**/deliveries/*")
    delivery = (await list_deliveries(runtime, owner)).items[0].delivery
    assert f"{delivery.due_at:%Y-%m-%d %H:%M}" == "2027-10-31 01:30"


async def test_a_pause_appears_on_pages_that_are_open(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    author = await look(Role.AUTHOR)
    await author.open("/posts/new")
    await author.page.fill("#body", "half a sent")
    await pause(runtime, owner, "channel", channel.id, reason="Wrong price in a campaign")
    await expect(author.page.locator("#banners")).to_contain_text("Wrong price in a campaign")
    assert await author.page.input_value("#body") == "half a sent"


async def test_everything_works_without_scripts(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    post = await approved(runtime, owner, channel)
    publisher = await look(Role.PUBLISHER, java_script_enabled=False)
    page = publisher.page
    await publisher.open(f"/posts/{post.post.id}")
    await page.click("text=Schedule…")
    await page.select_option("#when", "now")
    await page.click("main button:has-text('Schedule')")
    await expect(page.locator(".toast")).to_contain_text("Scheduled.")
    await page.click("text=Cancel…")
    await page.fill("#reason", "Not today.")
    await page.click("main button:has-text('Cancel the delivery')")
    await expect(page.locator(".top .badge")).to_have_text("Cancelled")
    assert (await list_deliveries(runtime, owner)).items[0].delivery.state is DeliveryState.CANCELLED


@pytest.mark.slow
async def test_a_server_that_was_away_is_told_and_what_was_missed_is_shown(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    author = await look(Role.AUTHOR)
    async with AsyncExitStack() as first:
        live = LiveEvents(runtime)
        first.callback(live.close)
        author.site = await first.enter_async_context(served(create_web(runtime, live)))
        # Going away before the page's own stream began would be no interruption.
        events = f"{author.site}/events"
        async with author.page.expect_response(lambda one: one.url.startswith(events), timeout=30_000):
            await author.open("/review")
        stale = author.page.locator("[data-stale]")
        await expect(stale).to_be_hidden()
        top = await author.page.locator("h1").bounding_box()
        live.close()  # as the server does when it stops
    await expect(stale).to_be_visible(timeout=20_000)
    await expect(stale).to_contain_text("Shown as of")
    assert await author.page.locator("h1").bounding_box() == top  # nothing moved
    await in_review(runtime, owner, channel)
    back = LiveEvents(runtime)
    async with served(create_web(runtime, back), int(author.site.rpartition(":")[2])):
        await expect(stale).to_be_hidden(timeout=60_000)
        await expect(author.page.locator("[data-item]")).to_have_count(1)
        await author.page.context.close()
        back.close()


async def test_publishing_is_paused_and_resumed_with_a_look_at_what_is_overdue(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1))
    publisher = await look(Role.PUBLISHER)
    page = publisher.page
    await publisher.open("/publishing")
    await page.get_by_text("Pause a brand…").click()
    dialog = page.locator("#dialog")
    await expect(dialog).to_contain_text("What has already been sent will finish.")
    assert await publisher.findings() == []
    await dialog.locator("#reason").fill("Wrong price in a campaign")
    await dialog.get_by_role("button", name="Pause").click()
    await expect(page.locator("#banners")).to_contain_text("Wrong price in a campaign")
    await expect(page.locator(".job")).to_contain_text("Paused: Wrong price in a campaign")
    clock.advance(timedelta(minutes=20))
    await publisher.open("/publishing")
    await page.locator("main").get_by_text("Resume…").click()
    await page.locator("main").get_by_text("Resume…").click()
    await expect(dialog.locator("#overdue")).to_contain_text("Good morning")
    await expect(dialog.locator("#overdue")).to_contain_text("Goes out")
    await dialog.get_by_text("Is held").click()
    await expect(dialog.locator("#overdue")).to_contain_text("Held")
    assert await publisher.findings() == []
    await dialog.get_by_role("button", name="Resume").click()
    await expect(page.locator(".toast")).to_contain_text("1 overdue held until somebody decides.")
    await expect(page.locator(".job")).to_contain_text("Held (late).")
    assert publisher.complaints == []


async def test_what_is_unfolded_stays_so_while_the_page_follows(
    look: Look,
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
) -> None:
    noticeboard.fails_with = [TryLater("The board is being painted.")]
    delivery = await due(runtime, owner, channel, clock)
    await Worker(runtime).run_until_idle()
    publisher = await look(Role.PUBLISHER)
    await publisher.open(f"/deliveries/{delivery.id}")
    first = publisher.page.locator("details.attempt").last
    await first.locator("summary").click()
    await hurry(runtime, owner, delivery.id)
    await Worker(runtime).run_until_idle()
    await expect(publisher.page.locator(".top .badge").first).to_have_text("Published")
    await expect(publisher.page.locator("details.attempt[open]")).to_have_count(1)
    await expect(publisher.page.locator("details.attempt[open]")).to_contain_text("being painted")
    assert publisher.complaints == []


async def test_what_failed_is_retried_from_the_board(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel, noticeboard: Noticeboard
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    await moved(
        runtime, delivery.id, DeliveryAction.CLAIM, DeliveryAction.FAIL, error="Full.", next_step="Make room."
    )
    publisher = await look(Role.PUBLISHER)
    await publisher.open("/publishing")
    lanes = publisher.page.locator(".lane")
    await lanes.nth(3).get_by_text("Retry").click()
    await expect(publisher.page.locator(".toast")).to_contain_text("It is in line again.")
    await expect(lanes.nth(3).locator(".job")).to_have_count(0)
    await expect(lanes.nth(0).locator(".job")).to_have_count(1)
    assert noticeboard.notes == []
    assert publisher.complaints == []


async def test_pages_are_read_without_scripts(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    reader = await look(Role.VIEWER, java_script_enabled=False, reduced_motion="reduce")
    for path in ("/", "/publishing", "/publishing/list", "/calendar", f"/deliveries/{delivery.id}"):
        await reader.open(path)
        await expect(reader.page.locator("main")).to_contain_text("Good morning")
        await expect(reader.page.locator(".with-script:visible")).to_have_count(0)
        await expect(reader.page.locator("[data-stale]")).to_be_hidden()
