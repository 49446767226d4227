"""Trying again now: a wait between two tries is cut short, and nothing else is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from signoff.connectors.errors import Throttled, TryLater
from signoff.kernel.errors import NotAllowed, WrongState
from signoff.kernel.people import Actor
from signoff.pipeline.publish.hurry import hurry
from signoff.pipeline.schedule.pause import pause
from signoff.records.models import Delivery
from signoff.records.states import DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import scheduled
from tests.support.publishing import detail, due, row


@pytest.fixture
async def waiting(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> Delivery:
    """A delivery whose first try failed and that waits two minutes for the second one."""
    noticeboard.fails_with = [TryLater("Busy.")]
    delivery = await due(runtime, publisher, channel, clock)
    await Worker(runtime).run_until_idle()
    return delivery


async def test_it_is_tried_again_at_once(
    runtime: Runtime, publisher: Actor, waiting: Delivery, noticeboard: Noticeboard
) -> None:
    await hurry(runtime, publisher, waiting.id)
    await Worker(runtime).run_until_idle()

    told = await detail(runtime, publisher, waiting)
    assert told.view.delivery.state is DeliveryState.PUBLISHED
    assert len(noticeboard.notes) == 1
    assert "delivery.hurry" in [entry.action for entry in told.timeline]


async def test_tries_stay_counted(
    runtime: Runtime, publisher: Actor, waiting: Delivery, noticeboard: Noticeboard
) -> None:
    noticeboard.fails_with = [TryLater("Busy.") for _ in range(3)]
    for _ in range(3):
        await hurry(runtime, publisher, waiting.id)
        await Worker(runtime).run_until_idle()
    assert (await row(runtime, publisher, waiting)).state is DeliveryState.FAILED


async def test_a_pause_holds_on(
    runtime: Runtime, publisher: Actor, channel: Channel, waiting: Delivery
) -> None:
    await pause(runtime, publisher, "channel", channel.id, reason="Wrong price")
    with pytest.raises(WrongState, match="paused: Wrong price"):
        await hurry(runtime, publisher, waiting.id)


async def test_what_the_platform_asked_for_isnt_cut_short(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    noticeboard.fails_with = [Throttled("Slow down.", not_before=clock.now() + timedelta(hours=2))]
    delivery = await due(runtime, publisher, channel, clock)
    await Worker(runtime).run_until_idle()
    with pytest.raises(WrongState, match="asks to wait"):
        await hurry(runtime, publisher, delivery.id)


async def test_a_due_time_isnt_brought_forward(runtime: Runtime, publisher: Actor, channel: Channel) -> None:
    delivery = await scheduled(runtime, publisher, channel)
    with pytest.raises(WrongState, match="goes out at its time"):
        await hurry(runtime, publisher, delivery.id)


async def test_only_who_operates_may(runtime: Runtime, author: Actor, waiting: Delivery) -> None:
    with pytest.raises(NotAllowed):
        await hurry(runtime, author, waiting.id)
