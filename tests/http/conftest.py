from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest

from signoff.http.client import Http


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    http = Http()
    yield http
    await http.close()


@pytest.fixture
async def allowing() -> AsyncIterator[Http]:
    """Lets IPv4 loopback addresses through the guard, where the test's servers are."""
    http = Http(allow=[ip_network("127.0.0.0/8")])
    yield http
    await http.close()
