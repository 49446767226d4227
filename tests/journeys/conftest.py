"""One Signoff for all journeys: a real process with its database, with the sandbox behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from playwright.async_api import Browser

from signoff.sandbox.server import RunningSandbox
from tests.journeys.steps import connected, send
from tests.support.installation import OWNER, Installation, installed
from tests.support.rest import Caller
from tests.support.sandbox import Account, Sandbox
from tests.web.browser.conftest import Screen, browser
from tests.web.visitor import Visitor

__all__ = ["browser"]


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


@dataclass(frozen=True, slots=True)
class Page:
    """A Facebook Page of the sandbox, and the channel that leads to it."""

    account: Account
    channel: str
    sandbox: Sandbox

    def texts(self) -> list[str]:
        """What its followers read, newest first."""
        return [str(post["text"]) for post in self.sandbox.posts(self.account.id)]


@pytest.fixture
async def page(olga: Caller, brand: str, sandbox: Sandbox) -> Page:
    """The brand's Facebook Page."""
    account = sandbox.seed_facebook(name="Casa Luz")
    login = {"page_id": account.id, "access_token": account.token}
    return Page(account, await connected(olga, brand, "facebook", login), sandbox)


@pytest.fixture
async def visitor(signoff: Installation) -> AsyncIterator[Visitor]:
    """The owner in a browser without scripts, signed in by a one-time link."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        visitor = Visitor(http, signoff.url)
        link = (await signoff.found("Casa Luz", OWNER)).removeprefix(signoff.url)
        await visitor.get(link)
        await visitor.send(link)
        yield visitor


@pytest.fixture
async def screen(signoff: Installation, browser: Browser) -> AsyncIterator[Screen]:
    """The owner in a real browser, who came in by a one-time link."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    screen = Screen(await context.new_page(), signoff.url)
    screen.page.on("console", screen.heard)
    screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
    await screen.page.goto(await signoff.found("Casa Luz", OWNER))
    await screen.page.click("button:has-text('Sign in')")
    await screen.page.wait_for_url(f"{signoff.url}/")
    yield screen
    await context.close()
