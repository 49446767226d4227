"""Clocks that jump, and machines that sleep, between the intent and the call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from psycopg import AsyncConnection

from signoff.db.embedded import EmbeddedPostgres
from signoff.db.urls import conninfo
from signoff.kernel.people import Actor
from signoff.records.states import DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.chaos.held import HeldIntent, held_intents
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.publishing import detail, due


@pytest.fixture
async def held(postgres: EmbeddedPostgres, runtime: Runtime) -> AsyncIterator[HeldIntent]:
    """Intents that wait at their commit: what happens meanwhile happens between intent and call."""
    url = postgres.admin_url(str(runtime.database.urls.worker.database))
    async with (
        await AsyncConnection.connect(conninfo(url), autocommit=True) as administrator,
        held_intents(administrator) as held,
    ):
        yield held


@pytest.mark.parametrize(
    ("jumps", "sleeps"),
    [(3600, 0), (-3600, 0), (6, 0), (0, 6)],
    ids=["an hour ahead", "an hour back", "just too far", "the machine slept"],
)
async def test_nothing_is_sent_once_a_clock_says_that_the_intent_is_old(  # noqa: PLR0917 - fixtures
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    held: HeldIntent,
    jumps: int,
    sleeps: int,
) -> None:
    delivery = await due(runtime, publisher, channel, clock)
    clock.advance(timedelta(hours=1))  # so that it is due by the clock that was set back, too
    worker = Worker(runtime)
    working = asyncio.create_task(worker.run_until_idle())
    await held.until_one_waits()
    assert not noticeboard.notes
    clock.jump(timedelta(seconds=jumps))
    clock.advance(timedelta(seconds=sleeps))
    await held.let_go()
    await asyncio.wait_for(working, 60)

    shown = await detail(runtime, publisher, delivery)
    assert shown.view.delivery.state is DeliveryState.PUBLISHED
    tries = sorted(shown.attempts, key=lambda attempt: attempt.token)
    assert [(each.phase, each.outcome) for each in tries] == [
        ("intent", "scheduled"),
        ("commit", "published"),
    ]
    assert "too slow" in tries[0].detail
    assert shown.view.delivery.attempts == 0, "it cost no try"
    assert len(noticeboard.notes) == 1
