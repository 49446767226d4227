"""PgQueuer: an asyncio worker on PostgreSQL, which claims in batches."""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta
from typing import Final

import asyncpg
import pgqueuer
import uvloop
from pgqueuer.domain.models import Job

from bench import job
from bench.workers import orders

POLL: Final = timedelta(milliseconds=100)


async def run() -> None:
    """Work until told to end."""
    connection = await asyncpg.connect(orders.queue())
    queue = pgqueuer.PgQueuer.from_asyncpg_connection(connection)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, queue.shutdown.set)
    posts = await job.open_posts(orders.posts())
    async with job.new_session() as session:

        @queue.entrypoint("publish")
        async def publish(queued: Job) -> None:
            await job.publish(session, orders.platform(), posts, int(queued.payload or b""))

        orders.say_ready()
        # It asks for twice the batch: no job waits while others are being claimed.
        await queue.run(dequeue_timeout=POLL, batch_size=job.AT_ONCE // 2, max_concurrent_tasks=job.AT_ONCE)


if __name__ == "__main__":
    uvloop.run(run())
