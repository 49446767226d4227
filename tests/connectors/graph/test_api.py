"""Answers as no sandbox gives them, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web

from signoff.connectors.errors import Ambiguous, ConnectorError, Reconnect, Refused, Throttled, TryLater
from signoff.connectors.graph.accounts import Accounts, Times
from signoff.connectors.graph.api import GraphApi, GraphSession
from signoff.http.calls import recording
from signoff.http.client import Http
from signoff.kernel.clock import SystemClock
from tests.support.loopback import serving

Answering = Callable[[web.Request], web.Response]
TOKEN = "EAA" + "x" * 40


@asynccontextmanager
async def session(http: Http, answer: Answering) -> AsyncIterator[GraphSession]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return answer(request)

    async with serving(handle) as url:
        api = GraphApi(http, SystemClock(), url=f"{url}/graph/", version="v26.0")
        yield api.session("17", TOKEN, within=timedelta(seconds=5), at_most=timedelta(seconds=2))


def said(status: int, text: str = "", **headers: str) -> Answering:
    return lambda _: web.Response(status=status, text=text, headers=headers)


async def failure(call: Awaitable[object]) -> type[ConnectorError]:
    with pytest.raises(ConnectorError) as problem:
        await call
    assert TOKEN not in problem.value.detail
    return type(problem.value)


@pytest.mark.parametrize(
    ("answer", "at_commit", "before"),
    [
        (said(200, '{"error":{"code":190,"error_subcode":463}}'), Reconnect, Reconnect),
        (said(200, '{"error":{"code":36003,"error_subcode":2207009}}'), Refused, Refused),
        (said(200, '{"error":null}'), Ambiguous, TryLater),
        (said(200, '{"error":"no"}'), Ambiguous, TryLater),
        (said(200, "[]"), Ambiguous, TryLater),
        (said(200, "null"), Ambiguous, TryLater),
        (said(200, ""), Ambiguous, TryLater),
        (said(200, "<html>"), Ambiguous, TryLater),
        (said(302, "{}", Location="/elsewhere"), Ambiguous, TryLater),
        (said(404, "<html>"), Ambiguous, TryLater),
        (said(403, "{}"), Ambiguous, TryLater),
        (said(502, "<html>"), Ambiguous, TryLater),
        (said(503, '{"error":{"code":190}}'), Ambiguous, Reconnect),
        (said(429, "<html>"), Throttled, Throttled),
        (said(429, "{}"), Throttled, Throttled),
        (said(429, '{"error":{"code":4}}'), Throttled, Throttled),
    ],
)
async def test_answers_in_every_form_have_a_meaning(
    http: Http, answer: Answering, at_commit: type[ConnectorError], before: type[ConnectorError]
) -> None:
    async with session(http, answer) as calls:
        assert await failure(calls.commit("17", "media_publish", creation_id="1")) is at_commit
        assert await failure(calls.make("17", "media")) is before
        assert await failure(calls.get("17", fields="id")) is before
        assert await failure(calls.delete("18")) is before


async def test_a_server_that_is_not_there_is_certain(http: Http) -> None:
    async with session(http, said(200)) as calls:
        pass
    assert await failure(calls.commit("17", "feed")) is TryLater


async def test_the_token_travels_in_a_header_only(http: Http) -> None:
    seen: list[web.Request] = []

    def note(request: web.Request) -> web.Response:
        seen.append(request)
        return web.json_response({"id": "1"})

    async with session(http, note) as calls:
        with recording() as recorded:
            await calls.get("17", fields="id")
            await calls.get_quietly("debug_token", input_token=TOKEN)
            await calls.commit("17", "media_publish", creation_id="1")
    assert [request.path for request in seen] == [
        "/graph/v26.0/17",
        "/graph/v26.0/debug_token",
        "/graph/v26.0/17/media_publish",
    ]
    assert {request.headers["Authorization"] for request in seen} == {f"Bearer {TOKEN}"}
    assert not any(TOKEN in str(request.url) for request in seen)
    assert TOKEN not in str(recorded)
    assert not any("fields" in request.query for request in seen if request.method == "POST")


async def test_an_id_cannot_change_the_address(http: Http) -> None:
    seen: list[str] = []

    def note(request: web.Request) -> web.Response:
        seen.append(request.raw_path)
        return web.json_response({})

    async with session(http, note) as calls:
        for id in ("..", ".", "", "../me?x=1#", "17/feed", "17_", "_17", "17_18_19", "17\n", "\u0661\u0667"):
            assert await failure(calls.get(id, fields="id")) is Refused
            assert await failure(calls.delete(id)) is Refused
            assert await failure(calls.commit("17", id)) is Refused
        await calls.get("17_18", fields="id")
    assert seen == ["/graph/v26.0/17_18?fields=id"]


async def test_only_a_stand_in_marks_its_answers(http: Http) -> None:
    async with session(http, said(200, "{}", **{"X-Signoff-Sandbox": "1"})) as calls:
        assert (await calls.get("17")).is_sandbox
    async with session(http, said(200, "{}")) as calls:
        answer = await calls.get("17")
    assert not answer.is_sandbox
    assert answer.usage.account_percent is None
    assert answer.rows == []


async def test_usage_is_told_with_every_answer(http: Http) -> None:
    async with session(http, said(200, "{}", **{"X-App-Usage": '{"call_count":76}'})) as calls:
        assert (await calls.get("17")).usage.app_percent == 76


async def test_no_call_begins_when_the_time_is_over(http: Http) -> None:
    async with session(http, said(200, "{}")) as calls:
        late = calls.api.session("17", TOKEN, within=timedelta(seconds=0.5))
        with pytest.raises(TryLater, match="too slowly") as problem:
            await late.get("17")
    assert problem.value.not_before, "so that nobody tries again within the same attempt"


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        ({"page_id": "12", "access_token": " \n"}, Reconnect),
        ({"page_id": "12", "access_token": "two words"}, Reconnect),
        ({"page_id": "12", "access_token": "x\r\nHost: y"}, Reconnect),
        ({"page_id": "12"}, Reconnect),
        ({"page_id": "me", "access_token": "x"}, Refused),
        ({"page_id": "12/../13", "access_token": "x"}, Refused),
        ({"page_id": "१२", "access_token": "x"}, Refused),
        ({"access_token": "x"}, Refused),
    ],
)
def test_credentials_that_cannot_work_are_told_before_any_call(
    http: Http, credentials: dict[str, str], expected: type[ConnectorError]
) -> None:
    accounts = Accounts(GraphApi(http, SystemClock(), url="https://x", version="v1.0"), "page_id", Times())
    with pytest.raises(expected) as problem:
        accounts.to_check(credentials)
    assert problem.value.advice


def test_an_account_is_known_by_the_host_of_the_api(http: Http) -> None:
    def host(url: str) -> str:
        return GraphApi(http, SystemClock(), url=url, version="v26.0").host

    assert host("https://graph.facebook.com") == "graph.facebook.com"
    assert host("http://127.0.0.1:9100/graph/") == "127.0.0.1:9100"
