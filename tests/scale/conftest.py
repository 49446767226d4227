"""A database with a hundred thousand deliveries, filled once; the largest organization has a third."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp
import pytest
from psycopg import AsyncConnection, Connection
from psycopg.sql import SQL, Identifier

from bench.scale.fill import Size, analyze, fill
from signoff.app import make_connectors
from signoff.connectors.base import Connector
from signoff.db.embedded import EmbeddedPostgres
from signoff.db.roles import OWNER
from signoff.db.session import Database
from signoff.db.urls import DatabaseUrls, conninfo
from signoff.http.client import Http
from signoff.kernel.people import Actor
from signoff.organizations.local import local_actor
from signoff.runtime import Runtime
from signoff.settings import Environment, Settings
from signoff.site import make_site
from signoff.web.live import LiveEvents
from tests.support.clock import ShiftableClock
from tests.support.database import TEMPLATE
from tests.support.noticeboard import Noticeboard
from tests.support.server import served

SIZE = Size(future=24_000, past=80_000, organizations=12, brands=12)
DUE = """
    update deliveries set due_at = now() - interval '20 minutes' where id in
        (select id from deliveries where state = 'scheduled' order by due_at limit 40)
"""


@pytest.fixture(scope="session")
async def filled_urls(
    postgres: EmbeddedPostgres, _template: DatabaseUrls, _maintenance: AsyncConnection
) -> AsyncIterator[DatabaseUrls]:
    statement = SQL("create database filled template {} owner {}")
    await _maintenance.execute(statement.format(Identifier(TEMPLATE), Identifier(OWNER)))
    await asyncio.to_thread(_fill, conninfo(postgres.admin_url().set(database="filled")))
    yield _template.of_database("filled")
    await _maintenance.execute("drop database filled with (force)")


def _fill(address: str) -> None:
    with Connection.connect(address, autocommit=True) as connection:
        fill(connection, SIZE, batch=2)
        connection.execute(DUE)
        analyze(connection)


@pytest.fixture
async def database(filled_urls: DatabaseUrls, clock: ShiftableClock) -> AsyncIterator[Database]:
    opened = Database(filled_urls, clock=clock, app_pool=4, worker_pool=4, name="tests")
    yield opened
    await opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Development over plain http, so that cookies work on the loopback address."""
    return Settings(environment=Environment.DEVELOPMENT, data_dir=tmp_path, public_url="http://127.0.0.1")


@pytest.fixture
def connectors(
    noticeboard: Noticeboard, settings: Settings, http: Http, clock: ShiftableClock
) -> Mapping[str, Connector]:
    """The real platforms, of which nothing is asked here, and one that publishes."""
    return {**make_connectors(settings, http, clock), "noticeboard": noticeboard}


@pytest.fixture
async def owner(runtime: Runtime) -> Actor:
    """The owner of the largest organization."""
    return await local_actor(runtime, "owner-2-1@scale.example")


@pytest.fixture
async def site(runtime: Runtime) -> AsyncIterator[str]:
    """Pages and REST, as `signoff web` serves them."""
    live = LiveEvents(runtime)
    async with served(make_site(runtime, live)) as url:
        yield url
        live.close()


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session
