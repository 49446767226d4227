"""Several transactions that want the same post, in an order the test chooses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from sqlalchemy import text

from signoff.kernel.errors import Problem
from signoff.kernel.ids import PostId
from signoff.kernel.people import Actor
from signoff.records.moves import lock_post
from signoff.runtime import Runtime
from tests.support.waiting import until

Call = Callable[[], Coroutine[Any, Any, object]]

_WAITING: Final = text("""
    SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE NOT granted AND datname = current_database()
""")


async def in_turn(runtime: Runtime, actor: Actor, post_id: PostId, *calls: Call) -> list[object]:
    """Let all calls queue for the post's row, in this order; what they returned, or the Problems they met."""
    running: list[asyncio.Task[object]] = []
    async with runtime.transaction(actor.organization_id) as tx:
        await lock_post(tx, post_id)
        for call in calls:
            running.append(asyncio.create_task(_outcome(call)))
            await waiting_for_locks(runtime, len(running))
    return list(await asyncio.gather(*running))


async def _outcome(call: Call) -> object:
    try:
        return await call()
    except Problem as problem:
        return problem


async def waiting_for_locks(runtime: Runtime, wanted: int) -> None:
    """Wait until so many transactions wait for a lock."""

    async def are_waiting() -> bool:
        async with runtime.worker_transaction() as tx:
            return bool(await tx.scalar(_WAITING) == wanted)

    await until(are_waiting)
