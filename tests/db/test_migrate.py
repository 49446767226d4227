"""Migrations go forward and back, one process at a time, and give way to who works with the tables."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import pytest
from psycopg import AsyncConnection

from signoff.db import migrate
from signoff.db.errors import MigrationBusy
from signoff.db.migrate import Patience
from signoff.db.urls import DatabaseUrls, conninfo

IMPATIENT: Final = Patience(
    turn=timedelta(milliseconds=50), lock=timedelta(milliseconds=50), tries=timedelta(milliseconds=50)
)
PERSISTENT: Final = Patience(lock=timedelta(milliseconds=50), tries=timedelta(seconds=30))


@pytest.fixture
async def owner(database_urls: DatabaseUrls) -> AsyncIterator[AsyncConnection]:
    async with await AsyncConnection.connect(conninfo(database_urls.owner)) as connection:
        yield connection
        await connection.rollback()


async def tables(urls: DatabaseUrls) -> set[str]:
    query = "select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'"
    async with await AsyncConnection.connect(conninfo(urls.owner)) as connection:
        return {row[0] for row in await (await connection.execute(query)).fetchall()}


async def migration_waits_for_a_lock(urls: DatabaseUrls) -> None:
    query = """
        select count(*) from pg_stat_activity
         where application_name = 'signoff migrations' and wait_event_type = 'Lock'
           and datname = current_database()
    """
    async with (
        asyncio.timeout(30),
        await AsyncConnection.connect(conninfo(urls.owner), autocommit=True) as connection,
    ):
        while (await (await connection.execute(query)).fetchone()) == (0,):
            pass


async def test_an_empty_database_is_brought_to_the_newest_tables(empty_database_urls: DatabaseUrls) -> None:
    assert await migrate.current(empty_database_urls) is None
    await migrate.upgrade(empty_database_urls)
    assert await migrate.current(empty_database_urls) == migrate.head()
    assert "deliveries" in await tables(empty_database_urls)


async def test_the_way_back_leaves_nothing_and_can_be_gone_again(database_urls: DatabaseUrls) -> None:
    before = await tables(database_urls)
    await migrate.downgrade(database_urls, "base")
    assert await tables(database_urls) == set()
    await migrate.upgrade(database_urls)
    assert await tables(database_urls) == before


async def test_processes_that_start_together_migrate_once(empty_database_urls: DatabaseUrls) -> None:
    await asyncio.gather(*(migrate.upgrade(empty_database_urls) for _ in range(3)))
    assert await migrate.current(empty_database_urls) == migrate.head()


async def test_a_table_in_use_makes_the_migration_give_way(
    database_urls: DatabaseUrls, owner: AsyncConnection
) -> None:
    before = await tables(database_urls)
    await owner.execute("select from deliveries")  # holds a lock until the transaction ends
    with pytest.raises(MigrationBusy, match="in use"):
        await migrate.downgrade(database_urls, "base", patience=IMPATIENT)
    # The step that gave way left nothing half done: those before it can be gone again.
    assert "deliveries" in await tables(database_urls)
    await owner.rollback()
    await migrate.upgrade(database_urls)
    assert await tables(database_urls) == before


async def test_it_is_tried_again_until_the_table_is_free(
    database_urls: DatabaseUrls, owner: AsyncConnection
) -> None:
    await owner.execute("select from organizations")
    migration = asyncio.create_task(migrate.downgrade(database_urls, "base", patience=PERSISTENT))
    await migration_waits_for_a_lock(database_urls)
    assert not migration.done()
    await owner.rollback()
    await migration
    assert await tables(database_urls) == set()


async def test_a_second_process_waits_for_its_turn(
    database_urls: DatabaseUrls, owner: AsyncConnection
) -> None:
    await owner.execute("select from organizations")
    first = asyncio.create_task(migrate.downgrade(database_urls, "base", patience=PERSISTENT))
    await migration_waits_for_a_lock(database_urls)
    with pytest.raises(MigrationBusy, match="another process"):
        await migrate.upgrade(database_urls, patience=IMPATIENT)
    second = asyncio.create_task(migrate.upgrade(database_urls))
    await owner.rollback()
    await asyncio.gather(first, second)
    assert await migrate.current(database_urls) == migrate.head()
