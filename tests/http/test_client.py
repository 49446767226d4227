from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Callable
from typing import TypeAlias

import pytest
from aiohttp import web

from signoff.http.client import Http, Part
from signoff.http.errors import AnswerLost, AnswerTooLarge, NotSent, UnreadableAnswer
from tests.support.loopback import read_request, reset, serving, talking

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter


async def test_a_closed_port_is_certain(http: Http) -> None:
    async with serving(echo) as url:
        pass
    with pytest.raises(NotSent, match=r"No connection to 127\.0\.0\.1"):
        await http.request("POST", url, json={}, guarded=False)


async def test_an_unknown_name_is_certain(http: Http) -> None:
    with pytest.raises(NotSent, match=r"No connection to nowhere\.invalid"):
        await http.request("POST", "http://nowhere.invalid/", json={}, guarded=False)


async def test_a_failed_tls_handshake_is_certain(http: Http) -> None:
    async def no_tls(reader: Reader, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read(100)

    async with talking(no_tls) as url:
        with pytest.raises(NotSent):
            await http.request("POST", url.replace("http:", "https:"), json={}, guarded=False)


async def test_no_time_left_while_connecting_is_certain(http: Http) -> None:
    async def silent(reader: Reader, _: Writer) -> None:
        await reader.read()

    async with talking(silent) as url:  # takes the connection but never answers the TLS greeting
        with pytest.raises(NotSent, match="within the time limit"):
            await http.request("POST", url.replace("http:", "https:"), guarded=False, timeout_s=0.3)


async def test_a_hanging_answer_is_in_doubt(http: Http) -> None:
    async def hang(reader: Reader, _: Writer) -> None:
        await reader.read()

    async with talking(hang) as url:
        with pytest.raises(AnswerLost, match="didn't answer in time"):
            await http.request("POST", url, json={"a": 1}, guarded=False, timeout_s=0.3)


async def test_a_body_that_stops_half_way_is_in_doubt(http: Http) -> None:
    async def half(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id":')
        await writer.drain()

    async with talking(half) as url:
        with pytest.raises(AnswerLost):
            await http.request("POST", url, json={}, guarded=False)


@pytest.mark.parametrize("answer", [b"", b"\x00\x01\x02 nonsense\r\n\r\n"])
async def test_a_broken_connection_is_in_doubt_and_not_tried_again(http: Http, answer: bytes) -> None:
    requests: list[bytes] = []

    async def broken(reader: Reader, writer: Writer) -> None:
        requests.append(await read_request(reader))
        if answer:
            writer.write(answer)
            await writer.drain()
        else:
            reset(writer)

    async with talking(broken) as url:
        with pytest.raises(AnswerLost):
            await http.request("POST", f"{url}/publish", json={"a": 1}, guarded=False)
    assert len(requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_and_not_followed(http: Http, status: int) -> None:
    asked: list[str] = []

    async def redirect(request: web.Request) -> web.Response:
        asked.append(f"{request.method} {request.path}")
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async with serving(redirect) as url:
        reply = await http.request("POST", f"{url}/publish", json={}, guarded=False)
    assert (reply.status, reply.headers["location"]) == (status, "/elsewhere")
    assert asked == ["POST /publish"]


async def test_what_must_not_be_sent_twice_is_not_repeated(http: Http) -> None:
    connections = 0

    async def one_answer_each(reader: Reader, writer: Writer) -> None:
        """Promises to keep the connection, then drops whatever comes second on it."""
        nonlocal connections
        connections += 1
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}")
        await read_request(reader)
        reset(writer)

    async with talking(one_answer_each) as url:
        await http.request("POST", url, json={}, guarded=False)
        for method in ("PUT", "DELETE"):  # which the library would send again
            reply = await http.request(method, url, json={}, guarded=False, fresh=True)
            assert reply.json() == {}
        assert connections == 3, "each has one of its own"
        with pytest.raises(AnswerLost):
            await http.request("POST", url, json={}, guarded=False, fresh=True)
        assert connections == 3


async def test_the_bodies_arrive_as_meant(http: Http) -> None:
    async with serving(echo) as url:

        async def send(**body: object) -> str:
            reply = await http.request("POST", url, params={"q": "ä b"}, guarded=False, **body)  # type: ignore[arg-type]
            return reply.text()

        assert await send(json={"a": "ü"}) == 'application/json|ä b|{"a": "\\u00fc"}'
        assert await send(form={"a": "ü&"}) == "application/x-www-form-urlencoded|ä b|a=%C3%BC%26"
        assert await send(data=b"raw") == "application/octet-stream|ä b|raw"
        several = await send(
            data=[Part("file", b"\x00bytes", "x.png", "image/png"), Part("alt_text", "Ünique")]
        )
        assert several.startswith("multipart/form-data")
        assert 'name="file"; filename="x.png"' in several
        assert "\x00bytes" in several
        assert "Ünique" in several


async def test_cookies_of_one_answer_are_not_sent_with_the_next_call(http: Http) -> None:
    async def cookies(request: web.Request) -> web.Response:
        return web.Response(text=request.headers.get("Cookie", "none"), headers={"Set-Cookie": "a=1; Path=/"})

    async with serving(cookies) as url:
        named = url.replace("127.0.0.1", "localhost")
        assert (await http.request("GET", named, guarded=False)).text() == "none"
        assert (await http.request("GET", named, guarded=False)).text() == "none"


async def test_proxies_of_the_environment_are_not_used(http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    async with serving(echo) as url:
        assert (await http.request("GET", url, guarded=False)).status == 200


@pytest.mark.parametrize("body", [b"<html>Just a moment...</html>", b"", b'{"id": 1', b"[" * 100_000])
async def test_what_is_not_json_is_said_to_be_unreadable(http: Http, body: bytes) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="text/html")

    async with serving(answer) as url:
        reply = await http.request("POST", url, guarded=False)
        with pytest.raises(UnreadableAnswer, match="HTTP 200"):
            reply.json()


async def test_numbers_that_no_database_stores_become_text(http: Http) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=b'{"a": [NaN, Infinity, -Infinity, 1e999, -1e999, 1.5, 2]}')

    async with serving(answer) as url:
        told = (await http.request("GET", url, guarded=False)).json()
    assert told == {"a": ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", 1.5, 2]}
    assert json.loads(json.dumps(told, allow_nan=False)) == told


async def test_an_answer_is_read_up_to_the_limit_only(http: Http) -> None:
    async def large(request: web.Request) -> web.StreamResponse:
        if request.path == "/announced":
            return web.Response(body=b"x" * 2000)
        response = web.StreamResponse(
            headers={"Content-Encoding": "deflate"} if request.path == "/bomb" else {}
        )
        await response.prepare(request)
        await response.write(zlib.compress(b"x" * 10_000_000) if request.path == "/bomb" else b"x" * 2000)
        return response

    async with serving(large) as url:
        for path in ("/announced", "/chunked", "/bomb"):
            with pytest.raises(AnswerTooLarge):
                await http.request("GET", url + path, guarded=False, max_bytes=1000)


async def test_fetch_follows_three_redirects_and_no_more(allowing: Http) -> None:
    async def hops(request: web.Request) -> web.Response:
        left = int(request.path[1:])
        if left:
            raise web.HTTPFound(f"/{left - 1}")
        return web.Response(body=b"there", content_type="image/png")

    async with serving(hops) as url:
        async with allowing.fetch(f"{url}/3", max_bytes=1000) as download:
            assert (download.status, download.url) == (200, f"{url}/0")
            assert download.headers["content-type"] == "image/png"
            assert [chunk async for chunk in download.chunks()] == [b"there"]
        with pytest.raises(AnswerLost, match="more than 3"):
            async with allowing.fetch(f"{url}/4", max_bytes=1000):
                pass


async def test_fetch_stops_at_the_size_limit(allowing: Http) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 10_000)

    pieces: list[bytes] = []
    async with serving(endless) as url:
        with pytest.raises(AnswerTooLarge):
            await collect(allowing, url, pieces.append)
    assert len(b"".join(pieces)) <= 50_000


async def test_the_callers_own_error_passes_through_fetch(allowing: Http) -> None:
    def write_to_a_full_disk(_: bytes) -> None:
        raise OSError("disk full")

    async with serving(echo) as url:
        with pytest.raises(OSError, match="disk full"):
            await collect(allowing, url, write_to_a_full_disk)


async def collect(http: Http, url: str, keep: Callable[[bytes], None]) -> None:
    async with http.fetch(url, max_bytes=50_000) as download:
        async for chunk in download.chunks():
            keep(chunk)


async def echo(request: web.Request) -> web.Response:
    body = await request.read()
    return web.Response(
        text=f"{request.headers.get('Content-Type')}|{request.query.get('q')}|{body.decode()}"
    )
