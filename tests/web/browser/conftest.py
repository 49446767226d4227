"""A real browser on the pages: `mara = await look(Role.OWNER)` gives a signed-in page."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from signoff.kernel.people import Role
from tests.servers.running import cannot_run
from tests.support.people import PASSWORD
from tests.web.conftest import Arrive

Look: TypeAlias = Callable[..., Awaitable["Screen"]]

AXE = Path(__file__).parents[3] / "tools/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]

# How long a page takes says more about the machine than about the page.
expect.set_options(timeout=20_000)


@dataclass
class Screen:
    """A page in the browser, and everything that its console said."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        await self.page.goto(self.site + path)
        await self.page.wait_for_load_state("load")

    async def findings(self) -> list[str]:
        """What axe finds on the page as it is now."""
        await self.page.evaluate(AXE.read_text())
        result: dict[str, Any] = await self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules})", RULES
        )
        return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in result["violations"]]

    def heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium; tests that need it can't run where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        cannot_run("needs chromium: install the Debian package of that name")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest.fixture
async def look(browser: Browser, arrive: Arrive, site: str) -> AsyncIterator[Look]:
    """Signs somebody in: `await look(Role.AUTHOR, color_scheme="dark")`."""
    opened = []

    async def sign_in(role: Role, **settings: Any) -> Screen:
        settings.setdefault("viewport", DESKTOP)
        context = await browser.new_context(**settings)
        context.set_default_timeout(20_000)
        opened.append(context)
        email = (await arrive(role)).actor.email
        screen = Screen(await context.new_page(), site)
        screen.page.on("console", screen.heard)
        screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
        await screen.open("/sign-in")
        await screen.page.fill("#email", email)
        await screen.page.fill("#password", PASSWORD)
        await screen.page.click("button:has-text('Sign in')")
        await screen.page.wait_for_url(f"{site}/")
        return screen

    yield sign_in
    for context in opened:
        await context.close()
