"""Signoff is stopped in the middle, and started again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from signoff.sandbox.server import RunningSandbox
from tests.journeys.steps import came_to, connected, published_now, read, send, submitted
from tests.support.installation import OWNER, Installation, installed
from tests.support.rest import Caller
from tests.support.sandbox import Account, Sandbox
from tests.support.waiting import until

SLOW_S = 3


@pytest.fixture
async def own(sandbox_server: RunningSandbox) -> AsyncIterator[Installation]:
    """An installation that the test may stop."""
    async with installed(SIGNOFF_GRAPH_URL=sandbox_server.graph_url) as installation:
        await installation.start()
        await installation.found("Casa Luz", OWNER)
        yield installation


async def facebook(api: Caller, account: Account) -> tuple[str, str]:
    brand = await send(api, "/brands", {"name": "Casa Luz", "time_zone": "Europe/Madrid"})
    login = {"page_id": account.id, "access_token": account.token}
    return brand["id"], await connected(api, brand["id"], "facebook", login)


async def test_what_is_on_its_way_is_finished_before_it_ends(own: Installation, sandbox: Sandbox) -> None:
    account = sandbox.seed_facebook(name="Casa Luz")
    api = await own.token()
    post = await submitted(api, *await facebook(api, account))
    sandbox.fault("facebook.publish", "hang_after", seconds=SLOW_S)
    (delivery,) = await published_now(api, post)

    async def is_out() -> bool:
        return len(await asyncio.to_thread(sandbox.posts, account.id)) == 1

    await until(is_out)
    await own.stop()
    assert own.process is not None
    assert own.process.returncode == 0, own.log
    assert list(own.folder.glob("**/postmaster.pid")) == [], "its database is stopped, too"

    await own.start()
    detail = await came_to(api, delivery, "published", within_s=100)
    assert detail["permalink"] == sandbox.posts(account.id)[0]["permalink"]
    assert len(sandbox.posts(account.id)) == 1
    assert (await read(api, f"/posts/{post}"))["state"] == "approved"
