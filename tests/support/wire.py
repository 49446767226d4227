"""The line between Signoff and its database, which can be cut before or after a commit reaches the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from sqlalchemy import URL

from signoff.db.urls import DatabaseUrls

Cut = Literal["before", "after"]

_COMMIT: Final = b"COMMIT\x00"
_SOCKET: Final = ".s.PGSQL.{}"
_BLOCK_BYTES: Final = 2**16


@dataclass
class Wire:
    """Passes everything on, counts the commits that it sees, and does with each what `plan` says."""

    urls: DatabaseUrls
    """The database, over this line."""
    target: Path
    commits: int = 0
    plan: Callable[[int], Cut | None] = lambda _number: None
    """Given a commit's number (from 0): cut the line before the server hears of it, or after it answered."""
    cut: Callable[[], None] | None = None
    """What happens beside that when a line is cut."""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection, until either side ends it or it is cut."""
        server_reader, server_writer = await asyncio.open_unix_connection(str(self.target))
        answers = asyncio.create_task(_pass_on(server_reader, writer))
        try:
            await self._carry(reader, server_reader, server_writer, answers)
        finally:
            answers.cancel()
            writer.transport.abort()
            server_writer.transport.abort()

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        server_reader: asyncio.StreamReader,
        server_writer: asyncio.StreamWriter,
        answers: asyncio.Task[None],
    ) -> None:
        while said := await reader.read(_BLOCK_BYTES):
            fate = None
            if _COMMIT in said:
                fate = self.plan(self.commits)
                self.commits += 1
            if fate == "after":
                answers.cancel()
                await asyncio.wait([answers])
                server_writer.write(said)
                await server_reader.read(_BLOCK_BYTES)
            if fate is not None:
                if self.cut is not None:
                    self.cut()
                return
            server_writer.write(said)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while said := await reader.read(_BLOCK_BYTES):
        writer.write(said)
    writer.close()


@asynccontextmanager
async def wired(urls: DatabaseUrls) -> AsyncIterator[Wire]:
    """A line to the database of these addresses, for all three roles."""
    port = urls.worker.port or 5432
    with TemporaryDirectory(prefix="wire-") as folder:
        wire = Wire(_all_through(urls, folder), Path(_host(urls.worker)) / _SOCKET.format(port))
        talks: set[asyncio.Task[None]] = set()

        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(wire.talk(reader, writer))
            talks.add(task)
            await asyncio.wait([task])
            talks.discard(task)

        server = await asyncio.start_unix_server(meet, str(Path(folder) / _SOCKET.format(port)))
        try:
            yield wire
        finally:
            server.close()
            for talk in list(talks):
                talk.cancel()
            await server.wait_closed()


def _all_through(urls: DatabaseUrls, folder: str) -> DatabaseUrls:
    def through(url: URL) -> URL:
        return url.set(host=None).update_query_dict({"host": folder})

    return replace(urls, owner=through(urls.owner), app=through(urls.app), worker=through(urls.worker))


def _host(url: URL) -> str:
    given = url.host or url.query["host"]
    return given if isinstance(given, str) else given[0]
