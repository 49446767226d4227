"""An Instagram account and a Page, called over real HTTP, and a server with pictures for them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from tests.support.graph import Graph, Pictures, picture
from tests.support.loopback import serving
from tests.support.sandbox import Sandbox


@pytest_asyncio.fixture(loop_scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


@pytest_asyncio.fixture(loop_scope="session")
async def pictures() -> AsyncIterator[Pictures]:
    served = Pictures()
    async with serving(served.answer) as url:
        served.url = url
        yield served


@pytest.fixture
def image_url(pictures: Pictures) -> str:
    return pictures.add("square.jpg", picture())


@pytest.fixture
def instagram(sandbox: Sandbox, http: aiohttp.ClientSession) -> Graph:
    account = sandbox.seed_instagram(name="Casa Luz", username="casaluz")
    return Graph(http, sandbox.graph_url, account)


@pytest.fixture
def facebook(sandbox: Sandbox, http: aiohttp.ClientSession) -> Graph:
    return Graph(http, sandbox.graph_url, sandbox.seed_facebook(name="Casa Luz", username="casaluz"))
