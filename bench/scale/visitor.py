"""A person who opens pages: the owner of a filled organization, and what serves her."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bench.scale.site import served
from signoff.alerts.null import PageOnly
from signoff.app import make_connectors, settle_memory
from signoff.db.session import Database
from signoff.db.urls import DatabaseUrls
from signoff.http.client import Http
from signoff.http.fetching import fetch_with
from signoff.kernel.clock import SystemClock
from signoff.media.folder import FolderStore
from signoff.organizations.found import found_organization
from signoff.organizations.sign_in import use_link
from signoff.runtime import Runtime
from signoff.settings import Environment, Settings
from signoff.site import make_site
from signoff.vault import Vault
from signoff.web.cookies import session_cookie
from signoff.web.live import LiveEvents


@asynccontextmanager
async def opened(urls: DatabaseUrls, folder: Path) -> AsyncIterator[Runtime]:
    clock, http, database = SystemClock(), Http(), Database(urls)
    settings = Settings(
        environment=Environment.DEVELOPMENT,
        data_dir=folder,
        public_url="http://127.0.0.1",
        # The same hundred posts of four accounts are claimed again and again.
        facebook_calls_per_hour=0,
        instagram_calls_per_hour=0,
    )
    try:
        yield Runtime(
            settings=settings,
            clock=clock,
            database=database,
            connectors=make_connectors(settings, http, clock),
            media=FolderStore(folder / "media"),
            vault=Vault(["a-key-that-only-the-bench-uses-0123456789"]),
            fetch=fetch_with(http, max_bytes=settings.upload_max_bytes),
            mail=PageOnly(),
        )
    finally:
        await http.close()
        await database.close()


@asynccontextmanager
async def visitor(
    runtime: Runtime, *, batch: int
) -> AsyncIterator[tuple[aiohttp.ClientSession, str, object]]:
    """The owner of the largest organization of a batch, signed in to the pages on a free port."""
    founded = await found_organization(runtime, f"Bakery {batch}-1", f"owner-{batch}-1@scale.example")
    signed = await use_link(runtime, founded.link.rpartition("/")[2], ip="127.0.0.1", user_agent="bench")
    live = LiveEvents(runtime)
    settle_memory()  # as any process of Signoff does once it is up
    jar = aiohttp.CookieJar(unsafe=True)
    async with served(make_site(runtime, live)) as site, aiohttp.ClientSession(cookie_jar=jar) as http:
        jar.update_cookies({session_cookie(runtime.settings): signed.session_secret})
        yield http, site, founded.organization_id
        live.close()
