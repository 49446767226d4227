"""Opens pages as a browser does: the page, and at a first visit the files of ours that it names."""

from __future__ import annotations

import re
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

import aiohttp
from psycopg import AsyncConnection

from bench.scale.visitor import opened, visitor
from signoff.db.urls import DatabaseUrls, conninfo
from signoff.runtime import Runtime

_WARM_UP: Final = 3
_NAMED: Final = re.compile(r"""(?:href|src)="(/static/[^"#]+)|url\(["']?([^"')]+\.woff2)""")
_FETCHED_LATER: Final = re.compile(r"latin-ext|\.webmanifest$")
"""Files that a browser leaves out where the page has no letter of theirs, or never asks for by itself."""
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
    """Of the web process and of whoever asks; the database's not."""
    bytes: int
    """The page itself, as it is carried."""
    first_bytes: int
    """The page with every file of ours that a browser doesn't have yet; no pictures of posts."""


async def measured(urls: DatabaseUrls, folder: Path, rounds: int) -> list[Page]:
    """Open every page as the owner of the agency.

    Raises:
        RuntimeError: A page doesn't answer with 200.
    """
    async with opened(urls, folder) as runtime, visitor(runtime, batch=2) as (http, site, _):
        places = _PLACES | await _of_one_post(runtime)
        return [await _page(http, site, name, path, rounds) for name, path in places.items()]


async def _of_one_post(runtime: Runtime) -> dict[str, str]:
    found = dict[str, str]()
    address = conninfo(runtime.database.urls.owner)
    async with await AsyncConnection.connect(address) as sql:
        for name, what in _ONE.items():
            row = await (await sql.execute(f"select {what} order by id desc limit 1".encode())).fetchone()
            found |= {name: str(row[0])} if row else {}
    return found


async def _page(http: aiohttp.ClientSession, site: str, name: str, path: str, rounds: int) -> Page:
    times, began_cpu, body, carried = list[float](), 0.0, b"", 0
    for turn in range(_WARM_UP + rounds):
        began_cpu = time.process_time() if turn == _WARM_UP else began_cpu
        began = time.perf_counter()
        body, carried = await _get(http, site + path)
        times += [(time.perf_counter() - began) * 1000] if turn >= _WARM_UP else []
    cpu = (time.process_time() - began_cpu) * 1000 / rounds
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    first = carried + await _first_visit(http, site + path, body)
    return Page(name, round(statistics.median(times), 1), round(p95, 1), round(cpu, 1), carried, first)


async def _first_visit(http: aiohttp.ClientSession, page: str, body: bytes) -> int:
    """Count the bytes of all files that a page needs, with those that its styles and scripts need in turn."""
    seen, ahead, weight = set[str](), _named(page, body), 0
    while ahead:
        url = ahead.pop()
        seen.add(url)
        content, carried = await _get(http, url)
        weight += carried
        ahead |= (_named(url, content) if url.endswith((".css", ".js")) else set()) - seen
    return weight


def _named(base: str, content: bytes) -> set[str]:
    paths = (first or second for first, second in _NAMED.findall(content.decode()))
    return {urljoin(base, path) for path in paths if not _FETCHED_LATER.search(path)}


async def _get(http: aiohttp.ClientSession, url: str) -> tuple[bytes, int]:
    """Give a body, and how many bytes carried it: fewer than it has where it was compressed."""
    async with http.get(url, allow_redirects=False) as answer:
        body = await answer.read()
        if answer.status != 200:  # noqa: PLR2004 - HTTP's word for yes
            raise RuntimeError(f"{url} answers {answer.status}")
        return body, answer.content_length or len(body)
