"""Signoff on a real database, with the real connectors, reached by the platforms over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from ipaddress import ip_network
from pathlib import Path

import pytest

from signoff.app import make_connectors
from signoff.connectors.base import Connector
from signoff.db.embedded import EmbeddedPostgres
from signoff.http.client import Http
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.records.tenants import Brand
from signoff.runtime import Runtime
from signoff.settings import Environment, Settings
from tests.crashes.batch import connected
from tests.crashes.bench import Bench
from tests.crashes.effects import dangerous
from tests.crashes.platforms import STAND_INS, Place, Platform
from tests.support.clock import ShiftableClock
from tests.support.faults import FaultyProxy, faulty_proxy
from tests.support.public import PublicAddress
from tests.support.sandbox import Sandbox
from tests.support.world import MADRID

LOOPBACK = "127.0.0.0/8"


@pytest.fixture
async def proxy() -> AsyncIterator[FaultyProxy]:
    """Between Signoff and the platform; the platform's stand-in says where it leads."""
    async with faulty_proxy("") as proxy:
        yield proxy


@pytest.fixture
def graph_url(sandbox: Sandbox, proxy: FaultyProxy) -> str:
    """Where Facebook and Instagram are called."""
    return proxy.url + sandbox.graph_url.removeprefix(sandbox.url)


@pytest.fixture
def settings(tmp_path: Path, public_address: PublicAddress, graph_url: str) -> Settings:
    return Settings(
        environment=Environment.DEVELOPMENT,
        data_dir=tmp_path,
        public_url=public_address.url,
        graph_url=graph_url,
        allow_private_addresses=(ip_network(LOOPBACK),),
        facebook_calls_per_hour=0,
        instagram_calls_per_hour=0,
    )


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    http = Http(allow=[ip_network(LOOPBACK)])
    yield http
    await http.close()


@pytest.fixture
def connectors(settings: Settings, http: Http, clock: ShiftableClock) -> Mapping[str, Connector]:
    return make_connectors(settings, http, clock)


@pytest.fixture(params=sorted(STAND_INS))
def platform(request: pytest.FixtureRequest, settings: Settings, proxy: FaultyProxy) -> Platform:
    """Each platform in turn."""
    return STAND_INS[request.param](Place(request, settings, proxy))


@pytest.fixture
async def brand(runtime: Runtime, owner: Actor) -> Brand:
    """A brand whose posts may be late: they go out however long it takes until all have died."""
    a_week_s = 7 * 86_400
    return await create_brand(runtime, owner, BrandDraft("Casa Luz", MADRID.key, late_window_s=a_week_s))


@pytest.fixture
async def bench(  # noqa: PLR0917 - fixtures
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    platform: Platform,
    proxy: FaultyProxy,
    postgres: EmbeddedPostgres,
    pictures_are_served: None,
) -> AsyncIterator[Bench]:
    channel = await connected(runtime, owner, brand, platform)
    async with dangerous(runtime, postgres.admin_url(), proxy, platform) as danger:
        yield Bench(runtime, owner, channel, platform, danger)
