"""The point of no return: no call without an intent that is on record, and none long after it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from signoff.connectors.base import COMMIT_START_WITHIN
from signoff.db.embedded import EmbeddedPostgres
from signoff.db.session import Database
from signoff.kernel.people import Actor
from signoff.records.states import DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.publishing import detail, due, later, row
from tests.support.wire import Cut, Wire, wired


@pytest.fixture
async def wire(runtime: Runtime, postgres: EmbeddedPostgres) -> AsyncIterator[Wire]:
    async with wired(runtime.database.urls, postgres.admin_url()) as wire:
        yield wire


@pytest.fixture
async def far(runtime: Runtime, wire: Wire, clock: ShiftableClock) -> AsyncIterator[Runtime]:
    """What a worker has whose line to the database can be cut."""
    database = Database(wire.urls, clock=clock, worker_pool=2, name="far")
    yield replace(runtime, database=database)
    await database.close()


@pytest.fixture
async def intent(  # noqa: PLR0917 - fixtures
    runtime: Runtime,
    far: Runtime,
    wire: Wire,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
) -> int:
    """Which of a worker's commits is the last before it calls the platform."""
    commits_before_call = 0

    async def count() -> None:
        nonlocal commits_before_call
        commits_before_call = wire.commits

    for _ in range(2):  # the first time more is stored than later on
        await due(runtime, publisher, channel, clock)
        wire.commits, noticeboard.meanwhile = 0, count
        await Worker(far).run_until_idle()
    noticeboard.notes.clear()
    wire.commits = 0
    return commits_before_call - 1


async def test_a_call_that_would_begin_too_late_is_not_made(  # noqa: PLR0917 - fixtures
    runtime: Runtime,
    far: Runtime,
    wire: Wire,
    intent: int,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
) -> None:
    """The intent's answer is long in coming: others may have concluded by then that no call was made."""

    async def slow(number: int) -> None:
        if number == intent:
            clock.advance(COMMIT_START_WITHIN)

    delivery = await due(runtime, publisher, channel, clock)
    wire.plan = slow

    await Worker(far).run_until_idle()
    shown = await detail(runtime, publisher, delivery)
    assert [each.phase for each in shown.attempts] == ["intent", "commit"]
    assert (await row(runtime, publisher, delivery)).state is DeliveryState.PUBLISHED
    assert len(noticeboard.notes) == 1


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_an_intent_that_the_database_does_not_confirm_allows_no_call(
    runtime: Runtime,
    far: Runtime,
    wire: Wire,
    intent: int,
    publisher: Actor,
    *,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    cut: Cut,
) -> None:
    """Whether it was stored or not: whoever isn't told must take it for not given."""

    async def cut_off(number: int) -> Cut | None:
        return cut if number == intent else None

    delivery = await due(runtime, publisher, channel, clock)
    wire.plan = cut_off

    with suppress(DBAPIError):
        await Worker(far).run_until_idle()
    assert wire.commits > intent
    assert not noticeboard.notes

    for wait in (46, 60, 60, 150):
        await later(Worker(runtime), clock, seconds=wait)
    assert (await row(runtime, publisher, delivery)).state is DeliveryState.PUBLISHED
    assert len(noticeboard.notes) == 1
