"""`make chaos`: workers are killed while hundreds of posts go out; the exit code says if all is well."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from datetime import timedelta
from pathlib import Path
from random import SystemRandom
from typing import Final

import structlog

from tests.chaos.plan import Plan
from tests.chaos.report import Report
from tests.chaos.run import unleash

_POSTS_A_MINUTE: Final = 60


def main() -> int:
    """Run as the arguments say; 0 when nothing was doubled or lost."""
    given = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    seed = given.seed if given.seed is not None else SystemRandom().randrange(1_000_000)
    posts = given.posts or max(20, round(given.minutes * _POSTS_A_MINUTE))
    plan = Plan(seed, timedelta(minutes=given.minutes), posts, workers=given.workers)
    report = asyncio.run(_carried_out(plan))
    print(report.table())  # noqa: T201 - the figures that people ask for
    given.result.parent.mkdir(parents=True, exist_ok=True)
    given.result.write_text(json.dumps(report.to_json(), indent=2) + "\n")
    return 0 if report.is_good else 1


async def _carried_out(plan: Plan) -> Report:
    work = asyncio.ensure_future(unleash(plan, lambda line: print(line, flush=True)))  # noqa: T201 - progress
    # Told to end, it still takes its processes and its database with it.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
    return await work


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, help="repeats the same choices; drawn when left out")
    parser.add_argument("--posts", type=int, help=f"default: {_POSTS_A_MINUTE} a minute")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--result", type=Path, default=Path("test-results/chaos.json"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
