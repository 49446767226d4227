"""Planning in a real browser: dragging, the keyboard, and taking it back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from signoff.kernel.people import Actor, Role
from signoff.organizations.cadence import set_channel_cadence
from signoff.records.deliveries.queries import get_delivery
from signoff.records.models import Delivery
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import approved, scheduled
from tests.support.waiting import until
from tests.web.browser.conftest import PHONE, Look

pytestmark = pytest.mark.browser


async def lift(page: Page, chip: Locator, target: Locator) -> None:
    """Press, and move to a place."""
    start, end = await chip.bounding_box(), await target.bounding_box()
    assert start
    assert end
    await page.mouse.move(start["x"] + 20, start["y"] + 10)
    await page.mouse.down()
    await page.mouse.move(start["x"] + 40, start["y"] + 30, steps=3)
    await page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] - 8, steps=6)


async def drag(page: Page, chip: Locator, target: Locator) -> None:
    """Drag as people do: press, move some way, let go."""
    await lift(page, chip, target)
    await page.mouse.up()


async def due_on(runtime: Runtime, actor: Actor, delivery: Delivery) -> str:
    detail = await get_delivery(runtime, actor, delivery.id)
    return f"{detail.view.delivery.due_at:%Y-%m-%dT%H:%M}"


async def test_a_post_is_dragged_to_another_day_and_back(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    delivery = await scheduled(runtime, owner, channel, due_in=timedelta(days=1))
    day, before = delivery.due_at + timedelta(days=1), f"{delivery.due_at:%Y-%m-%dT%H:%M}"
    publisher = await look(Role.PUBLISHER)
    page = publisher.page
    await publisher.open(f"/calendar?at={delivery.due_at.date()}&zone=UTC")
    slot = page.locator(f'[data-slot="{day.date()}"]')
    await drag(page, page.locator(f"#ev-{delivery.id}"), slot)
    await expect(page.locator(".toast")).to_contain_text("The seal still holds")
    await expect(slot.locator(f"#ev-{delivery.id}")).to_be_visible()
    assert await due_on(runtime, owner, delivery) == f"{day:%Y-%m-%dT%H:%M}"
    await page.click(".toast >> text=Undo")
    await expect(page.locator(".toast")).to_contain_text("Moved to")
    await expect(slot.locator(f"#ev-{delivery.id}")).to_have_count(0)
    assert await due_on(runtime, owner, delivery) == before
    assert await publisher.findings() == []
    assert publisher.complaints == []


async def test_a_drop_into_a_conflict_is_explained_before_and_after(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    first, second = [await scheduled(runtime, owner, channel, due_in=timedelta(days=days)) for days in (1, 2)]
    await set_channel_cadence(runtime, owner, channel.id, {"min_gap_minutes": 60}, version=0)
    before, taken = f"{second.due_at:%Y-%m-%dT%H:%M}", f"{first.due_at:%Y-%m-%dT%H:%M}"
    publisher = await look(Role.PUBLISHER)
    page = publisher.page
    await publisher.open(f"/calendar?at={first.due_at.date()}&zone=UTC")
    await lift(page, page.locator(f"#ev-{second.id}"), page.locator(f'[data-slot="{first.due_at.date()}"]'))
    await expect(page.locator(".tip")).to_contain_text("Posts here are at least 1 h apart")
    await expect(page.locator(".tip")).to_contain_text("It would go to")
    await page.mouse.up()
    toast = page.locator(".toast")
    await expect(toast).to_contain_text("Posts here are at least 1 h apart")
    assert await due_on(runtime, owner, second) > taken
    await toast.get_by_text("Keep ").click()
    await expect(toast).to_contain_text("The seal still holds")
    assert await due_on(runtime, owner, second) == taken
    await toast.get_by_text("Undo").click()
    await expect(toast).to_contain_text("Moved to")
    assert await due_on(runtime, owner, second) == before
    assert publisher.complaints == []


async def test_keys_move_it_as_well(look: Look, runtime: Runtime, owner: Actor, channel: Channel) -> None:
    delivery = await scheduled(runtime, owner, channel, due_in=timedelta(days=1))
    publisher = await look(Role.PUBLISHER)
    await publisher.open(f"/calendar?at={delivery.due_at.date()}&zone=UTC")
    chip = publisher.page.locator(f"#ev-{delivery.id}")
    await chip.focus()
    await publisher.page.keyboard.press("Alt+ArrowRight")
    await expect(publisher.page.locator(".toast")).to_contain_text("Moved to")
    wanted = f"{delivery.due_at + timedelta(days=1):%Y-%m-%dT%H:%M}"

    async def has_moved() -> bool:
        return await due_on(runtime, owner, delivery) == wanted

    await until(has_moved)
    await expect(chip).to_be_focused()
    await publisher.page.keyboard.press("m")
    await expect(publisher.page.locator("#dialog")).to_contain_text("only the time changes")


async def test_an_approved_post_is_dropped_on_a_day_and_scheduled(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    post = (await approved(runtime, owner, channel)).post
    publisher = await look(Role.PUBLISHER, color_scheme="dark")
    day = (runtime.clock.now() + timedelta(days=1)).date()
    await publisher.open(f"/calendar?at={day}&zone=UTC")
    slot = publisher.page.locator(f'[data-slot="{day}"]')
    await drag(publisher.page, publisher.page.locator(f"#ev-{post.id}"), slot)
    await expect(publisher.page.locator("#dialog #due_local")).to_have_value(f"{day}T10:00")
    assert await publisher.findings() == []
    await publisher.page.click("#dialog button:has-text('Schedule')")
    await expect(publisher.page.locator(".toast")).to_contain_text("Scheduled")


@pytest.mark.parametrize("view", ["month", "week", "list"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_view_is_accessible(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel, view: str, theme: str
) -> None:
    for minutes in (90, 120):
        await scheduled(runtime, owner, channel, due_in=timedelta(minutes=minutes))
    await approved(runtime, owner, channel)
    reader = await look(Role.OWNER, color_scheme=theme)
    await reader.open(f"/calendar?view={view}")
    assert await reader.findings() == []
    assert reader.complaints == []


async def test_on_a_phone_the_month_is_a_list(
    look: Look, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    phone = await look(Role.OWNER, viewport=PHONE)
    await phone.open("/calendar")
    await expect(phone.page.locator(f"#ev-{delivery.id}")).to_be_visible()
    width = await phone.page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    assert await phone.findings() == []
