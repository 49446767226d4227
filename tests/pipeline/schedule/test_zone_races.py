"""A brand moves to another time zone while somebody plans for it: whoever is first, the local time holds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import pytest
from sqlalchemy import select

from signoff.kernel.local_time import moment_kept
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandChanges, change_brand
from signoff.organizations.cadence import set_channel_cadence
from signoff.organizations.profile import change_profile
from signoff.pipeline.schedule.change import reschedule
from signoff.pipeline.schedule.pause import pause
from signoff.pipeline.schedule.place import place
from signoff.pipeline.schedule.release import Then, decide_held
from signoff.pipeline.schedule.resume import resume
from signoff.records.models import Delivery
from signoff.records.planning.placement import Schedule
from signoff.records.states import OnResume
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.posts import approved, scheduled
from tests.support.racing import waiting_for_locks

ELSEWHERE = "America/New_York"
YEAR = datetime.now(UTC).year + 1
"""The clock is only put forward; neither zone changes its hour in these weeks."""

Plans: TypeAlias = Callable[[], Coroutine[Any, Any, object]]
Prepared: TypeAlias = Callable[[Runtime, Actor, Channel, ShiftableClock], Awaitable[Plans]]


@pytest.fixture(autouse=True)
def _in_february(clock: ShiftableClock) -> None:
    clock.advance(datetime(YEAR, 2, 1, 12, tzinfo=UTC) - clock.now())


async def placing(runtime: Runtime, owner: Actor, channel: Channel, _: ShiftableClock) -> Plans:
    post = (await approved(runtime, owner, channel)).post
    return lambda: place(runtime, owner, post.id, Schedule(due_local=f"{YEAR}-03-01T09:00"))


async def moving(runtime: Runtime, owner: Actor, channel: Channel, _: ShiftableClock) -> Plans:
    delivery = await scheduled(runtime, owner, channel)
    return lambda: reschedule(runtime, owner, delivery.id, due_local=f"{YEAR}-03-01T09:00")


async def resuming(runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock) -> Plans:
    await set_channel_cadence(runtime, owner, channel.id, {"slots": ["Mo-Su 21:00"]}, version=0)
    await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1))
    await pause(runtime, owner, "channel", channel.id, reason="Storm warning.")
    clock.advance(timedelta(hours=1))
    return lambda: resume(runtime, owner, "channel", channel.id, OnResume.RESCHEDULE)


async def deciding(runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock) -> Plans:
    await set_channel_cadence(runtime, owner, channel.id, {"slots": ["Mo-Su 21:00"]}, version=0)
    delivery = await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1))
    clock.advance(timedelta(days=8))  # later than its brand allows
    return lambda: decide_held(runtime, owner, [delivery.id], Then.MOVE)


@pytest.mark.parametrize("prepared", [placing, moving, resuming, deciding])
@pytest.mark.parametrize("is_plan_first", [True, False])
async def test_what_is_planned_while_the_brand_moves_stands_at_its_local_time_there(
    *,
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    channel: Channel,
    clock: ShiftableClock,
    prepared: Prepared,
    is_plan_first: bool,
) -> None:
    plans = await prepared(runtime, owner, channel, clock)

    async def moves() -> object:
        changes = BrandChanges(time_zone=ELSEWHERE)
        return await change_brand(runtime, owner, brand.id, changes, version=brand.version)

    running: list[asyncio.Task[object]] = []
    async with runtime.transaction(owner.organization_id) as tx:
        await tx.execute(select(Brand).where(Brand.id == brand.id).with_for_update(key_share=True))
        for call in (plans, moves) if is_plan_first else (moves, plans):
            running.append(asyncio.create_task(call()))
            await waiting_for_locks(runtime, len(running))
    await asyncio.gather(*running)

    async with runtime.worker_transaction() as tx:
        delivery = (await tx.scalars(select(Delivery))).one()
    assert delivery.due_zone == ELSEWHERE
    assert delivery.due_at == moment_kept(delivery.due_local, ELSEWHERE)
    assert delivery.due_local.partition("T")[2] in {"09:00", "21:00"}


async def test_a_person_who_moves_takes_nothing_along(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    post = (await approved(runtime, owner, channel)).post
    at_nine = Schedule(due_local=f"{YEAR}-03-01T09:00")
    _, placed = await asyncio.gather(
        change_profile(runtime, owner, time_zone="Asia/Tokyo"), place(runtime, owner, post.id, at_nine)
    )
    assert placed[0].delivery.due_at == datetime(YEAR, 3, 1, 8, tzinfo=UTC)
    assert placed[0].delivery.due_zone == "Europe/Madrid"
