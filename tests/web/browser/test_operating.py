"""The board, dialogs and live updates in a real browser."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from playwright.async_api import expect

from signoff.kernel.people import Actor, Role
from signoff.pipeline.schedule.pause import pause
from signoff.records.delivery_queries import list_deliveries
from signoff.records.states import DeliveryAction, DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import approved, in_review, moved, scheduled
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


class Wire:
    """The wire between browser and server, which can be cut."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._is_cut = False
        self._open: set[asyncio.StreamWriter] = set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._port)
        if self._is_cut:  # before, or while the server was reached
            writer.close()
            server_writer.close()
            return
        self._open |= {writer, server_writer}
        await asyncio.gather(_pass_on(reader, server_writer), _pass_on(server_reader, writer))
        self._open -= {writer, server_writer}

    def cut(self) -> None:
        self._is_cut = True
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        self._is_cut = False


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while block := await reader.read(65536):
            writer.write(block)
            await writer.drain()
    writer.close()


@pytest.mark.slow
async def test_an_interrupted_stream_is_told_and_comes_back(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    author = await look(Role.AUTHOR)
    wire = Wire(int(author.site.rpartition(":")[2]))
    async with await asyncio.start_server(wire.carry, "127.0.0.1") as listener:
        author.site = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        # A cut before the page's own stream began would be no interruption.
        events = f"{author.site}/events"
        async with author.page.expect_response(lambda one: one.url.startswith(events), timeout=30_000):
            await author.open("/review")
        stale = author.page.locator("[data-stale]")
        await expect(stale).to_be_hidden()
        wire.cut()
        await expect(stale).to_be_visible(timeout=20_000)
        await in_review(runtime, owner, channel)
        wire.mend()
        await expect(stale).to_be_hidden(timeout=60_000)
        await expect(author.page.locator("[data-item]")).to_have_count(1)
        await author.page.context.close()
