from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from signoff.http.calls import recording, scrub, scrub_json, scrub_url
from signoff.http.client import Http
from signoff.http.errors import AnswerLost, NotSent
from tests.support.loopback import reset, serving, talking


async def test_the_record_holds_every_call_of_the_work_and_of_the_tasks_it_starts(http: Http) -> None:
    async def teapot(_: web.Request) -> web.Response:
        return web.Response(status=418)

    async with serving(teapot) as url:
        with recording() as calls:
            await http.request("GET", f"{url}/a?access_token=hush&b=1", guarded=False)
            await asyncio.create_task(http.request("DELETE", f"{url}/b", guarded=False))
        await http.request("GET", f"{url}/afterwards", guarded=False)
    assert [(call.method, call.url, call.status, call.outcome) for call in calls] == [
        ("GET", f"{url}/a?access_token=***&b=1", 418, "answered"),
        ("DELETE", f"{url}/b", 418, "answered"),
    ]
    assert all(call.ms >= 0 for call in calls)


@pytest.mark.parametrize(
    "said", ["PA\u017f\u017fWORD=hunter2", "api_\N{KELVIN SIGN}EY: hunter2", "toKen='hunter2'"]
)
def test_unusual_letters_hide_no_secret(said: str) -> None:
    assert "hunter2" not in scrub(said)


async def test_the_record_tells_certain_failures_from_doubtful_ones(http: Http) -> None:
    async def broken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        reset(writer)

    with recording() as calls:
        async with talking(broken) as url:
            with pytest.raises(AnswerLost):
                await http.request("POST", url, guarded=False)
        with pytest.raises(NotSent):
            await http.request("POST", url, guarded=False)
        with pytest.raises(NotSent):
            await http.request("POST", url, guarded=True)
    assert [(call.status, call.outcome) for call in calls] == [
        (None, "lost"),
        (None, "not_sent"),
        (None, "not_sent"),
    ]


async def test_two_pieces_of_work_keep_separate_records(http: Http) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response()

    async def work(url: str) -> list[str]:
        with recording() as calls:
            await http.request("GET", url, guarded=False)
            await http.request("GET", url, guarded=False)
        return [call.url for call in calls]

    async with serving(answer) as url:
        one, two = await asyncio.gather(work(f"{url}/1"), work(f"{url}/2"))
    assert (one, two) == ([f"{url}/1"] * 2, [f"{url}/2"] * 2)


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        (
            "https://g.test/v26.0/me?access_token=EAAB1&fields=id",
            "https://g.test/v26.0/me?access_token=***&fields=id",
        ),
        ("https://u:p@site.test/x?appsecret_proof=1", "https://site.test/x?appsecret_proof=***"),
        ("https://m.test/x?sig=abc&expires=12", "https://m.test/x?sig=***&expires=12"),
        ("http://s.test/?rest_route=/wp/v2/posts#top", "http://s.test/?rest_route=/wp/v2/posts"),
        ("http://[broken", "***"),
    ],
)
def test_addresses_lose_their_secrets(url: str, clean: str) -> None:
    assert scrub_url(url) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer ***"),
        ("Basic YWRtaW46YWJjZCBlZmdo", "Basic ***"),
        ("see https://g.test/?access_token=EAAB2&x=1", "see https://g.test/?access_token=***&x=1"),
        ('{"password": "hush", "a": 1}', '{"password": "***", "a": 1}'),
        ("token EAAG1234567890abcdefghijkl expired", "token *** expired"),
        ("connect to https://me:hush@site.test failed", "connect to https://***@site.test failed"),
        ("Basic settings are fine, the token expired", "Basic settings are fine, the token expired"),
    ],
)
def test_text_loses_its_secrets(text: str, clean: str) -> None:
    assert scrub(text) == clean


def test_json_loses_its_secrets() -> None:
    raw = {
        "id": 7,
        "access_token": "EAAB",
        "paging": {"next": "https://g.test/?access_token=EAAB&after=x"},
        "list": [{"application_password": "abcd efgh"}, None, True],
        "password": "",
    }
    assert scrub_json(raw) == {
        "id": 7,
        "access_token": "***",
        "paging": {"next": "https://g.test/?access_token=***&after=x"},
        "list": [{"application_password": "***"}, None, True],
        "password": "",
    }
