"""What waits long past its time is told, once, and the alert goes when it is over."""

from __future__ import annotations

from datetime import timedelta

from signoff.connectors.base import Throttled
from signoff.kernel.people import Actor
from signoff.pipeline.publish.overdue import tell_overdue
from signoff.pipeline.schedule.pause import pause
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import scheduled
from tests.support.publishing import alerts, due, later


async def test_a_platform_that_says_wait_for_hours_is_told_with_its_reason(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    worker = Worker(runtime)
    until = clock.now() + timedelta(hours=4)
    noticeboard.fails_with = [Throttled("25 posts are out.", not_before=until)]
    await due(runtime, owner, channel, clock)
    await worker.run_until_idle()
    assert await tell_overdue(runtime) == 0

    clock.advance(timedelta(minutes=16))
    assert await tell_overdue(runtime) == 1
    assert await tell_overdue(runtime) == 0
    assert await alerts(runtime, owner) == ["Late: “Good morning” on Noticeboard (Board plaza)"]

    await later(worker, clock, hours=4)
    assert len(noticeboard.notes) == 1
    assert not await alerts(runtime, owner)


async def test_what_people_paused_themselves_is_not_told(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1))
    await pause(runtime, owner, "channel", channel.id, reason="Storm warning.")
    clock.advance(timedelta(hours=1))

    assert await tell_overdue(runtime) == 0
