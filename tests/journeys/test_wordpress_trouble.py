"""A WordPress that refuses or fails: that is told clearly, nothing is out by halves, and nothing twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.journeys.steps import (
    came_to,
    connected,
    published_now,
    read,
    refusal,
    send,
    submitted,
)
from tests.support.faults import FaultyProxy, faulty_proxy
from tests.support.rest import Caller
from tests.support.waiting import until
from tests.support.wordpress import WordPressSite

pytestmark = pytest.mark.server


@pytest.fixture
async def proxy(wordpress: WordPressSite) -> AsyncIterator[FaultyProxy]:
    async with faulty_proxy(wordpress.url) as proxy:
        yield proxy


async def connection(olga: Caller, brand: str, wordpress: WordPressSite, proxy: FaultyProxy) -> str:
    return await connected(olga, brand, "wordpress", wordpress.credentials(site_url=proxy.url))


@pytest.mark.parametrize("fault", ["401", "500"])
async def test_a_site_that_refuses_isnt_connected(
    olga: Caller, brand: str, wordpress: WordPressSite, proxy: FaultyProxy, fault: Any
) -> None:
    proxy.plan = lambda _number, _call: fault
    body = {"platform": "wordpress", "name": "", "credentials": wordpress.credentials(site_url=proxy.url)}
    status, _ = refusal(await olga.post(f"/brands/{brand}/channels", body))
    assert 400 <= status < 600
    assert status != 500
    assert (await read(olga, f"/brands/{brand}/channels"))["items"] == []


async def test_a_site_that_answers_401_fails_the_delivery_and_says_that_it_must_be_connected_again(
    olga: Caller, brand: str, wordpress: WordPressSite, proxy: FaultyProxy
) -> None:
    channel = await connection(olga, brand, wordpress, proxy)
    post = await submitted(olga, brand, channel)
    proxy.plan = lambda _number, _call: "401"

    (delivery,) = await published_now(olga, post)
    failed = await came_to(olga, delivery, "failed")
    assert failed["error_class"] == "reconnect"
    assert failed["next_step"]
    assert (await read(olga, f"/channels/{channel}"))["state"] == "reconnect"
    assert await wordpress.having(failed["key"]) == []

    proxy.plan = lambda _number, _call: None
    login = wordpress.credentials(site_url=proxy.url)
    await send(olga, f"/channels/{channel}/reconnect", {"credentials": login})
    await send(olga, f"/deliveries/{delivery}/retry")
    out = await came_to(olga, delivery, "published")
    assert [each["status"] for each in await wordpress.having(out["key"])] == ["publish"]


async def test_a_site_that_answers_500_before_anything_is_sent_is_tried_again_later(
    olga: Caller, brand: str, wordpress: WordPressSite, proxy: FaultyProxy
) -> None:
    channel = await connection(olga, brand, wordpress, proxy)
    post = await submitted(olga, brand, channel)
    proxy.plan = lambda _number, _call: "500"

    (delivery,) = await published_now(olga, post)

    async def put_back() -> dict[str, Any] | None:
        detail = await read(olga, f"/deliveries/{delivery}")
        return detail if detail["state"] == "scheduled" and detail["attempt_count"] else None

    waiting = await until(put_back, within_s=60)
    assert waiting is not None
    assert "HTTP 500" in waiting["error"]
    assert "HTTP 500" in waiting["waiting"]
    assert waiting["waiting_until"] is not None
    assert await wordpress.having(waiting["key"]) == []
    await send(olga, f"/deliveries/{delivery}/cancel")
    await came_to(olga, delivery, "cancelled")


async def test_a_500_to_the_commit_leaves_doubt_that_is_cleared_up_by_looking(
    olga: Caller, brand: str, wordpress: WordPressSite, proxy: FaultyProxy
) -> None:
    channel = await connection(olga, brand, wordpress, proxy)
    post = await submitted(olga, brand, channel)
    failed: list[str] = []

    def first_change_of_a_post(_number: int, call: str) -> Any:
        method, _, path = call.partition(" ")
        if method == "POST" and path.rpartition("/")[2].isdigit() and "/posts/" in path and not failed:
            failed.append(call)
            return "502 after effect"
        return None

    proxy.plan = first_change_of_a_post
    (delivery,) = await published_now(olga, post)
    out = await came_to(olga, delivery, "published", within_s=60)
    assert failed
    assert [each["status"] for each in await wordpress.having(out["key"])] == ["publish"]
    assert "reconcile" in {attempt["kind"] for attempt in out["attempts"]} | {out["receipt"]["source"]}
