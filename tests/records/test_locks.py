"""Those who hold a post and those who hold its deliveries never wait for each other in a circle."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from signoff.kernel.errors import Problem, WrongState
from signoff.kernel.people import Actor
from signoff.organizations.channels import remove_channel
from signoff.pipeline.publish.claim import claim
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.pipeline.schedule.change import cancel, reschedule
from signoff.pipeline.schedule.place import place
from signoff.records.alerts.trouble import must_reconnect
from signoff.records.moves import lock_delivery, lock_post
from signoff.records.planning.cadence import lock_channels
from signoff.records.planning.placement import Schedule
from signoff.records.states import DeliveryAction, DeliveryState, Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.posts import approved, moved, scheduled, seen
from tests.support.publishing import due, row
from tests.support.racing import waiting_for_locks
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


async def test_a_worker_that_loses_an_account_doesnt_wait_for_who_plans_on_it(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await due(runtime, owner, channel, clock)
    other = await approved(runtime, owner, channel)
    await claim(runtime, "a worker", 1)
    then = clock.now() + timedelta(days=1)
    async with runtime.worker_transaction() as tx:  # as a worker does to whom the platform says so
        held = await lock_delivery(tx, delivery.id)
        moving = asyncio.create_task(reschedule(runtime, owner, delivery.id, due_at=then))
        await waiting_for_locks(runtime, 1)
        placing = asyncio.create_task(place(runtime, owner, other.post.id, Schedule(due_at=then)))
        await waiting_for_locks(runtime, 2)
        await must_reconnect(tx, held, "Sign in again.", "Connect it.")
    moved_to, placed = await asyncio.gather(moving, placing, return_exceptions=True)
    assert isinstance(moved_to, WrongState)
    assert isinstance(placed, Problem), "it is connected no more"


async def test_a_worker_that_loses_an_account_doesnt_wait_for_who_removes_it(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await due(runtime, owner, channel, clock)
    await claim(runtime, "a worker", 1)
    async with runtime.worker_transaction() as tx:
        held = await lock_delivery(tx, delivery.id)
        removing = asyncio.create_task(remove_channel(runtime, owner, channel.id))
        await waiting_for_locks(runtime, 1)
        await must_reconnect(tx, held, "Sign in again.", "Connect it.")
    assert [each.id for each in (await removing).on_their_way] == []
    assert (await row(runtime, owner, delivery)).wanted_reason == "The channel was removed."


async def test_publishing_again_and_moving_what_failed_end_in_answers(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    failed = await scheduled(runtime, owner, channel)
    await moved(runtime, failed.id, DeliveryAction.CLAIM, DeliveryAction.FAIL)
    then = failed.due_at + timedelta(days=1)
    async with runtime.transaction(owner.organization_id) as tx:
        await lock_channels(tx, [channel.id])
        moving = asyncio.create_task(reschedule(runtime, owner, failed.id, due_at=then))
        await waiting_for_locks(runtime, 1)
        again = Schedule(due_at=then, again=True)
        placing = asyncio.create_task(place(runtime, owner, failed.post_id, again))
        await waiting_for_locks(runtime, 2)
    moved_to, placed = await asyncio.gather(moving, placing, return_exceptions=True)
    assert isinstance(moved_to, WrongState)
    assert isinstance(placed, list)
    assert (await row(runtime, owner, failed)).state is DeliveryState.CANCELLED
