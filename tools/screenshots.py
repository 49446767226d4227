"""Takes the pictures of README.md from the demonstration: .venv/bin/python tools/screenshots.py."""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

IMAGES: Final = Path(__file__).parents[1] / "docs/images"
DESKTOP: Final[ViewportSize] = {"width": 1360, "height": 850}
PORT: Final = 8600
BAKERY: Final = "17841400000000001"
MOST_BYTES: Final = 150_000


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


def home(page: Page, site: str) -> None:
    page.goto(site)


def review(page: Page, site: str) -> None:
    page.goto(f"{site}/review")
    page.click("text=Two new faces behind the counter")


def board(page: Page, site: str) -> None:
    page.goto(f"{site}/publishing")


def delivery(page: Page, site: str) -> None:
    page.goto(f"{site}/posts?search=rye")
    page.click("main a:has-text('The first rye of autumn')")
    page.click("main table a:has-text('northlight.bakery')")


def doubt(page: Page, site: str) -> None:
    page.goto(f"{site}/posts?search=wreath+evening")
    page.click("main a:has-text('Wreath evening on the twelfth')")
    page.click("main table a:has-text('Wild Petal')")


SHOTS: Final[tuple[tuple[str, str, Callable[[Page, str], None]], ...]] = (
    ("home", "light", home),
    ("review", "light", review),
    ("publishing", "light", board),
    ("delivery", "light", delivery),
    ("doubt", "light", doubt),
    ("review-dark", "dark", review),
)


def keep(name: str, shot: bytes) -> None:
    """Store a picture small: WebP, which browsers show everywhere."""
    path = IMAGES / f"{name}.webp"
    Image.open(BytesIO(shot)).save(path, quality=82, method=6)
    size = path.stat().st_size
    print(f"{path.name}: {size // 1000} kB")
    if size > MOST_BYTES:
        raise SystemExit(f"{path.name} is too large for a page that is read on the go")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with demonstration() as there, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page(viewport=DESKTOP)
        page.goto(there["link"])
        page.click("main form button")
        page.wait_for_url(f"{there['pages']}/")
        for name, scheme, go in SHOTS:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            go(page, there["pages"])
            page.wait_for_load_state("load")
            page.evaluate("document.fonts.ready")
            page.wait_for_timeout(400)  # previews of other channels and live regions settle
            keep(name, page.screenshot())
        page.emulate_media(color_scheme="light")
        page.goto(f"{there['feeds']}/feed/{BAKERY}")
        keep("feed", page.screenshot())
        chromium.close()


if __name__ == "__main__":
    main()
