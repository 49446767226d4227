"""Measure it: `make bench-pages`. The database stays in the folder, so that a second run only measures."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import uvloop

from bench.pages.busy import fill_next_month
from bench.pages.measure import Page, measured
from bench.scale.databases import connected, provided, server
from bench.scale.fill import Size

_RESULTS: Final = Path(__file__).parents[1] / "results" / "pages.json"
_SIZE: Final = Size(future=1_000, past=39_000, organizations=1, brands=50)
"""Of one organization: 10,000 posts on four channels each. What is planned is next month's."""
_BUSY: Final = "calendar, 1,000 planned"
_MS: Final = 150
_BUSY_MS: Final = 300
_USABLE_MS: Final = 1000
_KILOBYTES: Final = 150


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="how often each page is opened")
    parser.add_argument("--folder", type=Path, default=Path(".bench-pages"))
    parser.add_argument("--out", type=Path, default=_RESULTS)
    given = parser.parse_args()
    pages = uvloop.run(_run(given.folder.resolve(), given.rounds))
    _show(pages)
    _keep(pages, given.rounds, given.out)


async def _run(folder: Path, rounds: int) -> list[Page]:
    with server(folder) as postgres:
        urls = await provided(postgres, folder, "agency", _SIZE, lambda _part, _seconds: None)
        with connected(postgres, "agency") as connection:
            busy = fill_next_month(connection, "Bakery 2-1", _SIZE.future)
        return await measured(urls, folder, rounds, {_BUSY: busy})


def _show(pages: list[Page]) -> None:
    print(f"{'':<26}{'p50':>9}{'p95':>9}{'CPU':>9}{'page':>11}{'first visit':>13}{'usable':>10}")
    for page in pages:
        line = f"{page.name:<26}{page.p50_ms:>6.0f} ms{page.p95_ms:>6.0f} ms{page.cpu_ms:>6.0f} ms"
        line += f"{page.page_kb:>8.1f} kB"
        if seen := page.first_visit:
            line += f"{seen.kilobytes:>10.1f} kB{seen.usable_ms:>7.0f} ms"
        print(f"{line}  {', '.join(_missed(page))}")
    print(
        f"aims: p95 below {_MS} ms ({_BUSY}: {_BUSY_MS} ms), {_KILOBYTES} kB at a first visit, usable within "
        f"{_USABLE_MS} ms; load {os.getloadavg()[0]:.1f}",
        file=sys.stderr,
    )


def _missed(page: Page) -> Iterator[str]:
    if page.p95_ms > (_BUSY_MS if page.name == _BUSY else _MS):
        yield "slow"
    if page.first_visit and page.first_visit.kilobytes > _KILOBYTES:
        yield "heavy"
    if page.first_visit and page.first_visit.usable_ms > _USABLE_MS:
        yield "long to wait for"


def _keep(pages: list[Page], rounds: int, out: Path) -> None:
    facts = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "cpus": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
            "load": round(os.getloadavg()[0], 1),
        },
        "brands": _SIZE.brands,
        "deliveries": _SIZE.past + _SIZE.future,
        "rounds": rounds,
        "rows": [asdict(page) for page in pages],
    }
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(facts, indent=2) + "\n")


if __name__ == "__main__":
    main()
