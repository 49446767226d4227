"""What is past its time is told between two and three minutes after it, once, and again when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from signoff.connectors.errors import Reconnect, Throttled, TryLater
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandChanges, change_brand
from signoff.pipeline.publish.claim import claim
from signoff.pipeline.publish.finish import finish
from signoff.pipeline.publish.outcome import put_back
from signoff.pipeline.schedule.change import cancel, reschedule
from signoff.pipeline.schedule.pause import pause
from signoff.pipeline.schedule.resume import resume
from signoff.records.alerts.notices import close_alert, open_alerts
from signoff.records.deliveries.story import Story
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.watch.watcher import Watcher
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import scheduled
from tests.support.publishing import alerts, due, later

LATE = ["Late: “Good morning” on Noticeboard (Board plaza)"]
ROUND = timedelta(seconds=15)


@pytest.fixture
def watcher(runtime: Runtime) -> Watcher:
    return Watcher(runtime, [], serves_pages=True)


async def watched(watcher: Watcher, clock: ShiftableClock, lasting: timedelta) -> None:
    """Let time pass while somebody watches."""
    for _ in range(lasting // ROUND):
        await watcher.round()
        clock.advance(ROUND)
    await watcher.round()


async def late_alerts(runtime: Runtime, actor: Actor) -> list[str]:
    return [title for title in await alerts(runtime, actor) if title.startswith("Late")]


async def test_it_is_told_between_two_and_three_minutes_after_its_time_and_once(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, watcher: Watcher
) -> None:
    delivery = await due(runtime, owner, channel, clock)
    while clock.now() < delivery.due_at + timedelta(minutes=2):
        await watcher.round()
        assert await late_alerts(runtime, owner) == []
        clock.advance(ROUND)
    while clock.now() < delivery.due_at + timedelta(minutes=3):
        await watcher.round()
        clock.advance(ROUND)
    assert await late_alerts(runtime, owner) == LATE
    await watched(watcher, clock, timedelta(minutes=5))
    assert await late_alerts(runtime, owner) == LATE


async def test_a_failure_that_is_tried_again_is_told_with_its_reason_and_closed_when_it_is_out(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    watcher: Watcher,
) -> None:
    worker = Worker(runtime)
    noticeboard.fails_with = [TryLater("The board is being painted."), TryLater("The paint is wet.")]
    await due(runtime, owner, channel, clock)
    await worker.run_until_idle()
    await watched(watcher, clock, timedelta(minutes=2, seconds=15))
    assert await late_alerts(runtime, owner) == LATE

    await later(worker, clock, minutes=2)
    assert await late_alerts(runtime, owner) == LATE, "it is still not out"
    await later(worker, clock, minutes=5)
    assert len(noticeboard.notes) == 1
    assert await late_alerts(runtime, owner) == []


async def test_one_that_a_worker_froze_on_is_told(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, watcher: Watcher
) -> None:
    await due(runtime, owner, channel, clock)
    await claim(runtime, "frozen worker", 1)
    await watched(watcher, clock, timedelta(minutes=2, seconds=15))
    assert await late_alerts(runtime, owner) == LATE


async def test_one_that_prepares_without_end_is_told(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, watcher: Watcher
) -> None:
    await due(runtime, owner, channel, clock)
    for _ in range(5):  # it prepares for 25 s and waits for 10 s
        (lease,) = await claim(runtime, "a worker", 1)
        clock.advance(timedelta(seconds=25))
        story = Story("publish", lease, runtime.clock)
        wait = put_back("Preparing takes longer", not_before=clock.now() + timedelta(seconds=10))
        with story.recorded():
            await finish(runtime, lease, wait, story)
        await watcher.round()
        clock.advance(timedelta(seconds=11))
    await watcher.round()
    assert await late_alerts(runtime, owner) == LATE


async def test_who_closed_the_alert_is_told_again_after_a_day(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel, clock: ShiftableClock, *, watcher: Watcher
) -> None:
    at_once = BrandChanges(late_policy="publish")
    await change_brand(runtime, owner, brand.id, at_once, version=brand.version)
    await due(runtime, owner, channel, clock)
    await watched(watcher, clock, timedelta(minutes=2, seconds=15))
    (late,) = [alert for alert in await open_alerts(runtime, owner) if alert.title.startswith("Late")]
    await close_alert(runtime, owner, late.id)
    await watched(watcher, clock, timedelta(minutes=3))
    assert await late_alerts(runtime, owner) == []
    clock.advance(timedelta(days=1))
    await watched(watcher, clock, timedelta(minutes=2, seconds=15))
    assert await late_alerts(runtime, owner) == LATE


async def test_what_waits_by_a_rule_is_not_told_and_has_its_two_minutes_when_it_is_let_go(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, watcher: Watcher
) -> None:
    await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1))
    await pause(runtime, owner, "channel", channel.id, reason="Storm warning.")
    clock.advance(timedelta(hours=1))
    await watched(watcher, clock, timedelta(minutes=3))
    assert await late_alerts(runtime, owner) == []

    await resume(runtime, owner, "channel", channel.id)
    await watched(watcher, clock, timedelta(minutes=1, seconds=45))
    assert await late_alerts(runtime, owner) == []
    await watched(watcher, clock, timedelta(minutes=1))
    assert await late_alerts(runtime, owner) == LATE


@pytest.mark.parametrize("kind", ["held by the platform", "signed out"])
async def test_an_account_that_may_not_be_used_tells_in_its_own_way(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    *,
    watcher: Watcher,
    kind: str,
) -> None:
    until = clock.now() + timedelta(hours=4)
    held = Throttled("25 posts are out.", not_before=until)
    out = Reconnect("The key was changed.", advice="Connect it again.")
    noticeboard.fails_with = [held if kind == "held by the platform" else out]
    await due(runtime, owner, channel, clock)
    await due(runtime, owner, channel, clock)
    await Worker(runtime).run_until_idle()
    await watched(watcher, clock, timedelta(minutes=4))
    assert await late_alerts(runtime, owner) == []


@pytest.mark.parametrize("how", ["put off", "cancelled"])
async def test_the_alert_goes_when_people_put_it_off_or_cancel_it(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, watcher: Watcher, how: str
) -> None:
    delivery = await due(runtime, owner, channel, clock)
    await watched(watcher, clock, timedelta(minutes=2, seconds=15))
    assert await late_alerts(runtime, owner) == LATE
    if how == "cancelled":
        await cancel(runtime, owner, delivery.id, reason="Too late.")
    else:
        await reschedule(runtime, owner, delivery.id, due_at=clock.now() + timedelta(hours=1))
    await watcher.round()
    assert await late_alerts(runtime, owner) == []


async def test_processes_that_watch_at_the_same_time_tell_once(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, watcher: Watcher
) -> None:
    other = Watcher(runtime, [], serves_pages=False)
    await due(runtime, owner, channel, clock)
    for _ in range(12):
        await watcher.round()
        await other.round()
        clock.advance(ROUND)
    assert await late_alerts(runtime, owner) == LATE
