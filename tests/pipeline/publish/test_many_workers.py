"""Several real worker processes on one database: each post goes out once, and every channel has its turn."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from psycopg import AsyncConnection

from bench.entrants.signoff import copy_posts
from bench.platform import Connection, Pages
from signoff.app import make_connectors
from signoff.connectors.base import Connector
from signoff.db.embedded import EmbeddedPostgres
from signoff.db.urls import DatabaseUrls, conninfo
from signoff.http.client import Http
from signoff.kernel.people import Actor
from signoff.organizations.channels import connect_channel
from signoff.pipeline.draft.content import PostDraft
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.records.states import ContentType, Verdict
from signoff.records.tenants import Brand
from signoff.runtime import Runtime
from signoff.settings import Environment, Settings
from tests.support.clock import ShiftableClock
from tests.support.posts import seen
from tests.support.raw_sql import Role
from tests.support.waiting import until
from tests.support.world import KEY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

BUSY, QUIET = "1000001", "1000002"
MANY, FEW = 150, 3
IN_FLIGHT: Final = 8


@pytest.fixture
async def pages() -> AsyncIterator[tuple[Pages, str]]:
    """A platform that answers like Facebook, a little slowly, with its address."""
    pages = Pages(delay_s=0.03)
    loop = asyncio.get_running_loop()
    async with await loop.create_server(lambda: Connection(pages), "127.0.0.1", 0) as server:
        yield pages, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
def settings(tmp_path: Path, pages: tuple[Pages, str]) -> Settings:
    return Settings(environment=Environment.DEVELOPMENT, data_dir=tmp_path, graph_url=pages[1])


@pytest.fixture
def connectors(settings: Settings, http: Http, clock: ShiftableClock) -> Mapping[str, Connector]:
    return make_connectors(settings, http, clock)


@pytest.fixture
async def administrator(
    postgres: EmbeddedPostgres, database_urls: DatabaseUrls
) -> AsyncIterator[AsyncConnection]:
    url = postgres.admin_url().set(database=database_urls.app.database)
    async with await AsyncConnection.connect(conninfo(url), autocommit=True) as connection:
        yield connection


async def approved_for(runtime: Runtime, owner: Actor, brand: Brand, page: str) -> None:
    """An approved post for this Page, whose title is the Page's number."""
    login = {"page_id": page, "access_token": "EAAG" + page * 8}
    channel = await connect_channel(runtime, owner, brand.id, "facebook", "", login, {})
    draft = PostDraft(brand.id, ContentType.FEED_POST, title=page, body="Figs.", channels=[channel.id])
    post = (await create_post(runtime, owner, draft)).post
    await submit(runtime, owner, post.id)
    await decide(runtime, owner, post.id, Verdict.APPROVE, seen=await seen(runtime, owner, post.id))


@asynccontextmanager
async def worker(settings: Settings, urls: DatabaseUrls) -> AsyncIterator[None]:
    """Run `signoff worker` until the block ends; it must end well."""
    addresses = {"": urls.app, "OWNER_": urls.owner, "WORKER_": urls.worker}
    own = {
        f"SIGNOFF_DATABASE_{name}URL": url.render_as_string(hide_password=False)
        for name, url in addresses.items()
    }
    own |= {"SIGNOFF_DATA_DIR": str(settings.data_dir), "SIGNOFF_SECRET_KEY": KEY}
    own |= {"SIGNOFF_GRAPH_URL": settings.graph_url, "SIGNOFF_IN_FLIGHT": str(IN_FLIGHT)}
    own |= {"SIGNOFF_FACEBOOK_CALLS_PER_HOUR": "0", "SIGNOFF_LOG_LEVEL": "WARNING"}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("SIGNOFF_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "signoff.cli.main", "worker", cwd=settings.data_dir, env=plain | own
    )
    try:
        yield
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 60)


@pytest.mark.parametrize("number", [2, 4])
async def test_workers_share_what_is_due_without_doubling_and_a_busy_channel_starves_none(
    number: int,
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    *,
    settings: Settings,
    database_urls: DatabaseUrls,
    administrator: AsyncConnection,
    owner_sql: Role,
    pages: tuple[Pages, str],
) -> None:
    for page in (BUSY, QUIET):
        await approved_for(runtime, owner, brand, page)

    async def all_are_up() -> bool:
        ((up,),) = await owner_sql.run("select count(*) from workers where stopped_at is null")
        return bool(up == number)

    async def all_are_out() -> bool:
        ((left,),) = await owner_sql.run("select count(*) from deliveries where state <> 'published'")
        return bool(left == 0)

    async with AsyncExitStack() as stack:
        for _ in range(number):
            await stack.enter_async_context(worker(settings, database_urls))
        await until(all_are_up, within_s=150)
        due_at = datetime.now(UTC) + timedelta(seconds=1)
        await copy_posts(administrator, BUSY, MANY, due_at)
        await copy_posts(administrator, QUIET, FEW, due_at + timedelta(milliseconds=1))
        await until(all_are_out, within_s=90)

    platform = pages[0]
    order = [post.partition("_")[0] for post in platform.visible]
    assert (order.count(BUSY), order.count(QUIET)) == (MANY, FEW)
    assert platform.again == 0
    assert not platform.drafts, "each was made once, too"
    last_of_the_few = len(order) - order[::-1].index(QUIET)
    assert last_of_the_few < MANY / 2, "they were due last of all, and didn't wait until the others were out"
    shares = await owner_sql.run("select worker, count(*) from attempts group by worker")
    assert len(shares) == number, "each worker had its share"
    assert sum(count for _, count in shares) == MANY + FEW, "nothing was tried twice"
