"""Making a backup: one moment of the database, the pictures it refers to, the exported pages."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import IsolationLevel

import signoff
from signoff.backup.archive import Writer
from signoff.backup.installation import Installation
from signoff.backup.tables import Sql, read_rows, sequences_of, tables_of
from signoff.db.urls import conninfo
from signoff.kernel.errors import NoSpace, NotFound, Unavailable
from signoff.media.files import space_told
from signoff.media.folder import file_of
from signoff.media.space import free_bytes

_MEGABYTE: Final = 1024 * 1024
_SIZE: Final = """
    select pg_database_size(current_database()) + coalesce((select sum(size_bytes) from media), 0)::bigint
"""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made."""

    path: Path
    made_at: datetime
    size_bytes: int
    pictures: int
    missing: tuple[str, ...]
    """Digests of pictures whose files are gone or were altered, and so aren't inside."""


def name_now(kind: str) -> str:
    """Give a name that sorts by time, such as signoff-20261121T031700Z.zip."""
    return f"{kind}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip"


async def make_backup(installation: Installation, target: Path, *, reserve_bytes: int = 0) -> Backup:
    """Write a backup to `target`, beside whatever runs. All of it or nothing.

    Args:
        installation: What to back up.
        target: A file that isn't there yet.
        reserve_bytes: What must stay free on the disk.

    Raises:
        NoSpace: The disk is or would become full.
        NotFound: There is no database to back up.
        Unavailable: The database can't be reached.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    room = await free_bytes(target.parent) - reserve_bytes
    stop = threading.Event()
    work = asyncio.ensure_future(asyncio.to_thread(_make, installation, target, room, stop))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait({work})
        raise


class _StoppedError(Exception):
    """The process ends; the unfinished file is deleted."""


def _make(installation: Installation, target: Path, room_bytes: int, stop: threading.Event) -> Backup:
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with space_told(), psycopg.connect(conninfo(installation.urls.owner), connect_timeout=10) as sql:
            _need_room(sql, room_bytes)
            writer = Writer(unfinished)
            try:
                facts = _write(sql, installation, writer, stop)
                writer.finish(facts)
            finally:
                writer.abandon()
            unfinished.rename(target)
    except psycopg.OperationalError as problem:
        raise Unavailable(f"The database can't be read: {problem}", next_step="Try again.") from problem
    finally:
        unfinished.unlink(missing_ok=True)
    return Backup(
        path=target,
        made_at=datetime.fromisoformat(facts["made_at"]),
        size_bytes=target.stat().st_size,
        pictures=facts["pictures"],
        missing=tuple(facts["missing"]),
    )


def _need_room(sql: Sql, room_bytes: int) -> None:
    try:
        row = sql.execute(_SIZE).fetchone()
    except psycopg.errors.UndefinedTable:
        raise NotFound("There is nothing to back up yet.", next_step="Start Signoff once first.") from None
    sql.rollback()
    needed = int(row[0]) if row else 0
    if needed > room_bytes:
        free = f"{max(room_bytes, 0) // _MEGABYTE} MB are free"
        raise NoSpace(
            f"A backup may take {needed // _MEGABYTE + 1} MB, and {free}.",
            next_step="Free some space, or name a place on another disk.",
        )


def _write(sql: Sql, installation: Installation, writer: Writer, stop: threading.Event) -> dict[str, Any]:
    sql.isolation_level, sql.read_only = IsolationLevel.REPEATABLE_READ, True
    seconds = f"{installation.clock_offset.total_seconds()} seconds"
    sql.execute("select set_config('signoff.clock_offset', %s, true)", [seconds])
    facts: dict[str, Any] = {
        "signoff": signoff.__version__,
        "made_at": _one(sql, "select signoff_now()").astimezone(UTC).isoformat(),
        "revision": _one(sql, "select version_num from alembic_version"),
        "key_ids": list(installation.key_ids),
        "sequences": sequences_of(sql),
        "tables": {},
    }
    for table in tables_of(sql):
        facts["tables"][table.name] = table.columns
        with writer.member(f"database/{table.name}", compressed=True) as write:
            for piece in read_rows(sql, table):
                _go_on(stop)
                write(piece)
    digests = [row[0] for row in sql.execute("select distinct digest from media order by digest")]
    facts["missing"] = [
        digest for digest in digests if not _write_picture(installation, writer, digest, stop)
    ]
    facts["pictures"] = len(digests) - len(facts["missing"])
    for path in _pages(installation.exports):
        _go_on(stop)
        with suppress(FileNotFoundError):  # taken down since the folder was listed
            content = path.read_bytes()
            name = path.relative_to(installation.exports).as_posix()
            with writer.member(f"exports/{name}", compressed=True) as write:
                write(content)
    return facts


def _write_picture(installation: Installation, writer: Writer, digest: str, stop: threading.Event) -> bool:
    _go_on(stop)
    try:
        content = file_of(installation.media, digest).read_bytes()
    except FileNotFoundError:
        return False
    if hashlib.sha256(content).hexdigest() != digest:
        return False
    with writer.member(f"media/{digest}", compressed=False) as write:
        write(content)
    return True


def _pages(folder: Path) -> Iterator[Path]:
    """Exported pages with their pictures; what is being written has a name that begins with a dot."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if (
            path.is_file()
            and not path.is_symlink()
            and not any(part.startswith(".") for part in inside.parts)
        ):
            yield path


def _go_on(stop: threading.Event) -> None:
    if stop.is_set():
        raise _StoppedError


def _one(sql: Sql, statement: str) -> Any:  # noqa: ANN401 - whatever the statement asks for
    row = sql.execute(statement.encode()).fetchone()
    return row[0] if row else None
