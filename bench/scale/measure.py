"""What is measured: the claim and the worker's looks, and pages and calls as a browser waits for them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
from psycopg import AsyncConnection
from sqlalchemy import URL

from bench.scale.visitor import opened, visitor
from signoff.db.urls import DatabaseUrls, conninfo
from signoff.pipeline.publish.claim import claim
from signoff.pipeline.publish.late import settle_late
from signoff.pipeline.publish.reap import reap
from signoff.pipeline.publish.reconcile import looks_due
from signoff.pipeline.publish.witness import Witness
from signoff.pipeline.recover.carry_out import removals_due
from signoff.runtime import Runtime

ROUNDS: Final = 9
_FIRST: Final = 2
"""Rounds that only warm up."""
_CLAIMED: Final = 100

# The hundred that are next become due, and are put back afterwards; the triggers are the superuser's to skip.
_DUE: Final = """
    update deliveries set due_at = now() - interval '1 minute' where id in (select id from deliveries
        where state = 'scheduled' and organization_id = %s order by due_at limit 100)
"""
_BACK: Final = "update deliveries set state = 'scheduled', lease_until = null where state = 'publishing'"
_LATER: Final = (
    "update deliveries set due_at = now() + interval '1 day' where state = 'scheduled' and due_at < now()"
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians by name, and how large the database is."""

    median_ms: dict[str, float]
    size_bytes: int


async def measured(urls: DatabaseUrls, folder: Path, admin: URL) -> Figures:
    """Measure one database: the organization that is the same in both."""
    address = conninfo(admin.set(database=urls.app.database))
    async with (
        await AsyncConnection.connect(address, autocommit=True) as sql,
        opened(urls, folder) as runtime,
        visitor(runtime, batch=1) as (http, site, organization),
    ):
        await sql.execute("set session_replication_role to replica")
        found = {"claim of 100 due": await _claims(sql, runtime, organization)}
        for name, work in _looks(runtime):
            found[name] = await _median(work)
        for name, path in await _pages(sql, organization):
            found[name] = await _median(partial(_get, http, site + path))
        row = await (await sql.execute("select pg_database_size(current_database())")).fetchone()
    return Figures(found, int(row[0]) if row else 0)


async def _claims(sql: AsyncConnection[Any], runtime: Runtime, organization: object) -> float:
    times = []
    for turn in range(ROUNDS):
        await sql.execute(_DUE, [organization])
        began = time.perf_counter()
        leases = await claim(runtime, "bench", _CLAIMED)
        lasted = time.perf_counter() - began
        if len(leases) != _CLAIMED:
            raise RuntimeError(f"{len(leases)} were claimed, not {_CLAIMED}")
        times += [lasted] if turn >= _FIRST else []
        await sql.execute(_BACK)
    await sql.execute(_LATER)
    return statistics.median(times) * 1000


def _looks(runtime: Runtime) -> Iterator[tuple[str, Callable[[], Awaitable[object]]]]:
    witness = Witness(runtime.clock)
    yield "claim, nothing due", lambda: claim(runtime, "bench", _CLAIMED)
    yield "reap", lambda: reap(runtime, witness)
    yield "looks due", lambda: looks_due(runtime, witness, "bench", 16)
    yield "removals due", lambda: removals_due(runtime, "bench", 16)
    yield "what is too late", lambda: settle_late(runtime)


async def _pages(sql: AsyncConnection[Any], organization: object) -> list[tuple[str, str]]:
    async def one(statement: str) -> str:
        row = await (await sql.execute(statement.encode(), [organization])).fetchone()
        return str(row[0]) if row else ""

    # The newest, because attempts aren't kept for ever.
    out = await one(
        "select id from deliveries where organization_id = %s and state = 'published'"
        " order by published_at desc limit 1"
    )
    post = await one("select id from posts where organization_id = %s and state = 'approved' limit 1")
    now = datetime.now(UTC)
    year = urlencode({"from": now.isoformat(), "to": (now + timedelta(days=366)).isoformat()})
    return [
        ("home page", "/"),
        ("calendar, a year: 1,000 deliveries (REST)", f"/api/v1/calendar?{year}"),
        ("calendar page, this month", "/calendar"),
        ("review queue", "/review"),
        ("publishing board", "/publishing"),
        ("post list", "/posts"),
        ("post list by title (REST)", "/api/v1/posts?sort=title&limit=50"),
        ("post list, a rare word", "/posts?search=croissant"),
        ("delivery list (REST)", "/api/v1/deliveries?limit=50"),
        ("delivery list, failed (REST)", "/api/v1/deliveries?state=failed&limit=50"),
        ("delivery page", f"/deliveries/{out}"),
        ("delivery (REST)", f"/api/v1/deliveries/{out}"),
        ("post (REST)", f"/api/v1/posts/{post}"),
        ("audit (REST)", "/api/v1/audit?limit=50"),
        ("audit, verify the whole chain (REST)", "/api/v1/audit/verify"),
    ]


async def _median(work: Callable[[], Awaitable[object]]) -> float:
    times = []
    for turn in range(ROUNDS):
        began = time.perf_counter()
        await work()
        times += [time.perf_counter() - began] if turn >= _FIRST else []
    return statistics.median(times) * 1000


async def _get(http: aiohttp.ClientSession, url: str) -> None:
    async with http.get(url, allow_redirects=False) as answer:
        await answer.read()
        if answer.status != 200:  # noqa: PLR2004 - HTTP's word for yes
            raise RuntimeError(f"{url} answers {answer.status}")
