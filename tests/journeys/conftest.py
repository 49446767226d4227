"""One Signoff for all journeys: a real process with its database, with the sandbox behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from signoff.sandbox.server import RunningSandbox
from tests.journeys.steps import send
from tests.support.installation import OWNER, Installation, installed
from tests.support.rest import Caller


@pytest.fixture(scope="session")
async def signoff(sandbox_server: RunningSandbox) -> AsyncIterator[Installation]:
    """Pages, API and worker, allowed to reach a WordPress on this machine."""
    async with installed(
        SIGNOFF_GRAPH_URL=sandbox_server.graph_url, SIGNOFF_ALLOW_PRIVATE_ADDRESSES="127.0.0.0/8"
    ) as installation:
        await installation.start()
        await installation.found("Casa Luz", OWNER)
        yield installation


@pytest.fixture(scope="session")
async def olga(signoff: Installation) -> Caller:
    """The owner, with a token that may do everything."""
    return await signoff.token()


@pytest.fixture
async def brand(olga: Caller) -> AsyncIterator[str]:
    """A brand of the test's own; its id. Removed at the end, so that its accounts can be connected again."""
    made = await send(olga, "/brands", {"name": "Casa Luz", "time_zone": "Europe/Madrid"})
    yield made["id"]
    present = await olga.get(f"/brands/{made['id']}")
    assert (await olga.delete(f"/brands/{made['id']}", present)).status == 204
