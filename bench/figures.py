"""What was measured: one round's figures, their medians over the rounds, a table and a file."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run of one worker came to. What doesn't apply is None."""

    cpu_ms_per_post: float
    """Worker processes and their database or broker; not the platform, nor the bench itself."""
    posts_per_s: float
    """From the due moment until the last outcome was stored."""
    lateness_p50_s: float
    """From the due moment until the publishing call came in at the platform."""
    lateness_p99_s: float
    commits_per_post: float | None
    rows_per_post: float | None
    """Rows inserted, updated and deleted."""
    peak_rss_mb: float
    """The worker processes, without database or broker."""


@dataclass(frozen=True, slots=True)
class Row:
    """The medians of all rounds of one entrant in one scenario."""

    name: str
    scenario: str
    workers: int
    rounds: int
    figures: Figures

    def as_json(self) -> dict[str, Any]:
        said = {"name": self.name, "scenario": self.scenario, "workers": self.workers, "rounds": self.rounds}
        return said | asdict(self.figures)


_TITLES: Final = {
    "cpu_ms_per_post": "CPU ms/post",
    "posts_per_s": "posts/s",
    "lateness_p50_s": "late p50 s",
    "lateness_p99_s": "late p99 s",
    "commits_per_post": "commits/post",
    "rows_per_post": "rows/post",
    "peak_rss_mb": "peak MB",
}


def medians(runs: Sequence[Figures]) -> Figures:
    """Give the median of each figure."""

    def middle(name: str) -> float | None:
        values = [value for run in runs if (value := getattr(run, name)) is not None]
        return round(median(values), 3) if values else None

    values: dict[str, Any] = {field.name: middle(field.name) for field in fields(Figures)}
    return Figures(**values)


def machine() -> dict[str, Any]:
    """Tell what the figures depend on: the machine, and what else it had to do."""
    cpu = [
        line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")
    ]
    memory = [int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")]
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": cpu[0] if cpu else platform.machine(),
        "memory_mb": memory[0] // 1024 if memory else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def write(file: Path, rows: Sequence[Row], facts: dict[str, Any]) -> None:
    """Write the file that others read."""
    said = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **facts,
        "rows": [row.as_json() for row in rows],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(said, indent=1) + "\n")


def show(rows: Sequence[Row]) -> None:
    """Print the table; a ratio says what a post costs beside what it costs Signoff with one worker."""
    table = Table("what", *_TITLES.values(), "CPU against Signoff", title="Medians of the rounds")
    for row in rows:
        own = next((r for r in rows if r.name == "Signoff" and r.scenario == row.scenario), None)
        cells = [_number(getattr(row.figures, name)) for name in _TITLES]
        ratio = row.figures.cpu_ms_per_post / own.figures.cpu_ms_per_post if own else None
        table.add_row(f"{row.name}, {row.scenario}", *cells, _number(ratio))
    Console(width=150).print(table)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _lines(file: str) -> list[str]:
    path = Path(file)
    return path.read_text().splitlines() if path.exists() else []
