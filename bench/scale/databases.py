"""The two databases that are compared: one with a thousand deliveries each way, one with millions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from psycopg import Connection
from psycopg.sql import SQL, Identifier

from bench.scale.fill import Size, analyze, fill, without_indexes
from signoff.db import migrate
from signoff.db.embedded import EmbeddedPostgres
from signoff.db.roles import OWNER, provide_database
from signoff.db.urls import DatabaseUrls, conninfo

TYPICAL: Final = Size(future=1000, past=1000, organizations=1, brands=1)
"""The organization whose pages are measured: the same in both databases. Its future fills a month."""

# Nothing here needs to survive a power cut while it is made; memory as on a small server of its own.
_SETTINGS: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "8GB",
    "shared_buffers": "1GB",
    "random_page_cost": "1.1",
}
_SIZES: Final = """
    select relname, pg_total_relation_size(oid) from pg_class
     where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
"""

Tell = Callable[[str, float], None]


@contextmanager
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    """Run a private server whose data stays in the folder."""
    postgres = EmbeddedPostgres(folder, extra_settings=_SETTINGS)
    postgres.start()
    try:
        yield postgres
    finally:
        postgres.stop()


async def provided(
    postgres: EmbeddedPostgres, folder: Path, name: str, size: Size, tell: Tell
) -> DatabaseUrls:
    """Give the addresses of a database of this size; it is made unless it is there, and migrated."""
    urls = await provide_database(postgres.admin_url(), data_dir=folder)
    with connected(postgres, "postgres") as admin:
        if not admin.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            # It gets its name when it is complete, so half a database is never measured.
            admin.execute("drop database if exists half")
            admin.execute(SQL("create database half owner {}").format(Identifier(OWNER)))
            await migrate.upgrade(urls.of_database("half"))
            with connected(postgres, "half") as connection:
                _build(connection, size, tell)
            admin.execute(SQL("alter database half rename to {}").format(Identifier(name)))
    await migrate.upgrade(urls.of_database(name))
    with connected(postgres, name) as connection:
        analyze(connection)
    return urls.of_database(name)


def _build(connection: Connection[Any], size: Size, tell: Tell) -> None:
    back = without_indexes(connection)
    fill(connection, TYPICAL, batch=1)
    if size != TYPICAL:
        fill(connection, size, batch=2, tell=tell)
    began = time.monotonic()
    connection.execute("set maintenance_work_mem to '1GB'")
    for definition in back:
        connection.execute(definition.encode())
    tell("indexes", time.monotonic() - began)
    began = time.monotonic()
    analyze(connection)
    tell("vacuum", time.monotonic() - began)


@contextmanager
def connected(postgres: EmbeddedPostgres, name: str) -> Iterator[Connection[Any]]:
    """Connect to a database as the superuser; each statement is committed by itself."""
    address = conninfo(postgres.admin_url().set(database=name))
    with Connection.connect(address, autocommit=True) as connection:
        yield connection
