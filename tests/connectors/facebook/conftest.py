from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from signoff.connectors.facebook import Facebook
from signoff.http.client import Http
from tests.connectors.graph.world import PUBLIC_URL, SHORT, graph_api, picture_server
from tests.support.graph import Pictures
from tests.support.sandbox import Account, Sandbox


@pytest_asyncio.fixture(loop_scope="session")
async def http() -> AsyncIterator[Http]:
    client = Http()
    yield client
    await client.close()


@pytest_asyncio.fixture(loop_scope="session")
async def pictures() -> AsyncIterator[Pictures]:
    async with picture_server() as served:
        yield served


@pytest.fixture
def facebook(http: Http, sandbox: Sandbox) -> Facebook:
    return Facebook(graph_api(http, sandbox.graph_url), public_url=PUBLIC_URL, times=SHORT)


@pytest.fixture
def account(sandbox: Sandbox) -> Account:
    return sandbox.seed_facebook(name="Casa Luz", username="casaluz")
