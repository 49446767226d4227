"""Opens pages in a real Chromium that has seen none of our files yet."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import Error as PlaywrightError

_FLAGS: Final = ["--no-sandbox", "--disable-gpu"]
_USABLE: Final = """
    new Promise(tell => requestAnimationFrame(() => setTimeout(() => {
        const seen = performance.getEntriesByName("first-contentful-paint")[0];
        const read = performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd;
        tell(Math.max(seen ? seen.startTime : 0, read));
    })))
"""
"""Milliseconds until it is painted, and the scripts have run: they come before this event."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a first visit took."""

    kilobytes: float
    """All that came over the wire, with its headers; no pictures of posts."""
    usable_ms: float
    """From the click until it can be used."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser | None]:
    """Start one; None: there is none on this machine."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        yield None
        return
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield browser
        await browser.close()


async def first_visits(browser: Browser, cookies: Mapping[str, str], address: str, times: int = 3) -> Seen:
    """Open a page so often, each time with nothing kept; gives the medians."""
    seen = [await _first_visit(browser, cookies, address) for _ in range(times)]
    return Seen(
        round(statistics.median(each.kilobytes for each in seen), 1),
        round(statistics.median(each.usable_ms for each in seen)),
    )


async def _first_visit(browser: Browser, cookies: Mapping[str, str], address: str) -> Seen:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        await context.add_cookies(
            [{"name": name, "value": value, "url": urljoin(address, "/")} for name, value in cookies.items()]
        )
        page = await context.new_page()
        wire = await context.new_cdp_session(page)
        await wire.send("Network.enable")
        urls, carried = dict[str, str](), dict[str, float]()

        def asked(event: dict[str, Any]) -> None:
            urls[event["requestId"]] = event["request"]["url"]

        def came(event: dict[str, Any]) -> None:
            carried[event["requestId"]] = event["encodedDataLength"]

        wire.on("Network.requestWillBeSent", asked)
        wire.on("Network.loadingFinished", came)
        await page.goto(address, wait_until="load")
        usable_ms = await _usable_ms(page)
        return Seen(
            sum(size for one, size in carried.items() if "/media/" not in urls[one]) / 1000, usable_ms
        )
    finally:
        await context.close()


async def _usable_ms(page: Page) -> float:
    try:
        return float(await page.evaluate(_USABLE))
    except PlaywrightError:  # the page went on to another one at once: then that is the one that counts
        await page.wait_for_load_state("load")
        return float(await page.evaluate(_USABLE))
