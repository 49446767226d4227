"""The bench's own PostgreSQL: the one that Signoff carries, with the settings that Signoff gives it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, LiteralString

from psycopg import AsyncConnection
from psycopg.rows import scalar_row
from psycopg.sql import SQL, Identifier
from sqlalchemy import URL

from signoff.db.embedded import EmbeddedPostgres
from signoff.db.urls import conninfo

_COUNTERS: Final = """
    SELECT xact_commit, tup_inserted + tup_updated + tup_deleted
    FROM pg_stat_database WHERE datname = current_database()
"""
_OTHERS: Final = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'
"""
_GONE_WITHIN_S: Final = 5
_SETTLED: Final = "SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()"


@dataclass(frozen=True, slots=True)
class Counters:
    """What a database did so far."""

    commits: int
    rows: int


class Server:
    """The server in a folder; whoever opens it stops it."""

    def __init__(self, folder: Path) -> None:
        self._postgres = EmbeddedPostgres(folder)

    @property
    def pid(self) -> int:
        return self._postgres.pid

    def start(self) -> None:
        self._postgres.join()

    def stop(self) -> None:
        self._postgres.stop()

    def url(self, database: str | None = None) -> URL:
        """Give the administrator's address of a database."""
        url = self._postgres.admin_url()
        return url if database is None else url.set(database=database)

    async def connect(self, database: str | None = None) -> AsyncConnection:
        return await AsyncConnection.connect(conninfo(self.url(database)), autocommit=True)

    async def make(self, database: str) -> None:
        """Make an empty database."""
        async with await self.connect() as connection:
            await connection.execute(SQL("CREATE DATABASE {}").format(Identifier(database)))

    async def counters(self, database: str | None = None) -> Counters:
        """Read what a database did, its open connections included as far as they have told."""
        async with await self.connect(database) as connection:
            await connection.execute(_SETTLED)
            row = await (await connection.execute(_COUNTERS)).fetchone()
        assert row
        return Counters(*row)

    async def until_unused(self, database: str) -> None:
        """Wait, not for long, until nobody else is connected: a connection that ends tells all its counts."""
        deadline = time.monotonic() + _GONE_WITHIN_S
        while await self.number(_OTHERS, database) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)

    async def number(self, query: LiteralString, database: str | None = None) -> int:
        """Ask for one number."""
        async with await self.connect(database) as connection:
            cursor = connection.cursor(row_factory=scalar_row)
            found = await (await cursor.execute(query)).fetchone()
        return int(found or 0)
