"""Pictures and accounts at addresses that lead into the operator's own network."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from tests.journeys.steps import photo, read, refusal, send
from tests.support.installation import OWNER, Installation, installed
from tests.support.loopback import serving
from tests.support.rest import Caller

OUTSIDE = "127.0.0.2"
"""Stands for the internet: the only address that this installation may reach."""


@pytest.fixture(scope="module")
async def guarded() -> AsyncIterator[Installation]:
    async with installed(SIGNOFF_ALLOW_PRIVATE_ADDRESSES=f"{OUTSIDE}/32") as installation:
        await installation.start()
        await installation.found("Casa Luz", OWNER)
        yield installation


@pytest.fixture(scope="module")
async def owner(guarded: Installation) -> Caller:
    return await guarded.token()


class Inside:
    """A server of the internal network that nobody outside may make us call."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[str] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(str(request.rel_url))
        return web.Response(body=photo(), content_type="image/jpeg")


@pytest.fixture
async def inside() -> AsyncIterator[Inside]:
    server = Inside()
    async with serving(server.answer) as server.url:
        yield server


@pytest.fixture
async def outside(inside: Inside) -> AsyncIterator[str]:
    """A public site with a picture, and with an address that leads inside."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/moved.jpg":
            raise web.HTTPFound(f"{inside.url}/secret.jpg")
        return web.Response(body=photo(), content_type="image/jpeg")

    async with serving(answer, OUTSIDE) as url:
        yield url


async def test_a_picture_is_copied_from_a_public_address(owner: Caller, outside: str) -> None:
    copied = await send(owner, "/media", {"url": f"{outside}/loaf.jpg", "alt": "A loaf"})
    assert (copied["media_type"], copied["alt"]) == ("image/jpeg", "A loaf")
    assert (await owner.get(f"/media/{copied['id']}/content")).status == 200


async def test_an_address_of_the_internal_network_isnt_called(
    owner: Caller, inside: Inside, outside: str
) -> None:
    port = inside.url.rpartition(":")[2]
    for address in (
        f"{inside.url}/secret.jpg",
        f"http://localhost:{port}/secret.jpg",
        f"http://[::ffff:127.0.0.1]:{port}/secret.jpg",
        f"http://2130706433:{port}/secret.jpg",
        f"{outside}/moved.jpg",
    ):
        reply = await owner.post("/media", {"url": address})
        assert refusal(reply) == (422, "invalid"), address
    assert inside.calls == []


async def test_an_address_that_isnt_one_is_refused(owner: Caller) -> None:
    for address in ("file:///etc/passwd", "loaf.jpg", "ftp://example.com/a.jpg"):
        assert refusal(await owner.post("/media", {"url": address})) == (422, "invalid"), address


async def test_a_site_of_the_internal_network_isnt_connected(owner: Caller, inside: Inside) -> None:
    brand = await send(owner, "/brands", {"name": "Casa Luz", "time_zone": "Europe/Madrid"})
    login = {"site_url": inside.url, "username": "author", "application_password": "secret"}
    body = {"platform": "wordpress", "name": "", "credentials": login}
    status, _ = refusal(await owner.post(f"/brands/{brand['id']}/channels", body))
    assert status in {409, 422}
    assert (await read(owner, f"/brands/{brand['id']}/channels"))["items"] == []
    assert inside.calls == []
