from __future__ import annotations

from ipaddress import ip_network

import pytest
from aiohttp import web

from signoff.http.client import Http
from signoff.http.errors import AddressRefused, NotSent
from signoff.http.guard import is_public, real_address
from tests.support.loopback import serving

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "3fff::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(real_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "192.0.1.1",
        "2606:4700::1111",
        "2a00:1450::1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::",
    ],
)
def test_ordinary_addresses_are_public(address: str) -> None:
    assert is_public(real_address(address))


async def hello(request: web.Request) -> web.Response:
    return web.Response(text=f"hello {request.path}")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]", "2130706433", "127.1"]
)
async def test_no_way_of_writing_it_leads_to_the_loopback(http: Http, host: str) -> None:
    async with serving(hello) as url:
        port = url.rpartition(":")[2]
        with pytest.raises(AddressRefused):
            await http.request("GET", f"http://{host}:{port}/", guarded=True)


async def test_a_redirect_to_the_loopback_is_not_followed(allowing: Http) -> None:
    """The first address is allowed, the second isn't: only the guard at the socket can tell."""

    async def redirect(_: web.Request) -> web.Response:
        raise web.HTTPFound("http://[::1]:9/inside")

    async with serving(redirect) as url:
        with pytest.raises(AddressRefused, match="isn't public"):
            async with allowing.fetch(url, max_bytes=1000):
                pass


async def test_what_the_operator_allows_is_reached() -> None:
    http = Http(allow=LOOPBACK)
    try:
        async with serving(hello) as url:
            reply = await http.request("GET", url.replace("127.0.0.1", "[::ffff:127.0.0.1]"), guarded=True)
            assert reply.status == 200
            async with http.fetch(f"{url}/picture", max_bytes=1000) as download:
                assert b"".join([chunk async for chunk in download.chunks()]) == b"hello /picture"
    finally:
        await http.close()


async def test_the_operators_own_addresses_need_no_permission(http: Http) -> None:
    async with serving(hello) as url:
        reply = await http.request("GET", f"{url}/graph", guarded=False)
        assert (reply.status, reply.text()) == (200, "hello /graph")


async def test_a_plain_connection_is_never_used_for_a_guarded_call(http: Http) -> None:
    async with serving(hello) as url:
        await http.request("GET", url, guarded=False)
        with pytest.raises(AddressRefused):
            await http.request("GET", url, guarded=True)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.test/",
        "file:///etc/passwd",
        "//example.test",
        "http://",
        "http://u:p@example.test/",
        "http://h:1x",
    ],
)
async def test_what_is_no_web_address_is_refused_before_anything_is_sent(http: Http, url: str) -> None:
    with pytest.raises(NotSent):
        await http.request("POST", url, json={}, guarded=False)
