"""ARQ: an asyncio worker on Redis."""

from __future__ import annotations

from typing import Any

import uvloop
from arq.connections import RedisSettings
from arq.worker import Worker, func

from bench import job
from bench.workers import orders


async def publish(context: dict[str, Any], post: int) -> None:
    """Carry out one job."""
    await job.publish(context["session"], orders.platform(), context["posts"], post)


async def start(context: dict[str, Any]) -> None:
    """Open what all jobs share."""
    context["session"] = job.new_session()
    context["posts"] = await job.open_posts(orders.posts())
    orders.say_ready()


async def stop(context: dict[str, Any]) -> None:
    """Close the client; the database's connections end with the process."""
    await context["session"].close()


async def run() -> None:
    """Work until told to end; a faster poll than the default, and as many jobs at once as Signoff."""
    worker = Worker(
        functions=[func(publish, name="publish")],
        redis_settings=RedisSettings(unix_socket_path=orders.queue()),
        on_startup=start,
        on_shutdown=stop,
        max_jobs=job.AT_ONCE,
        poll_delay=0.1,
        log_results=False,
    )
    await worker.async_run()


if __name__ == "__main__":
    uvloop.run(run())
