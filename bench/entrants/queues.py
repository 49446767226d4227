"""The job queues: ARQ and Celery on Redis, PgQueuer on the PostgreSQL that Signoff uses too.

The posts are rows of a table, as they are wherever people plan posts; a job holds the number of one.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import asyncpg
from arq.connections import ArqRedis, RedisSettings, create_pool
from celery import Celery
from pgqueuer.queries import Queries

from bench import job
from bench.entrants.base import Stage, Start
from bench.entrants.broker import Redis
from bench.workers import orders

_LEFT: Final = "SELECT count(*) FROM posts WHERE state <> 'published'"


class _Queue:
    """What they have in common: a worker module that is told where everything is, and a table of posts."""

    name: str
    module: str

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.database: str | None = self.name.lower()

    async def set_up(self) -> None:
        if self.database:
            await self.stage.server.make(self.database)
            connection = await asyncpg.connect(self.posts())
            await connection.execute(job.TABLE)
            await connection.close()

    def worker(self, ready: Path) -> Start:
        told = {
            orders.PLATFORM: self.stage.platform,
            orders.QUEUE: self.queue(),
            orders.POSTS: self.posts(),
            orders.READY: str(ready),
        }
        return Start(self.module, (), told)

    def queue(self) -> str:
        """Give the address of the queue."""
        raise NotImplementedError

    def posts(self) -> str:
        if not self.database:
            return ""
        url = self.stage.server.url(self.database)
        return url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def is_ready(self, workers: int) -> bool:  # noqa: ARG002 - the file says it
        return True

    async def write_posts(self, number: int, due_at: float) -> list[int]:
        """Store the posts; the ids of their rows."""
        if not self.database:
            return list(range(number))
        connection = await asyncpg.connect(self.posts())
        rows = await connection.fetch(job.INSERT, [*map(job.page, range(number))], job.TEXT, due_at)
        await connection.close()
        return [row["id"] for row in rows]

    async def left(self) -> int:
        return await self.stage.server.number(_LEFT, self.database) if self.database else 0

    async def close(self) -> None:
        """The database goes with its server."""


class _OnRedis(_Queue):
    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.folder = stage.folder / self.name.replace(" ", "-")
        self.redis = Redis(self.folder)

    async def set_up(self) -> None:
        await super().set_up()
        self.folder.mkdir()
        await self.redis.start(self.stage.log)

    def helpers(self) -> list[int]:
        return [self.redis.pid, *([self.stage.server.pid] if self.database else [])]

    def queue(self) -> str:
        return str(self.redis.socket)

    async def close(self) -> None:
        self.redis.stop()


class Arq(_OnRedis):
    """Jobs that are deferred until they are due."""

    name = "ARQ"
    module = "bench.workers.arq"

    async def fill(self, posts: int, due_at: float) -> None:
        moment = datetime.fromtimestamp(due_at, UTC)
        pool = await self._pool()
        ids = await self.write_posts(posts, due_at)
        await asyncio.gather(*(pool.enqueue_job("publish", id, _defer_until=moment) for id in ids))
        await pool.aclose()

    async def _pool(self) -> ArqRedis:
        return await create_pool(RedisSettings(unix_socket_path=self.queue()))


class ArqCallsOnly(Arq):
    """The same without any row of a post: what the queue alone costs."""

    name = "ARQ, calls only"

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.database = None


class CeleryQueue(_OnRedis):
    """Tasks with an ETA, which a worker fetches and keeps until then."""

    name = "Celery"
    module = "bench.workers.celery"

    async def fill(self, posts: int, due_at: float) -> None:
        moment = datetime.fromtimestamp(due_at, UTC)
        ids = await self.write_posts(posts, due_at)
        app = Celery("bench", broker=f"redis+socket://{self.queue()}")
        app.conf.task_ignore_result = True

        def send() -> None:
            with app.connection_for_write() as connection:
                for id in ids:
                    app.send_task("publish", (id,), eta=moment, connection=connection)

        await asyncio.to_thread(send)
        app.close()


class PgQueuer(_Queue):
    """Jobs in a table beside that of the posts."""

    name = "PgQueuer"
    module = "bench.workers.pgqueuer"

    async def set_up(self) -> None:
        await super().set_up()
        connection = await asyncpg.connect(self.queue())
        await Queries.from_asyncpg_connection(connection).install()
        await connection.close()

    def helpers(self) -> list[int]:
        return [self.stage.server.pid]

    def queue(self) -> str:
        return self.posts()

    async def fill(self, posts: int, due_at: float) -> None:
        ids = await self.write_posts(posts, due_at)
        connection = await asyncpg.connect(self.queue())
        waits = timedelta(seconds=due_at - time.time())
        names, first, payloads = ["publish"] * posts, [0] * posts, [str(id).encode() for id in ids]
        queries = Queries.from_asyncpg_connection(connection)
        await queries.enqueue(names, [*payloads], first, [waits] * posts)
        await connection.close()
