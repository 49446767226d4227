"""The lower bound: a loop that makes the calls, with no queue, no database and no memory of anything."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import uvloop

from bench import job
from bench.workers import orders


async def run() -> None:
    """Wait until it is told how many posts are due when, then publish."""
    orders.say_ready()
    order = Path(orders.queue())
    while not order.exists():
        await asyncio.sleep(0.02)
    told = json.loads(order.read_text())
    await asyncio.sleep(told["due_at"] - time.time())
    free = asyncio.Semaphore(job.AT_ONCE)
    posts = await job.open_posts("")
    async with job.new_session() as session:

        async def one(post: int) -> None:
            async with free:
                await job.publish(session, orders.platform(), posts, post)

        await asyncio.gather(*map(one, range(told["posts"])))
        await asyncio.Event().wait()  # until it is told to end, so that what it used can be read


if __name__ == "__main__":
    uvloop.run(run())
