"""A migrated database that the tests of a process get one after the other, emptied in between.

To copy the template costs ten times as much, and connections to a new database start with nothing prepared or
compiled. Who alters more than rows spoils it: then the next test gets another copy.
"""

from __future__ import annotations

from typing import Any, Final, LiteralString, TypeAlias

from psycopg import AsyncConnection, Error
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import URL

from signoff.db.session import Database
from signoff.db.urls import DatabaseUrls, conninfo
from tests.support.clock import ShiftableClock
from tests.support.waiting import until

_VACUUM_EVERY: Final = 100
"""Tests after which the space of deleted rows is used again."""

# Foreign keys and the triggers that keep history from being deleted are for everybody else.
_SETTINGS: Final = "-c session_replication_role=replica -c lock_timeout=3s -c client_min_messages=error"

_TABLES: Final = """
    select relnamespace::regnamespace::text, relname from pg_class
    where relkind = 'r' and oid >= 16384 and relnamespace <> 'pg_toast'::regnamespace order by oid
"""
_BUSY: Final = """
    select count(*) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'
"""
# Whatever is altered in the catalogue gets the number of the transaction that did it.
_SHAPE: Final = """
    select array[
        (select concat(count(*), ' ', sum(xmin::text::bigint)) from pg_class where oid >= 16384),
        (select concat(count(*), ' ', sum(xmin::text::bigint)) from pg_attribute where attrelid >= 16384),
        (select concat(count(*), ' ', sum(xmin::text::bigint)) from pg_constraint where oid >= 16384),
        (select concat(count(*), ' ', sum(xmin::text::bigint)) from pg_trigger),
        (select concat(count(*), ' ', sum(xmin::text::bigint)) from pg_policy),
        (select concat(count(*), ' ', sum(xmin::text::bigint)) from pg_proc where oid >= 16384),
        (select concat(count(*), ' ', sum(xmin::text::bigint)) from pg_namespace),
        (select concat(count(*), ' ', sum(xmin::text::bigint)) from pg_default_acl),
        (select concat(count(*), ' ', sum(xmin::text::bigint)) from pg_db_role_setting),
        (select concat(count(*), ' ', sum(xmin::text::bigint)) from pg_authid)
    ]
"""
_NUMBERS: Final = """
    select setval(seqrelid::regclass, seqstart, false) from pg_sequence
    where pg_sequence_last_value(seqrelid) is not null
"""

Row: TypeAlias = tuple[Any, ...]
Query: TypeAlias = LiteralString | Composed


class KeptDatabase:
    """One copy of the template, as empty as the template was whenever `empty` said yes."""

    def __init__(self, urls: DatabaseUrls, connection: AsyncConnection, clock: ShiftableClock) -> None:
        self.urls = urls
        self.database = Database(urls, clock=clock, app_pool=4, worker_pool=4, name="tests")
        """Connections that outlive a test; all of them were given back."""
        self._connection = connection
        self._empty: Query = ""
        self._brought: Query = ""
        self._shape: list[Row] = []
        self._turns = 0

    @classmethod
    async def of(cls, urls: DatabaseUrls, admin: URL, clock: ShiftableClock) -> KeptDatabase:
        """Look at a copy of the template that nobody used yet."""
        address = conninfo(admin.set(database=urls.app.database))
        kept = cls(urls, await AsyncConnection.connect(address, autocommit=True, options=_SETTINGS), clock)
        await kept._look()
        return kept

    async def empty(self) -> bool:
        """Take away what the last test left; no where that isn't possible, or wasn't all."""
        try:
            await until(self._is_idle, within_s=1)
            async with self._connection.transaction():
                await self._rows(self._empty)
                await self._rows(_NUMBERS)
            self._turns += 1
            if self._turns % _VACUUM_EVERY == 0:
                await self._connection.execute("vacuum")
            return await self._looks() == self._shape
        except (Error, TimeoutError):
            return False

    async def close(self) -> None:
        await self.database.close()
        await self._connection.close()

    async def _look(self) -> None:
        emptied: list[Identifier] = []
        brought: list[Identifier] = []
        for schema, name in await self._rows(_TABLES):
            table = Identifier(schema, name)
            has_rows = await self._rows(Composed([SQL("select 1 from "), table, SQL(" limit 1")]))
            (brought if has_rows else emptied).append(table)
        one_by_one = SQL(", ").join(
            Composed([Identifier(f"t{number}"), SQL(" as (delete from "), table, SQL(")")])
            for number, table in enumerate(emptied)
        )
        self._empty = Composed([SQL("with "), one_by_one, SQL(" select")])
        self._brought = SQL(" union all ").join(
            Composed([SQL("select md5(string_agg(t::text, ' ' order by t::text)) from "), table, SQL(" t")])
            for table in brought
        )
        self._shape = await self._looks()

    async def _looks(self) -> list[Row]:
        return [*await self._rows(_SHAPE), *await self._rows(self._brought)]

    async def _is_idle(self) -> bool:
        """What was cancelled at the end of a test is rolled back a moment later."""
        return await self._rows(_BUSY) == [(0,)]

    async def _rows(self, query: Query) -> list[Row]:
        return await (await self._connection.execute(query, prepare=True)).fetchall()
