"""Posts go out when people said, not before, and not while something holds them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.journeys.conftest import Page
from tests.journeys.steps import approved, came_to, connected, published_now, read, send, submitted
from tests.support.rest import Caller
from tests.support.sandbox import Sandbox
from tests.support.waiting import until


async def test_a_post_goes_out_at_its_time_and_not_before(olga: Caller, brand: str, page: Page) -> None:
    post = await submitted(olga, brand, page.channel)
    due = datetime.now(UTC) + timedelta(seconds=4)
    decided = await approved(olga, post, {"due_at": due.isoformat()})
    (delivery,) = decided["deliveries"]
    assert (delivery["state"], page.texts()) == ("scheduled", [])

    out = await came_to(olga, delivery["id"], "published")
    published = datetime.fromisoformat(out["published_at"])
    assert due <= published < due + timedelta(seconds=5)
    assert page.texts() == ["Fresh bread at eight."]


async def test_what_was_moved_to_an_earlier_time_goes_out_then(olga: Caller, brand: str, page: Page) -> None:
    post = await submitted(olga, brand, page.channel)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    (delivery,) = (await approved(olga, post, {"due_at": tomorrow}))["deliveries"]
    soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    await send(olga, f"/deliveries/{delivery['id']}/reschedule", {"due_at": soon})
    await came_to(olga, delivery["id"], "published")
    assert page.texts() == ["Fresh bread at eight."]


async def test_a_pause_holds_and_says_so_until_it_is_lifted(olga: Caller, brand: str, page: Page) -> None:
    held = {"scope": "brand", "id": brand, "reason": "Wrong price in a campaign"}
    await send(olga, "/pauses", held)
    post = await submitted(olga, brand, page.channel)
    (delivery,) = await published_now(olga, post)

    async def is_told() -> Any:
        return (await read(olga, f"/deliveries/{delivery}"))["waiting"]

    assert "Wrong price" in await until(is_told)
    assert (await read(olga, f"/deliveries/{delivery}"))["state"] == "scheduled"
    assert page.texts() == []

    resumed = await olga.call("DELETE", "/pauses", params={"scope": "brand", "id": brand})
    assert resumed.status == 200, resumed.body
    await came_to(olga, delivery, "published")
    assert page.texts() == ["Fresh bread at eight."]


async def test_many_posts_at_the_same_moment_are_each_out_once(olga: Caller, brand: str, page: Page) -> None:
    texts = [f"Bread number {number}." for number in range(12)]
    posts = [await submitted(olga, brand, page.channel, body=text) for text in texts]
    placed = await asyncio.gather(*(published_now(olga, post) for post in posts))
    await asyncio.gather(*(came_to(olga, delivery, "published") for (delivery,) in placed))
    assert sorted(page.texts()) == sorted(texts)


async def test_one_channel_that_fails_doesnt_hold_the_other(
    olga: Caller, brand: str, page: Page, sandbox: Sandbox
) -> None:
    broken = sandbox.seed_facebook(name="Second Page")
    login = {"page_id": broken.id, "access_token": broken.token}
    second = await connected(olga, brand, "facebook", login)
    post = await submitted(olga, brand, page.channel, second)
    sandbox.token(broken.token, dead=460)
    deliveries = {
        (await read(olga, f"/deliveries/{each}"))["channel_id"]: each
        for each in await published_now(olga, post)
    }
    await came_to(olga, deliveries[page.channel], "published")
    await came_to(olga, deliveries[second], "failed")
    assert (page.texts(), sandbox.posts(broken.id)) == (["Fresh bread at eight."], [])


async def test_a_post_goes_out_once_more_only_when_that_is_said(olga: Caller, brand: str, page: Page) -> None:
    post = await submitted(olga, brand, page.channel)
    (first,) = await published_now(olga, post)
    await came_to(olga, first, "published")
    assert (await olga.post(f"/posts/{post}/deliveries", {"due_at": "now"})).status == 409
    again = await send(olga, f"/posts/{post}/deliveries", {"due_at": "now", "again": True})
    out = await came_to(olga, again["items"][0]["id"], "published")
    assert out["occurrence"] == 2
    assert page.texts() == ["Fresh bread at eight."] * 2
