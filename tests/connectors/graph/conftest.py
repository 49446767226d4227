from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from signoff.http.client import Http


@pytest_asyncio.fixture(loop_scope="session")
async def http() -> AsyncIterator[Http]:
    client = Http()
    yield client
    await client.close()
