"""Reading addresses that people entered: each failure says what they can do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
from aiohttp import web

from signoff.http.client import Http
from signoff.http.fetching import fetch_with
from signoff.kernel.errors import Invalid, TooLarge, Unavailable
from tests.support.loopback import serving

LIMIT = 1000


async def answer(request: web.Request) -> web.StreamResponse:
    match request.path:
        case "/small":
            return web.Response(body=b"x" * LIMIT)
        case "/large":
            return web.Response(body=b"x" * (LIMIT + 1))
        case "/inside":
            return web.Response(status=302, headers={"Location": "http://10.1.2.3/secret"})
        case _:
            return web.Response(status=404)


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    """Reaches the loopback, where the tests' servers are, and nothing else that is private."""
    http = Http(allow=(ip_network("127.0.0.0/8"),))
    yield http
    await http.close()


async def read(http: Http, url: str) -> bytes:
    return b"".join([chunk async for chunk in fetch_with(http, max_bytes=LIMIT)(url)])


async def test_what_is_there_is_read(http: Http) -> None:
    async with serving(answer) as url:
        assert await read(http, f"{url}/small") == b"x" * LIMIT


async def test_what_is_not_there_is_said_with_the_status(http: Http) -> None:
    async with serving(answer) as url:
        with pytest.raises(Invalid, match="HTTP 404"):
            await read(http, f"{url}/nothing")


async def test_more_than_the_limit_is_too_large(http: Http) -> None:
    async with serving(answer) as url:
        with pytest.raises(TooLarge):
            await read(http, f"{url}/large")


@pytest.mark.parametrize("address", ["http://10.1.2.3/", "http://[::1]/", "ftp://example.com/", "nonsense"])
async def test_internal_and_strange_addresses_are_refused(http: Http, address: str) -> None:
    with pytest.raises(Invalid) as refused:
        await read(http, address)
    assert refused.value.extra["errors"][0]["field"] == "url"


async def test_a_redirect_to_an_internal_address_is_refused(http: Http) -> None:
    async with serving(answer) as url:
        with pytest.raises(Invalid, match="isn't public"):
            await read(http, f"{url}/inside")


async def test_nobody_there_can_be_tried_again(http: Http) -> None:
    async with serving(answer) as url:
        pass
    with pytest.raises(Unavailable):
        await read(http, f"{url}/small")
