"""One run: workers are started, given posts that become due all at once, and watched until all are out."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.database import Counters
from bench.entrants.base import Entrant, Stage
from bench.figures import Figures
from bench.processes import Process, cpu_s, peak_rss_mb, started, stop
from bench.stand_in import StandIn

_UP_WITHIN_S: Final = 60.0
_OUT_WITHIN_S: Final = 300.0
_STEP_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Scenario:
    """How the platform answers, and how many worker processes there are."""

    name: str
    delay_s: float
    workers: int = 1


async def run(stage: Stage, stand_in: StandIn, entrant: Entrant, scenario: Scenario, posts: int) -> Figures:
    """Measure one entrant in one scenario.

    Raises:
        TimeoutError: It didn't get ready, or didn't get its posts out.
        RuntimeError: It published something twice, or took its posts too late to be measured.
    """
    await stand_in.begin(scenario.delay_s)
    workers = await _up(stage, entrant, scenario.workers)
    counted = [*(worker.pid for worker in workers), *entrant.helpers()]
    try:
        due_at = time.time() + 1.5 + posts / 400
        await entrant.fill(posts, due_at)
        if time.time() > due_at - 0.2:
            raise RuntimeError("handing in took longer than until the posts were due")
        await asyncio.sleep(due_at - 0.1 - time.time())
        rows_before, cpu_before = await _counters(stage, entrant), cpu_s(counted)
        settled_at = await _until_out(stand_in, entrant, posts)
        used_s = cpu_s(counted) - cpu_before
        peak = peak_rss_mb(worker.pid for worker in workers)
    finally:
        for worker in workers:
            stop(worker)
    rows = await _counters(stage, entrant, are_gone=True)
    late = [max(0.0, moment - due_at) for moment in await stand_in.moments()]
    return Figures(
        cpu_ms_per_post=used_s * 1000 / posts,
        posts_per_s=posts / (settled_at - due_at),
        lateness_p50_s=late[len(late) // 2],
        lateness_p99_s=late[int(len(late) * 0.99)],
        commits_per_post=(rows.commits - rows_before.commits) / posts if rows and rows_before else None,
        rows_per_post=(rows.rows - rows_before.rows) / posts if rows and rows_before else None,
        peak_rss_mb=peak,
    )


async def _up(stage: Stage, entrant: Entrant, number: int) -> list[Process]:
    files = [stage.folder / f"ready-{time.monotonic_ns()}-{each}" for each in range(number)]
    starts = [entrant.worker(file) for file in files]
    workers = [
        started(start.module, *start.arguments, log=stage.log, settings=start.settings) for start in starts
    ]
    try:
        async with asyncio.timeout(_UP_WITHIN_S):
            while not (all(map(Path.exists, files)) and await entrant.is_ready(number)):
                _need_alive(workers)
                await asyncio.sleep(_STEP_S)
    except BaseException:
        for worker in workers:
            stop(worker)
        raise
    return workers


def _need_alive(workers: list[Process]) -> None:
    if any(worker.poll() is not None for worker in workers):
        raise RuntimeError("a worker process ended; see the log")


async def _until_out(stand_in: StandIn, entrant: Entrant, posts: int) -> float:
    async with asyncio.timeout(_OUT_WITHIN_S):
        while await stand_in.shown() < posts:
            await asyncio.sleep(_STEP_S)
        while await entrant.left():
            await asyncio.sleep(_STEP_S)
    return time.time()


async def _counters(stage: Stage, entrant: Entrant, *, are_gone: bool = False) -> Counters | None:
    if entrant.database is None:
        return None
    if are_gone:
        await stage.server.until_unused(entrant.database)
    return await stage.server.counters(entrant.database)
