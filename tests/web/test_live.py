"""Live updates: what changed is named without its content, also to a browser that was away."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
from sqlalchemy import Engine, event, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.session import Database
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.records.models import Delivery
from signoff.records.overview.audit_trail import last_entry
from signoff.records.states import DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import in_review, scheduled, written
from tests.support.racing import waiting_for_locks
from tests.support.world import Neighbour
from tests.web.visitor import Visitor


@asynccontextmanager
async def stream(visitor: Visitor, since: int, last: str = "") -> AsyncIterator[aiohttp.StreamReader]:
    headers = {"Last-Event-ID": last} if last else {}
    async with visitor.http.get(f"{visitor.site}/events?since={since}", headers=headers) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield answer.content


async def named(events: aiohttp.StreamReader, name: str) -> str:
    """Read until an event of this name comes; give its id."""
    number = ""
    async with asyncio.timeout(10):
        while True:
            line = (await events.readline()).decode().strip()
            if line.startswith("id:"):
                number = line[3:].strip()
            if line == f"event: {name}":
                return number


async def test_a_change_is_named_without_its_content(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    start = await last_entry(runtime, olga.actor)
    async with stream(olga, start) as events:
        await in_review(runtime, olga.actor, channel, body="A secret plan.")
        assert int(await named(events, "review")) > start
        rest = b"".join([await events.readline() for _ in range(2)])
        assert b"secret" not in rest


async def test_a_browser_that_comes_back_is_told_what_it_missed(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    start = await last_entry(runtime, olga.actor)
    await scheduled(runtime, olga.actor, channel)
    async with stream(olga, 0, last=str(start)) as events:
        assert int(await named(events, "jobs")) == await last_entry(runtime, olga.actor)


async def test_a_browser_ahead_of_a_restored_database_is_told_everything(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    assert channel
    async with stream(olga, 0, last="99999") as events:
        assert int(await named(events, "review")) == await last_entry(runtime, olga.actor)


async def test_other_organizations_arent_heard(
    olga: Visitor, runtime: Runtime, channel: Channel, neighbour: Neighbour
) -> None:
    start = await last_entry(runtime, olga.actor)
    async with stream(olga, start) as events:
        await written(runtime, neighbour.owner, neighbour.channel)
        await scheduled(runtime, olga.actor, channel)
        number = await named(events, "posts")
    assert start < int(number) <= await last_entry(runtime, olga.actor)


async def test_two_browsers_are_told_by_one_look(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    start = await last_entry(runtime, olga.actor)
    async with stream(olga, start) as first, stream(olga, start) as second:
        await written(runtime, olga.actor, channel)
        assert await named(first, "posts") == await named(second, "posts")


async def test_any_number_of_open_pages_costs_one_question(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    start = await last_entry(runtime, olga.actor)
    asked: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "subject_type" in statement and "DISTINCT" in statement:
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        async with AsyncExitStack() as open_pages:
            pages = [await open_pages.enter_async_context(stream(olga, start)) for _ in range(5)]
            await written(runtime, olga.actor, channel)
            for page in pages:
                await named(page, "posts")
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    assert 0 < len(asked) < len(pages)


async def test_strangers_hear_nothing(stranger: Visitor, owner: Actor) -> None:
    assert owner
    page = await stranger.get("/events?since=0")
    assert page.path.startswith("/sign-in")


async def test_the_frame_is_refreshed_alone(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    await in_review(runtime, olga.actor, channel)
    page = await olga.get("/frame?section=review")
    assert "<html" not in page.html
    assert 'id="rail"' in page.html
    assert 'id="banners"' in page.html


async def test_after_a_refresh_the_brands_still_lead_to_the_page_that_is_open(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    await create_brand(runtime, olga.actor, BrandDraft("Bar Sol", "UTC"))
    page = await olga.get("/frame?section=calendar&at=/calendar")
    assert f"/calendar?brand={channel.brand_id}" in page.links


async def test_what_changes_while_a_page_is_made_is_told_to_it(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    """It is committed just when the page finds out which entry its live updates begin after."""
    delivery = await scheduled(runtime, olga.actor, channel)
    async with owners_transaction(runtime, olga.actor) as tx:
        await tx.execute(text("lock table audit_heads in access exclusive mode"))
        opening = asyncio.create_task(olga.get(f"/deliveries/{delivery.id}"))
        await waiting_for_locks(runtime, 1)
        change = update(Delivery).where(Delivery.id == delivery.id)
        await tx.execute(change.values(state=DeliveryState.CANCELLED))
        chain.record(tx, olga.actor, "delivery.cancelled", ("delivery", delivery.id))
    page = await opening
    since = re.search(r"/events\?since=(\d+)", page.html)
    assert since
    shows_it = f"/deliveries/{delivery.id}/cancel" not in page.links
    assert shows_it or int(since[1]) < await last_entry(runtime, olga.actor)


@asynccontextmanager
async def owners_transaction(runtime: Runtime, actor: Actor) -> AsyncIterator[AsyncSession]:
    """As the role that owns the tables, which may lock them whole."""
    database = Database(replace(runtime.database.urls, app=runtime.database.urls.owner))
    async with database.transaction(actor.organization_id) as tx:
        yield tx
    await database.close()
