"""Measure it: `make bench-scale`. The databases stay in the folder, so that a second run only measures."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.scale.databases import TYPICAL, provided, server
from bench.scale.fill import Size
from bench.scale.measure import Figures, measured

_RESULTS = Path(__file__).parents[1] / "results" / "scale.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--future", type=int, default=1_000_000, help="deliveries that are scheduled")
    parser.add_argument("--past", type=int, default=10_000_000, help="deliveries that are out")
    parser.add_argument("--folder", type=Path, default=Path(".bench-scale"))
    given = parser.parse_args()
    asyncio.run(_run(Size(future=given.future, past=given.past), given.folder.resolve()))


async def _run(size: Size, folder: Path) -> None:
    began = time.monotonic()

    def tell(part: str, seconds: float) -> None:
        print(f"  {part:<14}{seconds:8.1f} s", file=sys.stderr)

    with server(folder) as postgres:
        small = await provided(postgres, folder, "small", TYPICAL, lambda _part, _seconds: None)
        large = await provided(postgres, folder, "large", size, tell)
        print(f"  ready after   {time.monotonic() - began:8.1f} s", file=sys.stderr)
        found = [await measured(urls, folder, postgres.admin_url()) for urls in (small, large)]
    _show(found[0], found[1])
    _keep(size, found[0], found[1])


def _show(small: Figures, large: Figures) -> None:
    print(f"{'':<44}{'a thousand':>14}{'millions':>14}{'ratio':>8}")
    for name, before in small.median_ms.items():
        after = large.median_ms[name]
        print(f"{name:<44}{before:>11.1f} ms{after:>11.1f} ms{after / before:>8.2f}")
    print(f"\nsize of the large database: {large.size_bytes / 1e9:.1f} GB")


def _keep(size: Size, small: Figures, large: Figures) -> None:
    facts = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "cpus": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "future": size.future,
        "past": size.past,
        "size_bytes": large.size_bytes,
        "rows": [
            {"name": name, "small_ms": round(before, 2), "large_ms": round(large.median_ms[name], 2)}
            for name, before in small.median_ms.items()
        ],
    }
    _RESULTS.parent.mkdir(exist_ok=True)
    _RESULTS.write_text(json.dumps(facts, indent=2) + "\n")


if __name__ == "__main__":
    main()
