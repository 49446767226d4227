"""The queue of background jobs: PgQueuer, in a schema of its own."""

from __future__ import annotations

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
from psycopg import AsyncConnection
from sqlalchemy import URL

from signoff.db.urls import conninfo

SCHEMA: Final = "jobs"


@asynccontextmanager
async def opened_queue(url: URL) -> AsyncIterator[tuple[PgQueuer, Queries]]:
    """Open the queue on a connection of its own, which it keeps as long as the block runs."""
    info = conninfo(url)
    async with await AsyncConnection.connect(
        info, autocommit=True, connect_timeout=10, application_name="signoff jobs"
    ) as connection:
        queries = _queries(connection)
        yield PgQueuer(queries.driver, queries=queries), queries


def _queries(connection: AsyncConnection) -> Queries:
    # Given rather than read from the environment, where PGQUEUER_* may be meant for another program.
    settings = DBSettings.model_validate({"prefix": "", "db_schema": SCHEMA, "channel": "ch_pgqueuer"})
    return Queries(
        PsycopgDriver(connection),
        qbe=QueryBuilderEnvironment(settings),
        qbq=QueryQueueBuilder(settings),
        qbs=QuerySchedulerBuilder(settings),
    )
