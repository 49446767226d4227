"""While the database is away: the pages say so, the operators get a mail, and another one when it is back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from signoff.alerts.base import Route
from signoff.alerts.email import Email
from signoff.alerts.messages import Sender
from signoff.alerts.server import MailServer
from signoff.db.embedded import EmbeddedPostgres
from signoff.db.urls import conninfo
from signoff.organizations.found import found_organization
from signoff.runtime import Runtime
from signoff.site import make_site
from signoff.watch.watcher import Watcher
from signoff.web.live import LiveEvents
from tests.support.clock import ShiftableClock
from tests.support.mail import Mailbox
from tests.support.server import served

pytestmark = pytest.mark.server

TITLE = "The database can't be reached: nothing is published"
OVER = "Over: the database can be reached again"


@pytest.fixture
def mail(mailbox: Mailbox, clock: ShiftableClock) -> Route:
    return Email(MailServer.parse(mailbox.smtp_url), Sender("Signoff", "signoff@example.test"), clock)


@pytest.fixture
def away(runtime: Runtime, postgres: EmbeddedPostgres) -> Callable[[], AbstractAsyncContextManager[None]]:
    """Lets nobody into the test's database for a while."""
    name = str(runtime.database.urls.app.database)

    @asynccontextmanager
    async def for_a_while() -> AsyncIterator[None]:
        async with await AsyncConnection.connect(conninfo(postgres.admin_url()), autocommit=True) as admin:
            change = SQL("alter database {} allow_connections {}")
            await admin.execute(change.format(Identifier(name), SQL("false")))
            await admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name]
            )
            yield
            await admin.execute(change.format(Identifier(name), SQL("true")))

    return for_a_while


async def test_the_operators_known_last_are_told_once_and_when_it_is_over(
    runtime: Runtime,
    mailbox: Mailbox,
    clock: ShiftableClock,
    away: Callable[[], AbstractAsyncContextManager[None]],
) -> None:
    operator = mailbox.address()
    await found_organization(runtime, "Casa Luz", operator, "Olga Owner")
    watcher = Watcher(runtime, [], serves_pages=True)
    at_work = Watcher(runtime, [], serves_pages=False)
    for each in (watcher, at_work):
        await each.round()
    async with away():
        for _ in range(8):
            for each in (watcher, at_work):
                await each.round()
            clock.advance(timedelta(seconds=15))
    await watcher.round()
    subjects = [message["subject"] for message in await mailbox.messages_to(operator)]
    assert [subject for subject in subjects if subject in {TITLE, OVER}] == [TITLE, OVER]


async def test_pages_and_monitors_hear_which_part_is_not_ready(
    runtime: Runtime, away: Callable[[], AbstractAsyncContextManager[None]]
) -> None:
    live = LiveEvents(runtime)
    async with served(make_site(runtime, live)) as url, aiohttp.ClientSession() as http:
        async with http.get(f"{url}/readyz") as answer:
            assert answer.status == 200
            parts = (await answer.json())["parts"]
            assert {name: part["ok"] for name, part in parts.items()} == {
                "database": True,
                "migrations": True,
                "publishing": True,
            }
        async with away():
            async with http.get(f"{url}/readyz") as answer:
                assert answer.status == 503
                said = (await answer.json())["parts"]["database"]
                assert said["ok"] is False
                assert str(runtime.database.urls.app.host) not in said["said"]
            async with http.get(f"{url}/healthz") as answer:
                assert answer.status == 200, "the process itself lives"
            cookie = {"Cookie": "__Host-signoff=x; signoff=x"}
            async with http.get(f"{url}/", headers=cookie) as answer:
                assert answer.status == 503
                assert "The database can&#39;t be reached" in await answer.text()
    live.close()
