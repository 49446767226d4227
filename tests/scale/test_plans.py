"""No page, call or job gets slower with what has piled up: every statement that they send is explained.

What is tested is found, not listed: each page and call that there is, each job of the timetable, the worker's
own round. A new one is covered at once; if it needs an id that isn't known here yet, the test says so.

What does grow with an organization is left out here and told in the documentation: posts narrowed to one
channel, words that most posts hold, and what a pause made overdue, which is gone through when it ends.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text
from starlette.routing import BaseRoute

from signoff.api.app import PREFIX
from signoff.api.routes import ROUTERS as API_ROUTERS
from signoff.kernel.people import Actor, May
from signoff.organizations.found import found_organization
from signoff.organizations.sign_in import use_link
from signoff.organizations.tokens import create_token
from signoff.pipeline.schedule.change import cancel, reschedule
from signoff.pipeline.schedule.pause import pause
from signoff.records.deliveries.queries import list_deliveries
from signoff.records.tenants import Brand
from signoff.runtime import Runtime
from signoff.web.cookies import session_cookie
from signoff.web.routes import ROUTERS as WEB_ROUTERS
from signoff.worker.loop import Worker
from signoff.worker.timetable import timetable
from tests.support.people import SOMEWHERE, secret_of
from tests.support.plans import watched
from tests.support.posts import scheduled
from tests.support.raw_sql import Role
from tests.support.world import connect_board

pytestmark = pytest.mark.slow

BY_NIGHT: Final = {"back_up", "follow_zones", "keep_months"}
"""Jobs that go through all there is once a night, on purpose, or read the catalogue only."""
STREAMS: Final = {"/events"}
SOME: Final = """
    with d as (select distinct on (state) id from deliveries where organization_id = %(o)s
               order by state, due_at desc),
         p as (select distinct on (state) id from posts where organization_id = %(o)s)
    select (select array_agg(id::text) from d), (select array_agg(id::text) from p),
           (select id::text from brands where organization_id = %(o)s limit 1),
           (select id::text from channels where organization_id = %(o)s limit 1),
           (select id::text from memberships where organization_id = %(o)s limit 1)
"""
NOWHERE: Final = "01900000-0000-7000-8000-000000000000"


@pytest.fixture
async def known(owner: Actor, owner_sql: Role) -> Mapping[str, list[str]]:
    """Ids of the largest organization: a post and the latest delivery in each state, and one of all else."""
    ((deliveries, posts, brand, channel, member),) = await owner_sql.run(SOME, o=owner.organization_id)
    return {
        "delivery_id": deliveries,
        "post_id": posts,
        "brand_id": [brand],
        "channel_id": [channel],
        "member_id": [member],
        "media_id": [NOWHERE],
        "pause_id": [NOWHERE],
        "snippet_id": [NOWHERE],
        "template_id": [NOWHERE],
        "digest": ["0" * 64],
        "organization": [NOWHERE],
        "name": ["sweep"],
        "job_name": ["sweep"],
        "file_name": ["nothing.jpg"],
        "secret": ["unknown"],
    }


def addresses(routers: tuple[Any, ...], known: Mapping[str, list[str]]) -> Iterator[str]:
    for router in routers:
        for route in router.routes:
            if is_page(route):
                yield from filled(route.path, known)


def is_page(route: BaseRoute) -> bool:
    return isinstance(route, APIRoute) and "GET" in (route.methods or ()) and route.path not in STREAMS


def filled(path: str, known: Mapping[str, list[str]]) -> list[str]:
    name = re.search(r"{(\w+)}", path)
    if name is None:
        return [path]
    assert name[1] in known, f"say in this test where a {name[1]} is found: {path} needs one"
    return [one for value in known[name[1]] for one in filled(path.replace(name[0], value), known)]


async def visit(http: aiohttp.ClientSession, url: str, **how: Any) -> Any:
    async with http.get(url, allow_redirects=False, **how) as answer:
        said = await answer.text()
        assert answer.status < 500, f"{url}: {answer.status} {said[:500]}"
        return said


async def test_every_page_stays_as_fast(
    runtime: Runtime, owner: Actor, site: str, browser: aiohttp.ClientSession, known: Mapping[str, list[str]]
) -> None:
    link = (await found_organization(runtime, "Bakery 2-1", owner.email)).link
    signed = await use_link(runtime, secret_of(link), **SOMEWHERE)
    browser.cookie_jar.update_cookies({session_cookie(runtime.settings): signed.session_secret})
    brand = known["brand_id"][0]
    lists = [
        f"/posts?{urlencode(chosen)}"
        for chosen in (
            *({"state": state} for state in ("draft", "in_review", "approved", "archived")),
            {"search": "croissant"},
            {"search": "croissant", "brand": brand},
            {"search": "nowhere"},
            {"brand": brand},
        )
    ]
    with watched() as plans:
        for path in [*addresses(WEB_ROUTERS, known), *lists, f"/review?brand={brand}"]:
            await visit(browser, site + path)
    assert len(plans.seen) > 40
    assert not plans.slow, plans.slow


def chosen_lists(known: Mapping[str, list[str]]) -> Iterator[str]:
    """The lists with what they can be narrowed and sorted by."""
    brand, channel = known["brand_id"][0], known["channel_id"][0]
    now = datetime.now(UTC)
    month = {"from": (now - timedelta(days=1)).isoformat(), "to": (now + timedelta(days=6)).isoformat()}
    for sort in ("-updated_at", "updated_at", "-created_at", "created_at", "title", "-title", "state_since"):
        yield f"/posts?{urlencode({'sort': sort})}"
        yield f"/posts?{urlencode({'sort': sort, 'state': 'approved'})}"
    for narrowed in (
        {"brand": brand},
        {"author": NOWHERE},
        {"assignee": NOWHERE},
        {"changed_from": now.isoformat()},
        {"tag": "nowhere"},
        {"search": "croissant"},
        {"search": "nowhere"},
    ):
        yield f"/posts?{urlencode(narrowed)}"
    for each in (
        *(
            {"state": state}
            for state in ("scheduled", "publishing", "published", "unknown", "failed", "cancelled")
        ),
        {"brand": brand},
        {"channel": channel},
        {"post": known["post_id"][0]},
        {"brand": brand, "state": "failed"},
        {"channel": channel, "state": "unknown"},
        month,
    ):
        yield f"/deliveries?{urlencode(each)}"
    yield f"/calendar?{urlencode(month)}"
    yield f"/calendar?{urlencode(month | {'brand': brand})}"
    for read in (
        {"action": "delivery."},
        {"action": "session.opened"},
        {"post": known["post_id"][0]},
        {"person": NOWHERE},
        month,
    ):
        yield f"/audit?{urlencode(read)}"


async def test_every_call_stays_as_fast(
    runtime: Runtime, owner: Actor, site: str, browser: aiohttp.ClientSession, known: Mapping[str, list[str]]
) -> None:
    _, token = await create_token(runtime, owner, "plans", [may.value for may in May])
    sender = {"headers": {"Authorization": f"Bearer {token}"}}
    with watched() as plans:
        for path in [*addresses(API_ROUTERS, known), *chosen_lists(known)]:
            said = await visit(browser, site + PREFIX + path, **sender)
            if next_cursor := re.search(r'"next_cursor":\s?"([^"]+)"', said):
                more = "&" if "?" in path else "?"
                await visit(browser, f"{site}{PREFIX}{path}{more}cursor={next_cursor[1]}", **sender)
    assert len(plans.seen) > 40
    assert not plans.slow, plans.slow


async def test_what_people_do_stays_as_fast(
    runtime: Runtime, owner: Actor, known: Mapping[str, list[str]]
) -> None:
    async with runtime.transaction(owner.organization_id) as tx:
        brand = await tx.get_one(Brand, known["brand_id"][0])
    with watched() as plans:
        channel = await connect_board(runtime, owner, brand, "people")
        first = await scheduled(runtime, owner, channel)
        later = datetime.now(UTC) + timedelta(days=2)
        await reschedule(runtime, owner, first.id, due_at=later)
        await cancel(runtime, owner, first.id)
        await pause(runtime, owner, "brand", brand.id, reason="holiday")
        await list_deliveries(runtime, owner, channel_id=channel.id)
    assert not plans.slow, plans.slow


async def test_the_workers_round_stays_as_fast(
    runtime: Runtime, owner: Actor, known: Mapping[str, list[str]]
) -> None:
    async with runtime.transaction(owner.organization_id) as tx:
        brand = await tx.get_one(Brand, known["brand_id"][0])
    channel = await connect_board(runtime, owner, brand, "workers")
    await scheduled(runtime, owner, channel, due_in=timedelta(milliseconds=200))
    with watched() as plans:
        await asyncio.wait_for(Worker(runtime).run_until_idle(), 60)
    assert plans.roles == {"signoff_worker"}
    assert not plans.slow, plans.slow


async def test_every_job_stays_as_fast(runtime: Runtime) -> None:
    jobs = [job for job in timetable(runtime) if job.name not in BY_NIGHT]
    for job in jobs:  # the first time they catch up with three years
        await job.work()
    with watched() as plans:
        for job in jobs:
            await job.work()
    assert not plans.slow, plans.slow


async def test_what_grows_too_slow_is_noticed(runtime: Runtime, owner: Actor) -> None:
    slow = text("select count(*) from deliveries where error = 'none'")
    with watched() as plans:
        async with runtime.transaction(owner.organization_id) as tx:
            await tx.execute(slow)
    assert len(plans.bad) == 1
