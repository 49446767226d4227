"""Thirty posts for an account that takes twenty-five a day: each worker that comes knows what others used."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from signoff.db.urls import DatabaseUrls
from signoff.kernel.people import Actor
from signoff.records.budgets.gauges import gauges
from signoff.records.models import Delivery
from signoff.records.tenants import Brand
from signoff.runtime import Runtime
from tests.crashes import platforms
from tests.crashes.batch import connected, planned
from tests.crashes.mortal import Life
from tests.support.clock import ShiftableClock
from tests.support.publishing import detail, row
from tests.support.sandbox import Account, Sandbox
from tests.support.world import KEY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

POSTS, A_DAY = 30, 25
WAITS = "Waiting for budget: 25 of 25 posts in 24 hours"


@pytest.fixture
def graph_url(sandbox: Sandbox) -> str:
    return sandbox.graph_url


@pytest.fixture
def account(sandbox: Sandbox) -> Account:
    return sandbox.seed_instagram(name="Casa Luz", quota_total=A_DAY)


@pytest.fixture
async def thirty(
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    sandbox: Sandbox,
    account: Account,
    pictures_are_served: None,
) -> list[Delivery]:
    """Approved and due within the hour, in their order."""
    platform = platforms.of_account(sandbox, "instagram", account)
    channel = await connected(runtime, owner, brand, platform)
    return await planned(runtime, owner, channel, platform, range(POSTS))


async def test_what_is_beyond_the_day_waits_through_restarts_and_goes_out_after_it(  # noqa: PLR0917 - fixtures
    runtime: Runtime,
    owner: Actor,
    database_urls: DatabaseUrls,
    clock: ShiftableClock,
    sandbox: Sandbox,
    account: Account,
    thirty: list[Delivery],
) -> None:
    life = Life(database_urls, runtime.settings, KEY, clock.offset)
    seen = len(sandbox.requests(account.id))

    async def a_worker_lives(after: timedelta) -> Counter[str]:
        """Let time pass, then a worker process of its own; the calls that it made, by kind."""
        nonlocal seen
        clock.advance(after)
        sandbox.advance(after.total_seconds())
        await asyncio.to_thread(replace(life, offset=clock.offset).lived)
        calls = sandbox.requests(account.id)[seen:]
        seen += len(calls)
        assert {call["error"] for call in calls} <= {""}, "nothing was asked for that there was no room for"
        return Counter(call["call"] for call in calls)

    first = await a_worker_lives(timedelta(hours=1))
    assert (first["instagram.publish"], len(sandbox.posts(account.id))) == (A_DAY, A_DAY)

    last = await detail(runtime, owner, thirty[-1])
    assert last.view.waiting is not None
    assert last.view.waiting.text == WAITS
    assert last.view.waiting.until is not None
    to_wait = last.view.waiting.until - clock.now()
    assert timedelta(hours=23) < to_wait < timedelta(hours=24)
    (gauge,) = await gauges(runtime, owner)
    assert gauge.posts is not None
    assert (gauge.posts.used, gauge.posts.planned) == (A_DAY, POSTS - A_DAY)

    for _ in range(3):
        assert not await a_worker_lives(to_wait / 3 - timedelta(seconds=20))

    second = await a_worker_lives(timedelta(seconds=90))
    assert (second["instagram.publish"], len(sandbox.posts(account.id))) == (POSTS - A_DAY, POSTS)
    rows = [await row(runtime, owner, delivery) for delivery in thirty]
    assert {(str(each.state), each.attempts) for each in rows} == {("published", 0)}
    order = [each.published_at for each in rows if each.published_at]
    assert max(order[:A_DAY]) < min(order[A_DAY:]), "those that were due last waited"
