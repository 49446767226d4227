"""The schedule of a channel as a model beside the real database: whatever people do, in whatever order.

Everything that isn't kept on purpose keeps the rules that held when it was placed, at the first such moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from signoff.kernel.errors import NoRoom
from signoff.kernel.ids import DeliveryId, PostId
from signoff.kernel.people import Actor
from signoff.organizations.cadence import brand_cadence, set_brand_cadence
from signoff.pipeline.schedule.change import cancel, reschedule
from signoff.pipeline.schedule.pause import pause
from signoff.pipeline.schedule.place import place
from signoff.pipeline.schedule.resume import resume
from signoff.records.deliveries.queries import list_deliveries
from signoff.records.models import Delivery
from signoff.records.planning.cadence import SEARCHED, rules_of
from signoff.records.planning.placement import Schedule
from signoff.records.states import DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.cadence import first_allowed, first_slot
from tests.support.clock import ShiftableClock
from tests.support.posts import approved

T = TypeVar("T")

MADRID = ZoneInfo("Europe/Madrid")
START = datetime(2027, 3, 26, 6, tzinfo=UTC)
"""Two days before Madrid sets its clock forward."""
POSTS = 7

clocks = st.sampled_from(["00:00", "02:30", "07:00", "12:15", "22:00"])
rules = st.fixed_dictionaries(
    {},
    optional={
        "min_gap_minutes": st.sampled_from([1, 45, 240, 1500]),
        "max_per_day": st.integers(1, 3),
        "quiet_hours": st.builds(lambda a, b: {"from": a, "to": b}, clocks, clocks).filter(
            lambda hours: hours["from"] != hours["to"]
        ),
        "slots": st.lists(
            st.builds("{} {}".format, st.sampled_from(["Fr", "Sa", "Su", "Mo-We"]), clocks), max_size=3
        ),
    },
)
moments = st.integers(1, 4 * 24 * 60).map(lambda minutes: START + timedelta(days=1, minutes=minutes))
posts = st.integers(0, POSTS - 1)


@dataclass
class World:
    """What the model plays with. It runs in a thread of its own; the database belongs to the loop."""

    runtime: Runtime
    owner: Actor
    channel: Channel
    posts: list[PostId]
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)


class ScheduleModel(RuleBasedStateMachine):
    """People schedule, move and cancel, change the rules and pause, on one channel."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.planned: dict[int, tuple[DeliveryId, datetime]] = {}
        self.is_paused = False

    @rule(given=rules)
    def change_rules(self, given: dict[str, Any]) -> None:
        self.world.do(self._set(given))

    @rule(post=posts, at=moments, keep=st.sampled_from([False, False, True]))
    def schedule(self, post: int, at: datetime, *, keep: bool) -> None:
        if post in self.planned:
            return
        view = self._place(post, Schedule(due_at=at, keep_time=keep))
        self._check(view, at, keep=keep)

    @rule(post=posts)
    def schedule_in_the_next_slot(self, post: int) -> None:
        if post not in self.planned:
            self._check_slot(lambda: self._place(post, Schedule(next_slot=True)), None)

    @precondition(lambda self: self.planned)
    @rule(data=st.data(), at=moments, keep=st.sampled_from([False, False, True]))
    def move(self, data: st.DataObject, at: datetime, *, keep: bool) -> None:
        post = data.draw(st.sampled_from(sorted(self.planned)))
        self._check(self._move(post, due_at=at, keep_time=keep), at, keep=keep)

    @precondition(lambda self: self.planned)
    @rule(data=st.data())
    def move_to_the_next_slot(self, data: st.DataObject) -> None:
        post = data.draw(st.sampled_from(sorted(self.planned)))
        self._check_slot(lambda: self._move(post, next_slot=True), self.planned[post][0])

    @precondition(lambda self: self.planned)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        delivery_id, _ = self.planned.pop(data.draw(st.sampled_from(sorted(self.planned))))
        self.world.do(cancel(self.world.runtime, self.world.owner, delivery_id))

    @rule()
    def pause_or_resume(self) -> None:
        w = self.world
        if self.is_paused:
            w.do(resume(w.runtime, w.owner, "channel", w.channel.id))
        else:
            w.do(pause(w.runtime, w.owner, "channel", w.channel.id, reason="holiday"))
        self.is_paused = not self.is_paused

    @invariant()
    def what_is_stored_is_what_was_answered(self) -> None:
        w = self.world
        stored = w.do(
            list_deliveries(
                w.runtime, w.owner, channel_id=w.channel.id, states=[DeliveryState.SCHEDULED], limit=100
            )
        )
        found = sorted((view.delivery.id, view.delivery.due_at) for view in stored.items)
        assert found == sorted(self.planned.values())  # also: none has two, none is lost

    def teardown(self) -> None:
        for delivery_id, _ in self.planned.values():
            self.world.do(cancel(self.world.runtime, self.world.owner, delivery_id))
        if self.is_paused:
            self.pause_or_resume()
        self.world.do(self._set({}))

    async def _set(self, given: dict[str, Any]) -> None:
        w = self.world
        present = await brand_cadence(w.runtime, w.owner, w.channel.brand_id)
        await set_brand_cadence(w.runtime, w.owner, w.channel.brand_id, given, version=present.version)

    def _place(self, post: int, wish: Schedule) -> Delivery:
        w = self.world
        (view,) = w.do(place(w.runtime, w.owner, w.posts[post], wish))
        self.planned[post] = (view.delivery.id, view.delivery.due_at)
        return view.delivery

    def _move(self, post: int, **when: Any) -> Delivery:
        w = self.world
        delivery = w.do(reschedule(w.runtime, w.owner, self.planned[post][0], **when)).delivery
        self.planned[post] = (delivery.id, delivery.due_at)
        return delivery

    def _check(self, delivery: Delivery, wanted: datetime, *, keep: bool) -> None:
        cadence = self.world.do(self._rules())
        allowed = first_allowed(cadence, MADRID, self._others(delivery.id), wanted, SEARCHED)
        assert delivery.due_at == (wanted if keep else allowed)
        assert delivery.keeps_time is keep
        assert delivery.moved_from == (None if delivery.due_at == wanted else wanted)
        assert bool(delivery.moved_why) == (allowed != wanted)

    def _check_slot(self, plan: Callable[[], Delivery], moving: DeliveryId | None) -> None:
        cadence, taken = self.world.do(self._rules()), self._others(moving)
        asked = self.world.runtime.clock.now()
        try:
            found: datetime | None = plan().due_at
        except NoRoom:
            found = None  # such as best times that are all in quiet hours
        answered = self.world.runtime.clock.now()
        assert found in {first_slot(cadence, MADRID, taken, at, SEARCHED) for at in (asked, answered)}

    def _others(self, moving: DeliveryId | None) -> list[datetime]:
        return [at for delivery_id, at in self.planned.values() if delivery_id != moving]

    async def _rules(self) -> Any:
        async with self.world.runtime.worker_transaction() as tx:
            return await rules_of(tx, self.world.channel)


@pytest.mark.slow
async def test_no_order_of_steps_breaks_a_rule_that_nobody_meant_to_break(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    clock.advance(START - clock.now())
    ready = [(await approved(runtime, owner, channel)).post.id for _ in range(POSTS)]
    world = World(runtime, owner, channel, ready)
    chosen = settings(
        max_examples=12,
        stateful_step_count=14,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    machine: Any = partial(ScheduleModel, world)
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=chosen)
