"""Bring the tables to the version that this code needs, or back. One process at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import stamina
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from signoff.db.errors import MigrationBusy
from signoff.db.urls import DatabaseUrls

SCRIPTS: Final = Path(__file__).parent / "migrations"

_TURN: Final = 0x5167_0FF1
"""Advisory lock that processes which migrate the same database take in turns."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait before giving up."""

    turn: timedelta = timedelta(minutes=10)
    """For another process's migrations."""
    lock: timedelta = timedelta(seconds=3)
    """For a table, at each try; meanwhile everybody else waits behind us."""
    tries: timedelta = timedelta(minutes=2)
    """For all tries together."""


PATIENT: Final = Patience()


async def upgrade(urls: DatabaseUrls, revision: str = "head", *, patience: Patience = PATIENT) -> None:
    """Carry out the migrations up to `revision`. Each is committed on its own, so a retry goes on from there.

    Raises:
        MigrationBusy: The tables were in use, or another process was migrating, for too long.
    """
    await _migrate(urls, lambda config: command.upgrade(config, revision), patience)


async def downgrade(urls: DatabaseUrls, revision: str, *, patience: Patience = PATIENT) -> None:
    """Take the migrations after `revision` back; `base` takes back all. Raises as `upgrade`."""
    await _migrate(urls, lambda config: command.downgrade(config, revision), patience)


def rebuild(connection: Connection, revision: str) -> None:
    """Take away all tables and make empty ones of this revision, in the caller's transaction.

    Raises:
        alembic.util.CommandError: The database, or the revision, is of a newer Signoff.
    """
    connection.execute(text("select pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
    config = _config()
    config.attributes["connection"] = connection
    if MigrationContext.configure(connection).get_current_revision() is not None:
        command.downgrade(config, "base")
    command.upgrade(config, revision)


def upgrade_within(connection: Connection) -> None:
    """Bring the tables to the newest revision, in the caller's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def current(urls: DatabaseUrls) -> str | None:
    """The revision that the database is at; None before the first."""
    async with _owner_connection(urls) as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


def head() -> str | None:
    """The revision that this code needs; None as long as there is none."""
    return ScriptDirectory.from_config(_config()).get_current_head()


async def _migrate(urls: DatabaseUrls, step: Callable[[Config], None], patience: Patience) -> None:
    def carry_out(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        step(config)

    async with _owner_connection(urls) as connection:
        try:
            await _wait_for_turn(connection, patience.turn)
            await _limit_lock_waits(connection, patience.lock)
            async for attempt in stamina.retry_context(
                on=_is_busy, attempts=None, timeout=patience.tries, wait_initial=0.5, wait_max=10.0
            ):
                with attempt:
                    await _rolled_back_on_error(connection, carry_out)
        except OperationalError as problem:
            if not _is_busy(problem):
                raise
            raise MigrationBusy(
                "The tables are in use, or another process is migrating them.",
                next_step="Try again; if it stays so, stop the other processes first.",
            ) from problem


async def _rolled_back_on_error(connection: AsyncConnection, work: Callable[[Connection], None]) -> None:
    try:
        await connection.run_sync(work)
    except BaseException:
        await connection.rollback()
        raise


async def _wait_for_turn(connection: AsyncConnection, limit: timedelta) -> None:
    """The lock belongs to the connection and goes with it, also when the process is killed."""
    await _limit_lock_waits(connection, limit)
    await connection.execute(text("select pg_advisory_lock(:turn)"), {"turn": _TURN})
    await connection.commit()


async def _limit_lock_waits(connection: AsyncConnection, limit: timedelta) -> None:
    milliseconds = str(int(limit / timedelta(milliseconds=1)))
    await connection.execute(
        text("select set_config('lock_timeout', :limit, false)"), {"limit": milliseconds}
    )
    await connection.commit()


def _is_busy(problem: Exception) -> bool:
    return isinstance(problem, OperationalError) and isinstance(problem.orig, LockNotAvailable)


def _config() -> Config:
    return Config(SCRIPTS / "alembic.ini")


@asynccontextmanager
async def _owner_connection(urls: DatabaseUrls) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(
        urls.owner,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"application_name": "signoff migrations"},
    )
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()
