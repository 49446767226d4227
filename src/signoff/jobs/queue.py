"""The queue of background jobs: PgQueuer, in a schema of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.psycopg import PsycopgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings
from pgqueuer.ports.driver import NotifyCallback
from psycopg import AsyncConnection
from sqlalchemy import URL

from signoff.db.urls import conninfo

SCHEMA: Final = "jobs"
_HEARS_WITHIN_S: Final = 10.0


@asynccontextmanager
async def opened_queue(url: URL) -> AsyncIterator[tuple[PgQueuer, Queries]]:
    """Open the queue on connections of its own, which it keeps as long as the block runs."""
    async with await _connect(url) as connection, await _connect(url) as ear:
        queries = _queries(_Driver(connection, ear))
        yield PgQueuer(queries.driver, queries=queries), queries


async def _connect(url: URL) -> AsyncConnection:
    return await AsyncConnection.connect(
        conninfo(url), autocommit=True, connect_timeout=10, application_name="signoff jobs"
    )


class _Driver(PsycopgDriver):
    """Listens on a second connection: a listening one keeps each statement waiting for up to a second."""

    def __init__(self, connection: AsyncConnection, ear: AsyncConnection) -> None:
        super().__init__(connection)
        self._ear = PsycopgDriver(ear)
        self._hears = asyncio.Event()

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        await self._ear.add_listener(channel, callback)
        self._hears.set()

    async def notify(self, channel: str, payload: str) -> None:
        # The queue asks itself whether it hears while its ear is still being opened. On one connection the
        # question would come second by itself; here, asked too early, it would be lost, and all start anew.
        await asyncio.wait_for(self._hears.wait(), _HEARS_WITHIN_S)
        await super().notify(channel, payload)

    async def remove_listener(self, channel: str, callback: NotifyCallback) -> None:
        await self._ear.remove_listener(channel, callback)

    async def __aexit__(self, *_: object) -> None:
        await super().__aexit__()
        if self._entered == 0:
            await self._ear.__aexit__()


def _queries(driver: PsycopgDriver) -> Queries:
    # Given rather than read from the environment, where PGQUEUER_* may be meant for another program.
    settings = DBSettings.model_validate({"prefix": "", "db_schema": SCHEMA, "channel": "ch_pgqueuer"})
    return Queries(
        driver,
        qbe=QueryBuilderEnvironment(settings),
        qbq=QueryQueueBuilder(settings),
        qbs=QuerySchedulerBuilder(settings),
    )
