"""Takes the documentation's pictures from the demonstration: .venv/bin/python tools/screenshots.py."""

import argparse
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Final, TypeAlias

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from playwright.sync_api import Error as PlaywrightError

IMAGES: Final = Path(__file__).parents[1] / "docs/images"
DESKTOP: Final[ViewportSize] = {"width": 1360, "height": 850}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
TALLEST: Final = 2600
PORT: Final = 8600
BAKERY: Final = "17841400000000001"
MOST_BYTES: Final = 150_000

Go: TypeAlias = Callable[[Page, str], None]


@contextmanager
def demonstration() -> Iterator[dict[str, str]]:
    """Start one in an empty folder; give its addresses."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # started by root, the database runs as another user
        command = [
            sys.executable,
            "-m",
            "signoff.cli.main",
            "demo",
            "--port",
            str(PORT),
            "--folder",
            f"{folder}/demo",
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            said = ""
            for line in process.stdout or ():
                said += line
                if "begins anew" in line:
                    break
            patterns = {"link": r"(http\S+/link/\S+)", "pages": r"Pages\s+(\S+)", "feeds": r"Feeds\s+(\S+)"}
            try:
                yield {name: re.findall(pattern, said)[0] for name, pattern in patterns.items()}
            finally:
                process.send_signal(signal.SIGINT)


def at(path: str) -> Go:
    def go(page: Page, site: str) -> None:
        page.goto(site + path)

    return go


def pressed(path: str, *selectors: str) -> Go:
    """Open a page and press what leads on, one after the other."""

    def go(page: Page, site: str) -> None:
        page.goto(site + path)
        for selector in selectors:
            page.click(selector)

    return go


def palette(page: Page, site: str) -> None:
    page.goto(site)
    page.keyboard.press("Control+k")


def drawn(page: Page) -> None:
    """Wait until previews, live regions, letters and the pictures in sight stand still."""
    page.wait_for_load_state("load")
    page.wait_for_function(PICTURES_ARE_THERE)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(400)


_NEW_FACES: Final = ".subject h2:has-text('Two new faces')"
"""Pressed without effect, once it is there."""

_RYE: Final = ("/posts?search=rye", "main a:has-text('The first rye of autumn')")
_BREAD: Final = ("/posts?search=healthiest", "main tbody a[data-row]")
_OUT: Final = pressed(*_RYE, "main table a:has-text('northlight.bakery')")

PICTURES_ARE_THERE: Final = """() => [...document.images].every(each =>
    each.complete || !each.checkVisibility() || each.getBoundingClientRect().top > innerHeight)"""
"""Those further down come when they are scrolled to."""

SHOTS: Final[dict[str, Go]] = {
    "home": at("/"),
    "review": pressed("/review", "text=Two new faces behind the counter", _NEW_FACES),
    "calendar": at("/calendar"),
    "calendar-week": at("/calendar?view=week"),
    "calendar-list": at("/calendar?view=list"),
    "posts": at("/posts"),
    "bulk": pressed("/posts", "main tbody [data-pick] >> nth=0", "main tbody [data-pick] >> nth=1"),
    "post": pressed(*_RYE),
    "versions": pressed(*_RYE, "main a[href$='/versions']"),
    "editor": pressed(*_BREAD, "main label[for='title']"),
    "crop": pressed(*_BREAD, "main a:has-text('Crop')"),
    "new-post": at("/posts/new"),
    "publishing": at("/publishing"),
    "publishing-list": at("/publishing/list"),
    "held": at("/publishing/held"),
    "delivery": _OUT,
    "doubt": pressed(
        "/posts?search=wreath+evening",
        "main a:has-text('Wreath evening on the twelfth')",
        "main table a:has-text('Wild Petal')",
    ),
    "take-down": pressed(*_RYE, "main table a:has-text('northlight.bakery')", "text=Take down…"),
    "palette": palette,
    "alerts": at("/alerts"),
    "pauses": at("/pauses"),
    "pause": pressed("/pauses", "text=Pause…"),
    "channels": at("/channels"),
    "channel": pressed("/channels", "main tbody a"),
    "connect": at("/channels/connect"),
    "brands": at("/settings/brands"),
    "brand": pressed("/settings/brands", "main tbody a"),
    "cadence": at("/settings/cadence"),
    "writing": at("/settings/writing"),
    "team": at("/settings/team"),
    "invite": at("/settings/team/invite"),
    "tokens": at("/settings/tokens"),
    "audit": at("/settings/audit"),
    "jobs": at("/settings/jobs"),
    "profile": at("/settings/profile"),
    "notifications": at("/settings/notifications"),
    "search": at("/search?q=rye"),
    "not-found": at("/nowhere"),
}
"""Every page by name, and the way there."""

KEPT: Final = (
    "home",
    "review",
    "review-dark",
    "calendar",
    "calendar-week-dark",
    "editor",
    "publishing",
    "delivery",
    "doubt",
    "channels",
    "audit",
)
"""Those that the documentation shows."""


def keep(name: str, shot: bytes) -> None:
    """Store a picture small: WebP, which browsers show everywhere."""
    path = IMAGES / f"{name}.webp"
    Image.open(BytesIO(shot)).save(path, quality=82, method=6)
    size = path.stat().st_size
    print(f"{path.name}: {size // 1000} kB")
    if size > MOST_BYTES:
        raise SystemExit(f"{path.name} is too large for a page that is read on the go")


@contextmanager
def signed_in() -> Iterator[tuple[Browser, Page, dict[str, str]]]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with demonstration() as there, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page(viewport=DESKTOP)
        page.goto(there["link"])
        page.click("main form button")
        page.wait_for_url(f"{there['pages']}/")
        yield chromium, page, there
        chromium.close()


def show(page: Page, site: str, name: str) -> None:
    """Bring a page to be looked at; the name may end in `-dark`."""
    page.emulate_media(color_scheme="dark" if name.endswith("-dark") else "light")
    SHOTS[name.removesuffix("-dark")](page, site)
    drawn(page)


def unroll(page: Page) -> None:
    """Make the window as high as what is scrolled in it, within reason."""
    scrolled = "[...document.querySelectorAll('.scroll')].map(each => each.scrollHeight - each.clientHeight)"
    hidden = page.evaluate(f"Math.max(0, ...{scrolled})")
    size = page.viewport_size or DESKTOP
    page.set_viewport_size({"width": size["width"], "height": min(TALLEST, size["height"] + int(hidden))})
    page.wait_for_timeout(100)


def keep_all() -> None:
    """Take what the documentation shows."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with signed_in() as (_, page, there):
        for name in KEPT:
            show(page, there["pages"], name)
            keep(name, page.screenshot())
        page.emulate_media(color_scheme="light")
        page.goto(f"{there['feeds']}/feed/{BAKERY}")
        keep("feed", page.screenshot())


def look_at_all(folder: Path, only: Sequence[str]) -> None:
    """Take every page in light, in dark and as on a phone, whole, to be looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    with signed_in() as (chromium, page, there):
        state = page.context.storage_state()
        phone = chromium.new_context(viewport=PHONE, has_touch=True, storage_state=state).new_page()
        for name in only or SHOTS:
            for shown, ending in ((page, ""), (page, "-dark"), (phone, "")):
                label = f"{name}{ending}{'-phone' if shown is phone else ''}"
                try:
                    show(shown, there["pages"], name + ending)
                    unroll(shown)
                    shown.screenshot(path=folder / f"{label}.png")
                    shown.set_viewport_size(PHONE if shown is phone else DESKTOP)
                except PlaywrightError as problem:
                    print(f"{label}: {problem}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--look", type=Path, help="put every page in both themes and as on a phone there instead"
    )
    parser.add_argument("names", nargs="*", help="of the pages to look at; none: all")
    given = parser.parse_args()
    if given.look:
        look_at_all(given.look, given.names)
    else:
        keep_all()


if __name__ == "__main__":
    main()
