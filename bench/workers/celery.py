"""Celery on Redis: forked processes, each with an event loop and a client of its own."""

from __future__ import annotations

import asyncio
import os
from typing import Final

import aiohttp
import celery
import uvloop
from celery.signals import worker_process_init, worker_ready

from bench import job
from bench.workers import orders

PROCESSES: Final = 16

app = celery.Celery("bench", broker=f"redis+socket://{os.environ.get(orders.QUEUE, '')}")
app.conf.update(
    task_ignore_result=True,
    worker_prefetch_multiplier=4,
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
)

_loop: asyncio.AbstractEventLoop
_session: aiohttp.ClientSession
_posts: job.Posts


@worker_process_init.connect
def _open(**_: object) -> None:
    global _loop, _session, _posts  # noqa: PLW0603 - a forked process has no other place for what its tasks share
    _loop = uvloop.new_event_loop()

    async def opened() -> tuple[aiohttp.ClientSession, job.Posts]:
        return job.new_session(), await job.open_posts(orders.posts(), connections=1)

    _session, _posts = _loop.run_until_complete(opened())


@worker_ready.connect
def _ready(**_: object) -> None:
    orders.say_ready()


@app.task(name="publish")
def publish(post: int) -> None:
    """Carry out one job."""
    _loop.run_until_complete(job.publish(_session, orders.platform(), _posts, post))


if __name__ == "__main__":
    app.worker_main(["worker", "--concurrency", str(PROCESSES), "--loglevel", "ERROR", "--without-mingle"])
