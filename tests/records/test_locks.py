"""Those who hold a post and those who hold its deliveries never wait for each other in a circle."""

from __future__ import annotations

import asyncio

from signoff.kernel.errors import Problem
from signoff.kernel.people import Actor
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.pipeline.schedule.change import cancel
from signoff.pipeline.schedule.place import place
from signoff.records.moves import lock_delivery, lock_post
from signoff.records.placement import Schedule
from signoff.records.states import Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import approved, scheduled, seen
from tests.support.raw_sql import Role
from tests.support.waiting import until

WAITING = """
    select 1 from pg_locks join pg_stat_activity using (pid)
    where not granted and datname = current_database()
"""


async def test_a_delivery_is_written_twice_while_its_posts_holder_waits_for_it(
    runtime: Runtime, owner: Actor, channel: Channel, owner_sql: Role
) -> None:
    delivery = await scheduled(runtime, owner, channel)

    async def withdraw() -> str:
        async with runtime.transaction(owner.organization_id) as tx:
            await lock_post(tx, delivery.post_id)
            return (await lock_delivery(tx, delivery.id)).waiting_for

    async def is_waiting() -> bool:
        return bool(await owner_sql.run(WAITING))

    async with runtime.worker_transaction() as tx:
        held = await lock_delivery(tx, delivery.id)
        held.waiting_for = "first"
        await tx.flush()
        withdrawing = asyncio.create_task(withdraw())
        await until(is_waiting)
        held.waiting_for = "second"
        await tx.flush()
    assert await withdrawing == "second"


async def test_deciding_placing_and_cancelling_at_once_ends_in_answers_only(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    post = (await approved(runtime, owner, channel)).post

    async def change() -> None:
        fingerprint = await seen(runtime, owner, post.id)
        await decide(runtime, owner, post.id, Verdict.REQUEST_CHANGES, seen=fingerprint, comment="No.")
        await submit(runtime, owner, post.id)
        fingerprint = await seen(runtime, owner, post.id)
        await decide(runtime, owner, post.id, Verdict.APPROVE, seen=fingerprint)

    async def publish() -> None:
        for view in await place(runtime, owner, post.id, Schedule(now=True, again=True)):
            await cancel(runtime, owner, view.delivery.id)

    for _ in range(8):
        ended = await asyncio.gather(change(), publish(), publish(), change(), return_exceptions=True)
        assert [one for one in ended if one is not None and not isinstance(one, Problem)] == []
