"""A worker dies at each await and each commit of an attempt: afterwards exactly one post is visible."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from signoff.kernel.people import Actor
from signoff.records.tenants import Brand
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.crashes.batch import connected, mark_of, planned
from tests.crashes.mortal import Life, When
from tests.crashes.platforms import Platform
from tests.support.clock import ShiftableClock
from tests.support.publishing import detail, later
from tests.support.world import KEY

pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.timeout(900)]

WHENS: tuple[When, ...] = ("before", "after")
REST_S = (46, 6, 30, 60, 60, 150, 300, 300, 600)
"""The waits after which whatever died is taken over, looked for twice, and tried again."""


async def test_a_kill_at_any_await_ends_with_exactly_one_post(
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    clock: ShiftableClock,
    platform: Platform,
    pictures_are_served: None,
) -> None:
    channel = await connected(runtime, owner, brand, platform)
    deliveries = await planned(runtime, owner, channel, platform, range(1))
    clock.advance(timedelta(hours=1))
    life = Life(runtime.database.urls, runtime.settings, KEY, clock.offset)
    points = await asyncio.to_thread(life.lived)

    deliveries += await planned(runtime, owner, channel, platform, range(1, 1 + 2 * points))
    clock.advance(timedelta(hours=1))
    life = replace(life, offset=clock.offset)
    died = 0
    for point in range(1, points + 1):
        for when in WHENS:
            died += await asyncio.to_thread(life.lived, point, when) == 0
    assert died > 1.8 * points, "an attempt doesn't always wait equally often, but nearly so"

    worker = Worker(runtime)
    for seconds in REST_S:
        await later(worker, clock, seconds=seconds)
    ended = [await detail(runtime, owner, delivery) for delivery in deliveries]
    assert Counter(str(each.view.delivery.state) for each in ended) == {"published": 1 + 2 * points}
    assert {len(each.receipts) for each in ended} == {1}
    visible = await platform.texts()
    marks = [mark_of(number) for number in range(1 + 2 * points)]
    seen_times = {mark: sum(mark in text for text in visible) for mark in marks}
    assert {mark: times for mark, times in seen_times.items() if times != 1} == {}
