"""Whoever listens hears of a publication as it happens."""

from __future__ import annotations

import asyncio

import aiohttp

from tests.journeys.conftest import Page
from tests.journeys.steps import approved, came_to, send, submitted
from tests.support.rest import Caller


async def test_a_script_that_listens_hears_what_the_worker_did(olga: Caller, brand: str, page: Page) -> None:
    post = await submitted(olga, brand, page.channel)
    await approved(olga, post)
    async with (
        aiohttp.ClientSession(headers=olga.headers) as http,
        http.get(f"{olga.url}/events") as stream,
        asyncio.timeout(30),
    ):
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        placed = await send(olga, f"/posts/{post}/deliveries", {"due_at": "now"})
        delivery = placed["items"][0]["id"]
        async for line in stream.content:
            if line.strip() == b"event: jobs" and page.texts():
                break
        await came_to(olga, delivery, "published")
