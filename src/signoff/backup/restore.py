"""Restoring a backup: the whole database in one transaction, or nothing of it.

The same transaction puts everything on hold and says when the backup was made, so that there is no moment in
which a worker could take the restored schedule for the present. What was open is then looked for
(`records.deliveries.restored`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
from alembic.util import CommandError
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from signoff.backup.archive import Reader
from signoff.backup.files import missing_pages, pages_aside, restore_media
from signoff.backup.installation import Installation
from signoff.backup.manifest import BadBackup, Manifest
from signoff.backup.tables import Sql, Table, set_sequences, without_links, write_rows
from signoff.db import migrate
from signoff.kernel.errors import NoSpace, NotFound, Unavailable, WrongState
from signoff.media.files import space_told
from signoff.records.deliveries.restored import notes_of_restore

_OTHERS: Final = text("""
    select count(*) from pg_stat_activity where datname = current_database()
       and application_name in ('signoff app', 'signoff worker', 'signoff jobs')
""")
_NEVER_BACK: Final = text(
    "select setval('intent_numbers', greatest(nextval('intent_numbers'), cast(:last as bigint)))"
)

_CLOCKS_DIFFER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup that was looked through and found whole."""

    reader: Reader
    made_at: datetime
    signoff: str
    pictures: int
    key_ids: tuple[str, ...]


@contextmanager
def opened_backup(path: Path) -> Iterator[Opened]:
    """Open a backup and compare every byte of it with its checksums. Blocks for as long as that takes.

    Raises:
        NotFound: There is no such file.
        BadBackup: It is no backup, is damaged, or was made by a newer Signoff.
    """
    if not path.is_file():
        raise NotFound(f"There is no file {path}.")
    reader = Reader(path)
    try:
        reader.verify()
        facts = reader.manifest
        yield Opened(reader, facts.made_at, facts.signoff, facts.pictures, facts.key_ids)
    finally:
        reader.close()


async def restore_backup(installation: Installation, backup: Opened) -> None:
    """Replace everything in the database by the backup, add its files, and hold everything.

    Raises:
        WrongState: Signoff is running on this database, or a file lies where a folder must come.
        BadBackup: It is of the future, its rows don't fit together, or this Signoff is too old for it.
        NoSpace: The disk is full; the database is as it was.
        Unavailable: The database can't be reached.
    """
    await asyncio.to_thread(_restore, installation, backup)


def _restore(installation: Installation, backup: Opened) -> None:
    """What can be refused is found out before the first file changes; what the public sees changes last."""
    _check_time(installation, backup)
    exports, reader = installation.exports, backup.reader
    pages = missing_pages(exports, reader)
    engine = create_engine(
        installation.urls.owner, poolclass=NullPool, connect_args={"application_name": "signoff restore"}
    )
    try:
        with space_told(), ExitStack() as aside:
            with _said(), engine.connect() as connection, connection.begin():
                _restore_database(connection, installation, backup)
                restore_media(installation.media, reader)
                show = aside.enter_context(pages_aside(exports, reader, pages))
            show()
    finally:
        engine.dispose()


def _check_time(installation: Installation, backup: Opened) -> None:
    """What happened after a backup of the future would count as older than it."""
    if backup.made_at > datetime.now(UTC) + installation.clock_offset + _CLOCKS_DIFFER:
        raise BadBackup(
            f"The backup says that it was made at {backup.made_at:%Y-%m-%d %H:%M} UTC, which is yet to come.",
            next_step="Check this machine's clock, or use another one.",
        )


@contextmanager
def _said() -> Iterator[None]:
    """Say in words what the database or the migrations refuse."""
    try:
        yield
    except CommandError as problem:
        raise BadBackup(
            f"The backup or the database is of a newer Signoff: {problem}", next_step="Update Signoff first."
        ) from problem
    except (DBAPIError, psycopg.Error) as problem:
        raise _in_words(getattr(problem, "orig", None) or problem) from problem


def _in_words(problem: BaseException) -> BadBackup | NoSpace | Unavailable | WrongState:
    if isinstance(problem, psycopg.errors.LockNotAvailable):
        return _running()
    if isinstance(problem, psycopg.errors.DiskFull):
        return NoSpace(
            "The database's disk is full; the database is as it was.",
            next_step="It needs room for what is there and for what comes back. Free some, then try again.",
        )
    if isinstance(problem, psycopg.OperationalError):
        return Unavailable(f"The database can't be reached: {problem}", next_step="Try again.")
    return BadBackup(
        f"The rows of the backup don't fit together: {problem}", next_step="Nothing was changed. Use another."
    )


def _running() -> WrongState:
    return WrongState(
        "Signoff is running on this database.", next_step="Stop every process of it, then restore."
    )


def _restore_database(connection: Connection, installation: Installation, backup: Opened) -> None:
    if connection.scalar(_OTHERS):
        raise _running()
    offset = f"{installation.clock_offset.total_seconds()} seconds"
    connection.execute(text("select set_config('lock_timeout', '10s', true)"))
    connection.execute(text("select set_config('signoff.clock_offset', :offset, true)"), {"offset": offset})
    intents = _intents(connection)
    facts = backup.reader.manifest
    migrate.rebuild(connection, facts.revision)
    _load(_driver(connection), backup.reader, facts)
    migrate.upgrade_within(connection)
    if intents:
        connection.execute(_NEVER_BACK, {"last": intents})
    reason = f"The backup of {backup.made_at:%Y-%m-%d %H:%M} UTC was restored."
    for statement in notes_of_restore(backup.made_at, reason):
        connection.execute(statement)


def _intents(connection: Connection) -> int:
    """The number of the last intent in the database that is replaced: it never goes back."""
    query = "select pg_sequence_last_value(to_regclass('public.intent_numbers'))"
    return int(connection.scalar(text(query)) or 0)


def _driver(connection: Connection) -> Sql:
    driver: Any = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError
    return driver


def _load(sql: Sql, reader: Reader, facts: Manifest) -> None:
    back = without_links(sql)
    for name, columns in facts.tables.items():
        # Rows that came with the migrations are replaced, too.
        table = Table(name, columns)
        sql.execute(table.empty)
        write_rows(sql, table, reader.pieces(f"database/{name}"))
    for statement in back:
        sql.execute(statement)
    set_sequences(sql, facts.sequences)
