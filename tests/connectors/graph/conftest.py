from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from signoff.http.client import Http
from tests.connectors.graph.world import picture_server
from tests.support.graph import Pictures


@pytest_asyncio.fixture(loop_scope="session")
async def http() -> AsyncIterator[Http]:
    client = Http()
    yield client
    await client.close()


@pytest_asyncio.fixture(loop_scope="session")
async def pictures() -> AsyncIterator[Pictures]:
    async with picture_server() as served:
        yield served
