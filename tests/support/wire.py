"""The line between Signoff and its database, which can be cut before or after a commit reaches the server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from psycopg import AsyncConnection
from sqlalchemy import URL

from signoff.db.urls import DatabaseUrls, conninfo

Cut = Literal["before", "after"]
Plan = Callable[[int], Awaitable[Cut | None]]

_COMMIT: Final = b"COMMIT\x00"
_WHO_SERVES: Final = re.compile(rb"K\x00\x00\x00.(....)", re.DOTALL)
"""BackendKeyData: the process of the server that a connection got."""
_HAS_WRITTEN: Final = "SELECT backend_xid IS NOT NULL FROM pg_stat_activity WHERE pid = %s"
_SOCKET: Final = ".s.PGSQL.{}"
_BLOCK_BYTES: Final = 2**16


async def nothing_happens(_number: int) -> None:
    """Let every commit through."""


@dataclass
class Wire:
    """Passes everything on, counts the commits of transactions that wrote, and cuts where `plan` says so."""

    urls: DatabaseUrls
    """The database, over this line."""
    target: Path
    administrator: AsyncConnection
    commits: int = 0
    plan: Plan = nothing_happens
    """Given a commit's number (from 0): cut the line before the server hears of it, or after it answered."""
    cut: Callable[[], None] = lambda: None
    """What happens besides when a line is cut."""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection, until either side ends it or it is cut."""
        conversation = _Conversation(
            self, reader, writer, *await asyncio.open_unix_connection(str(self.target))
        )
        try:
            await conversation.carry()
        finally:
            conversation.end()

    async def fate(self, served_by: int) -> Cut | None:
        """What is to become of a commit that is on its way to this process of the server."""
        found = await (await self.administrator.execute(_HAS_WRITTEN, [served_by])).fetchone()
        if not found or not found[0]:
            return None
        self.commits += 1
        return await self.plan(self.commits - 1)


@dataclass
class _Conversation:
    wire: Wire
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    from_server: asyncio.StreamReader
    to_server: asyncio.StreamWriter
    served_by: int = 0
    answers: asyncio.Task[None] | None = None

    async def carry(self) -> None:
        self.answers = asyncio.create_task(self._answer())
        while said := await self.reader.read(_BLOCK_BYTES):
            fate = await self.wire.fate(self.served_by) if _COMMIT in said else None
            if fate == "after":
                self.answers.cancel()
                await asyncio.wait([self.answers])
                self.to_server.write(said)
                await self.from_server.read(_BLOCK_BYTES)
            if fate is not None:
                self.wire.cut()
                return
            self.to_server.write(said)

    async def _answer(self) -> None:
        while said := await self.from_server.read(_BLOCK_BYTES):
            if not self.served_by and (found := _WHO_SERVES.search(said)):
                self.served_by = int.from_bytes(found[1], "big")
            self.writer.write(said)
        self.writer.close()

    def end(self) -> None:
        if self.answers:
            self.answers.cancel()
        self.writer.transport.abort()
        self.to_server.transport.abort()


@asynccontextmanager
async def wired(urls: DatabaseUrls, administrator: URL) -> AsyncIterator[Wire]:
    """A line to the database of these addresses, for all three roles."""
    file_name = _SOCKET.format(urls.worker.port or 5432)
    into = conninfo(administrator.set(database=urls.worker.database))
    async with await AsyncConnection.connect(into, autocommit=True) as connection:
        with TemporaryDirectory(prefix="wire-") as folder:
            wire = Wire(_all_through(urls, folder), Path(_host(urls.worker)) / file_name, connection)
            async with _served(wire, Path(folder) / file_name):
                yield wire


@asynccontextmanager
async def _served(wire: Wire, place: Path) -> AsyncIterator[None]:
    talks: set[asyncio.Task[None]] = set()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(wire.talk(reader, writer))
        talks.add(task)
        await asyncio.wait([task])
        talks.discard(task)
        if not task.cancelled():
            task.exception()  # a side that went away in the middle is no news

    server = await asyncio.start_unix_server(meet, str(place))
    try:
        yield
    finally:
        server.close()
        for talk in list(talks):
            talk.cancel()
        if talks:
            await asyncio.wait(talks)
        await server.wait_closed()


def _all_through(urls: DatabaseUrls, folder: str) -> DatabaseUrls:
    def through(url: URL) -> URL:
        return url.set(host=None).update_query_dict({"host": folder})

    return replace(urls, owner=through(urls.owner), app=through(urls.app), worker=through(urls.worker))


def _host(url: URL) -> str:
    given = url.host or url.query["host"]
    return given if isinstance(given, str) else given[0]
