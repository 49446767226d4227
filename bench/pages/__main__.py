"""Measure it: `make bench-pages`. The database stays in the folder, so that a second run only measures."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.pages.measure import Page, measured
from bench.scale.databases import provided, server
from bench.scale.fill import Size

_RESULTS: Final = Path(__file__).parents[1] / "results" / "pages.json"
_SIZE: Final = Size(future=1_000, past=39_000, organizations=1, brands=50)
"""Of one organization: 10,000 posts on four channels each, a thousand of the deliveries in this month."""
_MS: Final = 150
_BYTES: Final = 150_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="how often each page is opened")
    parser.add_argument("--folder", type=Path, default=Path(".bench-pages"))
    parser.add_argument("--out", type=Path, default=_RESULTS)
    given = parser.parse_args()
    pages = asyncio.run(_run(given.folder.resolve(), given.rounds))
    _show(pages)
    _keep(pages, given.rounds, given.out)


async def _run(folder: Path, rounds: int) -> list[Page]:
    with server(folder) as postgres:
        urls = await provided(postgres, folder, "agency", _SIZE, lambda _part, _seconds: None)
        return await measured(urls, folder, rounds)


def _show(pages: list[Page]) -> None:
    print(f"{'':<26}{'p50':>9}{'p95':>9}{'CPU':>9}{'page':>10}{'first visit':>13}")
    for page in pages:
        over = [
            word
            for word, is_over in (("slow", page.p95_ms > _MS), ("heavy", page.first_bytes > _BYTES))
            if is_over
        ]
        print(
            f"{page.name:<26}{page.p50_ms:>6.0f} ms{page.p95_ms:>6.0f} ms{page.cpu_ms:>6.0f} ms"
            f"{page.bytes / 1000:>7.1f} kB{page.first_bytes / 1000:>10.1f} kB  {', '.join(over)}"
        )
    print(
        f"aims: p95 below {_MS} ms, {_BYTES // 1000} kB at a first visit; load {os.getloadavg()[0]:.1f}",
        file=sys.stderr,
    )


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
