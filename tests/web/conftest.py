"""The pages over real HTTP, and people who use them: `page = await olga.get("/posts")`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeAlias

import aiohttp
import pytest
from yarl import URL

from signoff.kernel.people import Actor, Role
from signoff.organizations.found import found_organization
from signoff.organizations.invite import invite_member
from signoff.organizations.local import local_actor
from signoff.organizations.sign_in import use_link
from signoff.runtime import Runtime
from signoff.settings import Environment, Settings
from signoff.web.cookies import session_cookie
from signoff.web.live import LiveEvents
from tests.support.applications import Applications
from tests.support.people import PASSWORD, SOMEWHERE, secret_of
from tests.support.server import Show
from tests.web.visitor import Visitor

Arrive: TypeAlias = Callable[..., Awaitable[Visitor]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Development over plain http, so that cookies work on the loopback address."""
    return Settings(environment=Environment.DEVELOPMENT, data_dir=tmp_path, public_url="http://127.0.0.1")


@pytest.fixture
async def site(runtime: Runtime, applications: Applications, show: Show) -> AsyncIterator[str]:
    """The pages' address."""
    live = LiveEvents(runtime)
    async with show(applications.web(runtime, live)) as url:
        yield url
        live.close()


@pytest.fixture
async def stranger(site: str) -> AsyncIterator[Visitor]:
    """A browser that isn't signed in."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Visitor(http, site)


@pytest.fixture
async def arrive(runtime: Runtime, owner: Actor, site: str) -> AsyncIterator[Arrive]:
    """Brings somebody in who opened a one-time link: `await arrive(Role.AUTHOR)`."""
    async with AsyncExitStack() as browsers:

        async def sign_in(role: Role, email: str = "") -> Visitor:
            email = email or f"{role}@casaluz.example"
            if role is Role.OWNER:
                link = (await found_organization(runtime, "Casa Luz", owner.email)).link
                email = owner.email
            else:
                link = (await invite_member(runtime, owner, email, role, str(role).title())).link or ""
            opened = await use_link(runtime, secret_of(link), **SOMEWHERE, new_password=PASSWORD)
            jar = aiohttp.CookieJar(unsafe=True)
            jar.update_cookies({session_cookie(runtime.settings): opened.session_secret}, URL(site))
            visitor = Visitor(await browsers.enter_async_context(aiohttp.ClientSession(cookie_jar=jar)), site)
            visitor.actor = await local_actor(runtime, email)
            await visitor.get("/search")
            return visitor

        yield sign_in


@pytest.fixture
async def olga(arrive: Arrive) -> Visitor:
    """The owner, signed in."""
    return await arrive(Role.OWNER)
