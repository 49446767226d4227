"""`make bench`: measure, print a table, write bench/results/latest.json.

python -m bench [--posts 2000] [--rounds 3] [--only Signoff,ARQ] [--scenarios at-once,slow,two] [--out FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, TypeAlias

from bench.database import Server
from bench.entrants.base import Entrant, Stage
from bench.entrants.loop import Loop
from bench.entrants.signoff import Signoff
from bench.figures import Figures, Row, machine, medians, show, write
from bench.race import Scenario, run
from bench.stand_in import StandIn

_RESULTS: Final = Path(__file__).with_name("results") / "latest.json"
_OWN: Final = ("Signoff", "raw aiohttp loop")

Part: TypeAlias = tuple[Scenario, tuple[str, ...] | None]
Keep: TypeAlias = Callable[[list[Row], list[str]], None]

SCENARIOS: Final[Mapping[str, Part]] = {
    "at-once": (Scenario("5 ms platform", 0.005), None),
    "two": (Scenario("5 ms platform, two workers", 0.005, workers=2), ("Signoff",)),
    "slow": (Scenario("100 ms platform", 0.1), _OWN),
    "slow-two": (Scenario("100 ms platform, two workers", 0.1, workers=2), ("Signoff",)),
}
"""By the name on the command line; with those who take part, where not all do."""


def main() -> None:
    """Read the options, measure, tell."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="names of those who take part, separated by commas")
    parser.add_argument("--scenarios", default=",".join(SCENARIOS), help="separated by commas")
    parser.add_argument("--out", type=Path, default=_RESULTS)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped, too
    facts = {"machine": machine(), "posts": given.posts}

    def keep(rows: list[Row], missing: list[str]) -> None:
        """Write what there is after each round, so that a long bench may be cut off."""
        write(given.out, rows, facts | {"not_measured": missing})

    only = [*filter(None, given.only.split(","))]
    scenarios = [SCENARIOS[name] for name in given.scenarios.split(",")]
    rows, missing = asyncio.run(_measure(given.posts, given.rounds, scenarios, only, keep))
    show(rows)
    if missing:
        print(f"NOT MEASURED: {'; '.join(missing)}", file=sys.stderr)


async def _measure(
    posts: int, rounds: int, scenarios: Sequence[Part], only: list[str], keep: Keep
) -> tuple[list[Row], list[str]]:
    """Let everybody run in turns, round by round, so that what disturbs one round disturbs all."""
    found: dict[tuple[str, Scenario], list[Figures]] = defaultdict(list)
    rows: list[Row] = []
    async with AsyncExitStack() as stack:
        stage, stand_in = await _set_up(stack)
        entrants, missing = _entrants(stage, only)
        for entrant in entrants:
            await entrant.set_up()
            stack.push_async_callback(entrant.close)
        for number in range(rounds):
            for scenario, who in scenarios:
                for entrant in (each for each in entrants if who is None or each.name in who):
                    print(f"round {number + 1} of {rounds}: {entrant.name}, {scenario.name}", file=sys.stderr)
                    figures = await run(stage, stand_in, entrant, scenario, posts)
                    found[entrant.name, scenario].append(figures)
            rows = [
                Row(name, scenario.name, scenario.workers, len(runs), medians(runs))
                for (name, scenario), runs in found.items()
            ]
            keep(rows, missing)
    return rows, missing


async def _set_up(stack: AsyncExitStack) -> tuple[Stage, StandIn]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="signoff-bench-")))
    folder.chmod(0o755)  # the database runs as a user of its own
    log = stack.enter_context((folder / "log").open("ab"))
    server, stand_in = Server(folder / "postgres"), StandIn()
    await asyncio.to_thread(server.start)
    stack.callback(server.stop)
    await stand_in.start(folder, log)
    stack.callback(stand_in.stop)
    return Stage(folder, stand_in.url, server, log), stand_in


def _entrants(stage: Stage, only: list[str]) -> tuple[list[Entrant], list[str]]:
    """Give those who take part, and say who can't and why."""
    entrants: list[Entrant] = [Signoff(stage), Loop(stage)]
    missing = []
    try:
        from bench.entrants.queues import Arq, ArqCallsOnly, CeleryQueue, PgQueuer  # noqa: PLC0415 - may not be installed
    except ImportError as problem:
        missing = [f"ARQ, Celery, PgQueuer: {problem.name} isn't installed; `make bench` installs it"]
    else:
        entrants += [Arq(stage), ArqCallsOnly(stage), CeleryQueue(stage), PgQueuer(stage)]
    return [entrant for entrant in entrants if not only or entrant.name in only], missing


if __name__ == "__main__":
    main()
