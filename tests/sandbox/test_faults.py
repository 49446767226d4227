"""Each fault, met over a real connection: what the caller notices, and what took effect."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.support.graph import Graph
from tests.support.sandbox import Sandbox

CUT_OFF = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)


async def post(facebook: Graph, text: str = "Hello") -> int:
    return (await facebook.post(f"{facebook.account.id}/feed", message=text)).status


@pytest.mark.parametrize(
    ("fault", "visible"),
    [
        ("refuse_before", 0),
        ("reset_before", 0),
        ("close_after", 1),
        ("reset_after", 1),
    ],
)
async def test_a_broken_connection_hides_what_happened(
    facebook: Graph, sandbox: Sandbox, fault: str, visible: int
) -> None:
    sandbox.fault("facebook.direct", fault)
    with pytest.raises(CUT_OFF):
        await post(facebook)
    assert len(sandbox.posts(text="Hello")) == visible
    assert await post(facebook, "Next") == 200


@pytest.mark.parametrize(
    ("fault", "noticed"), [("reset_before", ConnectionResetError), ("close_after", None)]
)
def test_a_reset_is_a_reset_of_tcp_and_a_close_is_none(
    sandbox: Sandbox, fault: str, noticed: type[Exception] | None
) -> None:
    sandbox.fault("login.me", fault)
    address = urlsplit(sandbox.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as raw:
        raw.sendall(b"GET /graph/me HTTP/1.1\r\nHost: sandbox\r\n\r\n")
        if noticed:
            with pytest.raises(noticed):
                raw.recv(1)
        else:
            assert raw.recv(1) == b""


@pytest.mark.parametrize(("fault", "visible"), [("hang_before", 0), ("hang_after", 1)])
async def test_a_hanging_call_ends_when_the_caller_gives_up(
    facebook: Graph, sandbox: Sandbox, fault: str, visible: int
) -> None:
    sandbox.fault("facebook.direct", fault, seconds=60)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await post(facebook)
    assert len(sandbox.posts(text="Hello")) == visible
    assert sandbox.requests(call="facebook.direct")[0]["outcome"] == "no answer"


async def test_a_hanging_call_is_closed_after_its_seconds(facebook: Graph, sandbox: Sandbox) -> None:
    sandbox.fault("facebook.direct", "hang_after", seconds=0.2)
    begin = time.monotonic()
    with pytest.raises(CUT_OFF):
        await post(facebook)
    assert time.monotonic() - begin >= 0.2


@pytest.mark.parametrize(
    ("fault", "status", "error", "visible"),
    [
        ("error_500_before", 500, (2, 0), 0),
        ("error_500_after", 500, (2, 0), 1),
        ("code_1_after", 500, (1, 99), 1),
        ("throttle_429", 429, (4, 0), 0),
        ("app_throttle", 400, (4, 0), 0),
        ("account_throttle", 400, (80001, 0), 0),
        ("too_fast", 400, (368, 1390008), 0),
        ("action_block", 400, (4, 2207051), 0),
        ("quota", 400, (9, 2207042), 0),
    ],
)
async def test_an_error_says_one_thing_whatever_happened(
    facebook: Graph, sandbox: Sandbox, fault: str, status: int, error: tuple[int, int], visible: int
) -> None:
    sandbox.fault("facebook.direct", fault)
    refused = await facebook.post(f"{facebook.account.id}/feed", message="Hello")
    assert (refused.status, refused.error) == (status, error)
    assert len(sandbox.posts(text="Hello")) == visible


@pytest.mark.parametrize(("fault", "visible"), [("error_before", 0), ("error_after", 1)])
async def test_any_error_can_be_asked_for(
    instagram: Graph, sandbox: Sandbox, image_url: str, fault: str, visible: int
) -> None:
    container = await instagram.container(image_url)
    sandbox.fault("instagram.publish", fault, code=24, subcode=2207006, message="Not found", status=404)
    refused = await instagram.publish(container.id)
    assert (refused.status, refused.error) == (404, (24, 2207006))
    assert refused.body["error"]["message"] == "Not found"
    assert len(sandbox.posts(instagram.account.id)) == visible


@pytest.mark.parametrize(
    ("body", "status", "begin"), [("html", 502, "<html"), ("empty", 200, ""), ("truncated", 200, '{"id"')]
)
async def test_garbage_is_answered_after_the_effect(
    facebook: Graph, sandbox: Sandbox, http: aiohttp.ClientSession, body: str, status: int, begin: str
) -> None:
    sandbox.fault("facebook.direct", "garbage_after", body=body)
    form = {"message": "Hello", "access_token": facebook.account.token}
    async with http.post(f"{sandbox.graph_url}/{facebook.account.id}/feed", data=form) as answer:
        assert answer.status == status
        text = await answer.text()
    assert text.startswith(begin)
    assert not text.endswith("}")
    assert answer.headers["X-Signoff-Sandbox"] == "1"
    assert len(sandbox.posts(text="Hello")) == 1


async def test_an_answer_can_be_torn_in_its_middle(facebook: Graph, sandbox: Sandbox) -> None:
    sandbox.fault("facebook.direct", "garbage_after", body="torn")
    with pytest.raises(aiohttp.ClientPayloadError):
        await post(facebook)
    assert len(sandbox.posts(text="Hello")) == 1
    assert sandbox.requests(call="facebook.direct")[0]["outcome"] == "torn answer"


async def test_a_proxy_can_refuse_with_a_page(facebook: Graph, sandbox: Sandbox) -> None:
    sandbox.fault("facebook.direct", "html_502_before")
    with pytest.raises(aiohttp.ContentTypeError):
        await post(facebook)
    assert sandbox.posts(text="Hello") == []


async def test_a_lost_call_takes_effect_later(instagram: Graph, sandbox: Sandbox, image_url: str) -> None:
    container = await instagram.container(image_url, caption="Late")
    sandbox.fault("instagram.publish", "lost_and_late", seconds=30)
    with pytest.raises(CUT_OFF):
        await instagram.publish(container.id)
    assert (await instagram.get(container.id, fields="status_code")).body["status_code"] == "FINISHED"
    sandbox.advance(29)
    assert sandbox.posts(text="Late") == []
    sandbox.advance(2)
    assert (await instagram.get(container.id, fields="status_code")).body["status_code"] == "PUBLISHED"
    assert len(sandbox.posts(text="Late")) == 1
    outcomes = [line["outcome"] for line in sandbox.requests(call="instagram.publish")]
    assert outcomes == ["reset", "late effect"]


async def test_a_lost_call_comes_too_late_for_a_used_container(
    instagram: Graph, sandbox: Sandbox, image_url: str
) -> None:
    container = await instagram.container(image_url, caption="Once")
    sandbox.fault("instagram.publish", "lost_and_late", seconds=30)
    with pytest.raises(CUT_OFF):
        await instagram.publish(container.id)
    assert (await instagram.publish(container.id)).status == 200
    sandbox.advance(60)
    assert len(sandbox.posts(text="Once")) == 1


async def test_a_lost_photo_is_fetched_before_it_is_late(
    facebook: Graph, sandbox: Sandbox, image_url: str
) -> None:
    sandbox.fault("facebook.direct", "lost_and_late", seconds=30)
    with pytest.raises(CUT_OFF):
        await facebook.post(f"{facebook.account.id}/photos", url=image_url, caption="Late")
    sandbox.advance(31)
    [post] = sandbox.posts(text="Late")
    assert post["pictures"][0]["source"] == image_url


async def test_a_fault_strikes_as_often_as_asked_where_it_was_asked(
    facebook: Graph, sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    other = Graph(http, sandbox.graph_url, sandbox.seed_facebook())
    sandbox.fault("facebook.*", "error_500_before", times=2, account=facebook.account.id)
    assert await post(other, "Not mine") == 200
    assert [await post(facebook, f"Try {place}") for place in range(3)] == [500, 500, 200]
    assert sandbox.faults() == []


async def test_faults_are_used_in_the_order_in_which_they_were_added(
    facebook: Graph, sandbox: Sandbox
) -> None:
    sandbox.fault("facebook.direct", "throttle_429")
    sandbox.fault("facebook.direct", "error_500_before", times=None)
    assert [await post(facebook) for _ in range(3)] == [429, 500, 500]
    sandbox.clear_faults()
    assert await post(facebook) == 200


async def test_limits_say_when_the_account_may_call_again(instagram: Graph, sandbox: Sandbox) -> None:
    sandbox.fault("instagram.account", "account_throttle", minutes=7)
    refused = await instagram.get(instagram.account.id)
    assert refused.error == (80002, 0)
    [usage] = _business_usage(refused.headers)[instagram.account.id]
    assert usage["estimated_time_to_regain_access"] == 7
    assert (usage["type"], usage["call_count"]) == ("instagram", 100)


async def test_a_429_may_say_when_to_come_back(facebook: Graph, sandbox: Sandbox) -> None:
    sandbox.fault("facebook.page", "throttle_429", seconds=30)
    refused = await facebook.get(facebook.account.id)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "30")


async def test_captions_may_come_back_without_their_at_signs(
    instagram: Graph, sandbox: Sandbox, image_url: str
) -> None:
    published = await instagram.publish((await instagram.container(image_url, caption="By @casaluz")).id)
    sandbox.fault("instagram.list", "at_signs_lost")
    listed = await instagram.get(f"{instagram.account.id}/media", fields="caption")
    assert listed.body["data"] == [{"caption": "By casaluz", "id": published.id}]
    assert sandbox.posts()[0]["text"] == "By @casaluz"


async def test_usage_grows_with_calls_and_can_be_made_high(instagram: Graph, sandbox: Sandbox) -> None:
    sandbox.fault("instagram.account", "high_usage", percent=92)
    high = await instagram.get(instagram.account.id)
    assert high.status == 200
    assert '"call_count": 92' in high.headers["X-App-Usage"]
    usual = await instagram.get(instagram.account.id)
    [usage] = _business_usage(usual.headers)[instagram.account.id]
    assert usage["call_count"] < 50


@pytest.mark.parametrize(
    "wrong",
    [
        {"call": "instagram.dance", "fault": "reset_after"},
        {"call": "instagram.publish", "fault": "earthquake"},
        {"call": "instagram.publish", "fault": "hang_after", "seconds": "long"},
        {"call": "instagram.publish", "fault": "hang_after", "times": 0},
    ],
)
async def test_a_fault_that_could_never_strike_is_refused(
    sandbox: Sandbox, http: aiohttp.ClientSession, wrong: dict[str, object]
) -> None:
    async with http.post(f"{sandbox.url}/control/faults", json=wrong) as answer:
        assert answer.status == 422


def _business_usage(headers: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(headers["X-Business-Use-Case-Usage"])
    return found
