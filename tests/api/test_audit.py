"""Reading the audit, alerts and live events over REST."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import aiohttp
import pytest

from signoff.records.tenants import Brand
from tests.api.drafts import draft
from tests.support.rest import Caller, Reply

Act = Callable[[], Awaitable[Reply]]


async def test_the_audit_tells_who_did_what_through_which_door(owner_api: Caller, brand: Brand) -> None:
    written = await owner_api.post("/posts", draft(brand))
    listed = (await owner_api.get("/audit", post=written.json["id"])).json["items"]
    assert [(one["action"], one["who"], one["via"]) for one in listed] == [
        ("post.create", "Olga Owner", "api")
    ]


async def test_the_audit_is_read_page_by_page_newest_first(owner_api: Caller, brand: Brand) -> None:
    for number in range(3):
        await owner_api.post("/posts", draft(brand, title=f"Post {number}"))
    first = (await owner_api.get("/audit", limit="2", action="post.")).json
    rest = (await owner_api.get("/audit", limit="2", action="post.", cursor=first["next_cursor"])).json
    numbers = [one["seq"] for one in first["items"] + rest["items"]]
    assert (len(numbers), rest["next_cursor"]) == (3, None)
    assert numbers == sorted(numbers, reverse=True)
    assert (await owner_api.get("/audit", action="post.delete")).json["items"] == []


@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 40, "٣"])
async def test_a_cursor_that_is_none_is_refused(owner_api: Caller, cursor: str) -> None:
    refused = await owner_api.get("/audit", cursor=cursor)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "cursor")


async def test_the_chain_is_whole(owner_api: Caller, brand: Brand) -> None:
    verified = (await owner_api.get("/audit/verify")).json
    assert verified["ok"]
    assert verified["entries"] == (await owner_api.get("/audit", limit="1")).json["items"][0]["seq"]


async def first_line(
    caller: Caller, start: bytes, *, act: Act | None = None, since: int | None = None
) -> bytes:
    """Follow the events until there is a line that begins so; `act` is done once the stream is open."""
    address, headers = f"{caller.url}/events", dict(caller.headers)
    if since is not None:
        headers["Last-Event-ID"] = str(since)
    async with (
        asyncio.timeout(15),
        aiohttp.ClientSession() as http,
        http.get(address, headers=headers) as stream,
    ):
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        if act:
            await act()
        async for line in stream.content:
            if line.startswith(start):
                return line.strip()
    raise AssertionError("the stream ended")


class TestEvents:
    async def test_a_change_is_told_as_it_happens(self, owner_api: Caller, brand: Brand) -> None:
        line = await first_line(owner_api, b"event:", act=partial(owner_api.post, "/posts", draft(brand)))
        assert line == b"event: posts"

    async def test_what_happened_meanwhile_is_told_after_coming_back(
        self, owner_api: Caller, brand: Brand
    ) -> None:
        seen = (await owner_api.get("/audit", limit="1")).json["items"][0]["seq"]
        await owner_api.post("/posts", draft(brand))
        line = await first_line(owner_api, b"id:", since=seen)
        assert line == f"id: {seen + 1}".encode()

    async def test_without_a_token_there_is_no_stream(self, owner_api: Caller) -> None:
        refused = await owner_api.without_token().get("/events")
        assert refused.status == 401
