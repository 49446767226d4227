"""Pages and worker as processes of their own."""

from __future__ import annotations

import sys

import aiohttp

from signoff.sandbox.server import RunningSandbox
from tests.journeys.steps import came_to, connected, published_now, read, send, submitted
from tests.support.installation import OWNER, Installation, installed
from tests.support.sandbox import Sandbox

WEB = [sys.executable, "-m", "signoff.cli.main", "web"]


async def test_nothing_goes_out_without_a_worker_and_one_that_comes_takes_what_is_due(
    sandbox_server: RunningSandbox, sandbox: Sandbox
) -> None:
    account = sandbox.seed_facebook(name="Casa Luz")
    login = {"page_id": account.id, "access_token": account.token}
    async with installed(SIGNOFF_GRAPH_URL=sandbox_server.graph_url) as pages:
        await pages.start(WEB)
        await pages.found("Casa Luz", OWNER)
        api = await pages.token()
        brand = await send(api, "/brands", {"name": "Casa Luz", "time_zone": "Europe/Madrid"})
        channel = await connected(api, brand["id"], "facebook", login)
        (delivery,) = await published_now(api, await submitted(api, brand["id"], channel))
        health = await read(api, "/health/publishing")
        assert (health["workers_alive"], health["backlog"], sandbox.posts(account.id)) == (0, 1, [])

        assert (await pages.command("worker", "--until-idle")).code == 0
        await came_to(api, delivery, "published")
        assert len(sandbox.posts(account.id)) == 1


async def test_somebody_who_listens_doesnt_keep_it_from_stopping(signoff: Installation) -> None:
    async with installed() as own:
        await own.start()
        await own.found("Casa Luz", OWNER)
        api = await own.token()
        async with (
            aiohttp.ClientSession(headers=api.headers) as http,
            http.get(f"{api.url}/events") as stream,
        ):
            assert stream.status == 200
            await own.stop()
        assert own.process is not None
        assert own.process.returncode == 0, own.log


async def test_a_port_that_is_taken_is_told(signoff: Installation) -> None:
    async with installed() as own:
        taken = signoff.settings["SIGNOFF_PORT"]
        refused = await own.command("serve", SIGNOFF_PORT=taken)
        assert refused.code != 0
        assert taken in refused.errors + refused.out
        assert "Traceback" not in refused.errors
        assert list(own.folder.glob("**/postmaster.pid")) == []
