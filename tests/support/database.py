"""A real PostgreSQL for the tests: one server for a run, and an empty migrated database for each that asks.

With `pytest -n` the processes share the server: who comes first starts it, the others join, and the process
that hands out the tests stops it at the end. What is never asked for is never started.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier
from sqlalchemy import URL

from signoff.db import migrate
from signoff.db.embedded import EmbeddedPostgres
from signoff.db.roles import OWNER, provide_database
from signoff.db.session import Database
from signoff.db.urls import DatabaseUrls, conninfo
from tests.support.clock import ShiftableClock
from tests.support.folders import fast_folder
from tests.support.kept import KeptDatabase

TEMPLATE: Final = "signoff_template"
# Nothing here outlives the run, so nothing needs to survive a power cut.
THROW_AWAY: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_FOLDER: Final = "signoff-tests-{pid}"
_RUN_FOLDER: Final = pytest.StashKey[Path]()
_SERVER: Final = pytest.StashKey[EmbeddedPostgres]()


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", {}).get("signoff_folder")
    config.stash[_RUN_FOLDER] = Path(given or fast_folder() / _FOLDER.format(pid=os.getpid()))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a process of pytest-xdist whose run it belongs to."""
    folder = node.config.stash[_RUN_FOLDER]  # type: ignore[attr-defined]
    node.workerinput["signoff_folder"] = str(folder)  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = config.stash[_RUN_FOLDER]
    if folder.exists() and not hasattr(config, "workerinput"):
        _remove(folder, config.stash.get(_SERVER, None))


def _remove(folder: Path, server: EmbeddedPostgres | None = None) -> None:
    """Stop the server of a run, also when its owner is gone, and delete its files."""
    server = server or EmbeddedPostgres(folder)
    if (folder / "postgres.json").exists():
        # Half of it may be gone: another run removes it now too, or was killed while it did.
        with suppress(FileNotFoundError):
            server.start()
            files = server.folder
            server.stop()
            shutil.rmtree(files)
    shutil.rmtree(folder, ignore_errors=True)


def _remove_left_overs() -> None:
    """Clean up after runs that were killed."""
    for folder in fast_folder().glob(_FOLDER.format(pid="*")):
        pid = re.search(r"\d+$", folder.name)
        if pid and folder.stat().st_uid == os.geteuid() and not _is_alive(int(pid[0])):
            _remove(folder)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Let one process of the run prepare things while the others wait."""
    with (folder / "turn.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> EmbeddedPostgres:
    """The run's server."""
    folder = pytestconfig.stash[_RUN_FOLDER]
    if not folder.exists():
        _remove_left_overs()
        folder.mkdir(mode=0o755, exist_ok=True)
    server = pytestconfig.stash[_SERVER] = EmbeddedPostgres(folder, extra_settings=THROW_AWAY)
    server.join()
    return server


@pytest.fixture(scope="session")
async def _template(postgres: EmbeddedPostgres, pytestconfig: pytest.Config) -> DatabaseUrls:
    """Addresses to be pointed to a copy of the template, which is migrated once for a run."""
    folder = pytestconfig.stash[_RUN_FOLDER]
    with _turn(folder):
        urls = await provide_database(postgres.admin_url(), data_dir=folder)
        async with await _administrator(postgres) as connection:
            known = await connection.execute("select 1 from pg_database where datname = %s", [TEMPLATE])
            if not await known.fetchone():
                # It gets its name when the migrations are through, so half a template is never copied.
                await connection.execute("drop database if exists half_template with (force)")
                await connection.execute(f"create database half_template owner {OWNER}")
                await migrate.upgrade(urls.of_database("half_template"))
                await connection.execute(f"alter database half_template rename to {TEMPLATE}")
    return urls


@pytest.fixture(scope="session")
async def _maintenance(postgres: EmbeddedPostgres) -> AsyncIterator[AsyncConnection]:
    async with await _administrator(postgres) as connection:
        yield connection


async def _administrator(server: EmbeddedPostgres) -> AsyncConnection:
    return await AsyncConnection.connect(conninfo(server.admin_url()), autocommit=True)


class Copies:
    """Copies of the template: one at a time, kept as long as tests leave nothing behind but rows."""

    def __init__(
        self, admin: URL, urls: DatabaseUrls, maintenance: AsyncConnection, clock: ShiftableClock
    ) -> None:
        self._admin, self._urls, self._maintenance, self._clock = admin, urls, maintenance, clock
        self._kept: KeptDatabase | None = None

    async def empty_one(self) -> KeptDatabase:
        """A copy with all tables and no rows."""
        if self._kept is None or not await self._kept.empty():
            await self.drop()
            self._kept = await self._copy()
        return self._kept

    async def drop(self) -> None:
        if self._kept:
            await self._kept.close()
            name = Identifier(str(self._kept.urls.app.database))
            await self._maintenance.execute(SQL("drop database if exists {} with (force)").format(name))
            self._kept = None

    async def _copy(self) -> KeptDatabase:
        name = f"test_{uuid4().hex}"
        statement = SQL("create database {} template {} owner {} strategy file_copy")
        await self._maintenance.execute(
            statement.format(Identifier(name), Identifier(TEMPLATE), Identifier(OWNER))
        )
        return await KeptDatabase.of(self._urls.of_database(name), self._admin, self._clock)


@pytest.fixture(scope="session")
async def _copies(
    postgres: EmbeddedPostgres,
    _template: DatabaseUrls,
    _maintenance: AsyncConnection,
    one_clock: ShiftableClock,
) -> AsyncIterator[Copies]:
    copies = Copies(postgres.admin_url(), _template, _maintenance, one_clock)
    yield copies
    await copies.drop()


@pytest.fixture
async def _kept_database(_copies: Copies) -> KeptDatabase:
    return await _copies.empty_one()


@pytest.fixture
async def database_urls(_kept_database: KeptDatabase) -> DatabaseUrls:
    """A database with all tables and no rows."""
    return _kept_database.urls


@pytest.fixture
async def empty_database_urls(
    _template: DatabaseUrls, _maintenance: AsyncConnection
) -> AsyncIterator[DatabaseUrls]:
    """A fresh database before the first migration."""
    name = f"test_{uuid4().hex}"
    await _maintenance.execute(SQL("create database {} owner {}").format(Identifier(name), Identifier(OWNER)))
    yield _template.of_database(name)
    await _maintenance.execute(SQL("drop database {} with (force)").format(Identifier(name)))


@pytest.fixture
def database(_kept_database: KeptDatabase, clock: ShiftableClock) -> Database:
    """Connections to a database with all tables and no rows, whose clock is shifted with the test's."""
    return _kept_database.database
