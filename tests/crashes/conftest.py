"""Signoff on a real database, with the real connectors, reached by the platforms over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from ipaddress import ip_network
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from signoff.app import make_connectors, make_site
from signoff.connectors.base import Connector
from signoff.http.client import Http
from signoff.organizations.exports import exports_folder
from signoff.runtime import Runtime
from signoff.settings import Environment, Settings
from signoff.web.live import LiveEvents
from tests.crashes import platforms
from tests.crashes.platforms import Platform
from tests.support.clock import ShiftableClock
from tests.support.sandbox import Sandbox
from tests.support.server import served
from tests.support.wordpress import WordPressSite

LOOPBACK = "127.0.0.0/8"


class Later:
    """An application that gets its address before it is made."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@pytest.fixture
async def address() -> AsyncIterator[tuple[str, Later]]:
    later = Later()
    async with served(later) as url:
        yield url, later


@pytest.fixture
def settings(tmp_path: Path, address: tuple[str, Later], sandbox: Sandbox) -> Settings:
    return Settings(
        environment=Environment.DEVELOPMENT,
        data_dir=tmp_path,
        public_url=address[0],
        graph_url=sandbox.graph_url,
        allow_private_addresses=(ip_network(LOOPBACK),),
    )


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    http = Http(allow=[ip_network(LOOPBACK)])
    yield http
    await http.close()


@pytest.fixture
def connectors(settings: Settings, http: Http, clock: ShiftableClock) -> Mapping[str, Connector]:
    return make_connectors(settings, http, clock)


@pytest.fixture
async def pictures_are_served(runtime: Runtime, address: tuple[str, Later]) -> None:
    """Platforms that fetch pictures find them under Signoff's public address."""
    address[1].app = make_site(runtime, LiveEvents(runtime))


@pytest.fixture(params=["wordpress", "instagram", "facebook", "html"])
def platform(request: pytest.FixtureRequest, settings: Settings) -> Platform:
    """Each platform in turn; a new one is one line here."""
    name: str = request.param
    if name == "html":
        return platforms.html(exports_folder(settings))
    if name == "wordpress":
        site: WordPressSite = request.getfixturevalue("wordpress")
        return platforms.wordpress(site)
    sandbox: Sandbox = request.getfixturevalue("sandbox")
    return platforms.instagram(sandbox) if name == "instagram" else platforms.facebook(sandbox)
