"""Opens every page again and again, and once as a browser that was never here."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import aiohttp
from psycopg import AsyncConnection

from bench.pages.browsing import Seen, chromium, first_visits
from bench.scale.visitor import opened, visitor
from signoff.db.urls import DatabaseUrls, conninfo
from signoff.runtime import Runtime

_WARM_UP: Final = 3
_PLACES: Final = {
    "home": "/",
    "review": "/review",
    "calendar, month": "/calendar",
    "calendar, week": "/calendar?view=week",
    "calendar, list": "/calendar?view=list",
    "publishing": "/publishing",
    "posts": "/posts",
    "posts, searched": "/posts?search=croissant",
    "alerts": "/alerts",
    "channels": "/channels",
    "settings, brands": "/settings/brands",
    "settings, team": "/settings/team",
    "settings, audit": "/settings/audit",
}
_ONE: Final = {
    "post": "'/posts/' || id from posts where state = 'approved'",
    "editor": "'/posts/' || id || '/edit' from posts where state = 'draft'",
    "delivery": "'/deliveries/' || id from deliveries where state = 'published'",
}
"""The newest of each."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one page takes."""

    name: str
    p50_ms: float
    p95_ms: float
    """From the request until the last byte, on a warm server."""
    cpu_ms: float
    """The median, of the web process and of whoever asks; the database's not."""
    page_kb: float
    """The page itself, as it is carried."""
    first_visit: Seen | None
    """In Chromium, with every file of ours; None: there was no Chromium."""


async def measured(urls: DatabaseUrls, folder: Path, rounds: int, more: Mapping[str, str]) -> list[Page]:
    """Open every page, and `more` places by name, as the owner of the agency.

    Raises:
        RuntimeError: A page doesn't answer with 200.
    """
    async with (
        opened(urls, folder) as runtime,
        visitor(runtime, batch=2) as (http, site, _),
        chromium() as browser,
    ):
        places = {**_PLACES, **more, **await _of_one_post(runtime)}
        # First all without the browser, whose processes take part of the machine.
        pages = {name: await _page(http, site, name, path, rounds) for name, path in places.items()}
        if browser is None:
            return list(pages.values())
        cookies = {each.key: each.value for each in http.cookie_jar}
        return [
            replace(pages[name], first_visit=await first_visits(browser, cookies, site + path))
            for name, path in places.items()
        ]


async def _of_one_post(runtime: Runtime) -> dict[str, str]:
    found = dict[str, str]()
    address = conninfo(runtime.database.urls.owner)
    async with await AsyncConnection.connect(address) as sql:
        for name, what in _ONE.items():
            row = await (await sql.execute(f"select {what} order by id desc limit 1".encode())).fetchone()
            found |= {name: str(row[0])} if row else {}
    return found


async def _page(http: aiohttp.ClientSession, site: str, name: str, path: str, rounds: int) -> Page:
    walls, cpus, carried = list[float](), list[float](), 0
    for _ in range(_WARM_UP + rounds):
        began, cpu_began = time.perf_counter(), time.process_time()
        carried = await _get(http, site + path)
        walls.append((time.perf_counter() - began) * 1000)
        cpus.append((time.process_time() - cpu_began) * 1000)
    walls, cpu = walls[_WARM_UP:], statistics.median(cpus[_WARM_UP:])
    p95 = statistics.quantiles(walls, n=20, method="inclusive")[-1]
    kilobytes = round(carried / 1000, 1)
    return Page(name, round(statistics.median(walls), 1), round(p95, 1), round(cpu, 1), kilobytes, None)


async def _get(http: aiohttp.ClientSession, url: str) -> int:
    """Tell how many bytes carried a page: fewer than it has, because it was compressed."""
    async with http.get(url, allow_redirects=False) as answer:
        body = await answer.read()
        if answer.status != 200:  # noqa: PLR2004 - HTTP's word for yes
            raise RuntimeError(f"{url} answers {answer.status}")
        return answer.content_length or len(body)
