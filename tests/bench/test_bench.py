"""The bench runs, and writes the file that others read; what it can't measure it says aloud."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
FIGURES = {
    "cpu_ms_per_post",
    "posts_per_s",
    "lateness_p50_s",
    "lateness_p99_s",
    "commits_per_post",
    "rows_per_post",
    "peak_rss_mb",
}
OTHERS = {"ARQ", "ARQ, calls only", "Celery", "PgQueuer"}


async def test_a_short_bench_writes_figures_for_everybody_or_says_who_is_missing(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    options = ["--posts", "20", "--rounds", "1", "--scenarios", "at-once", "--out", str(out)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench", *options, cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await asyncio.wait_for(process.communicate(), 280)
    assert process.returncode == 0, errors.decode()

    told = json.loads(out.read_text())
    assert told["machine"]["cores"] > 0
    rows = {row["name"]: row for row in told["rows"]}
    for row in rows.values():
        assert row.keys() >= FIGURES
        assert row["cpu_ms_per_post"] > 0
        assert row["posts_per_s"] > 0
    assert rows.keys() >= {"Signoff", "raw aiohttp loop"}
    # PostgreSQL tells its counts with a delay, so a run as short as this one knows only some of them.
    assert rows["Signoff"]["rows_per_post"] > 0
    missing = "NOT MEASURED: ARQ, Celery, PgQueuer" in errors.decode()
    assert missing is bool(told["not_measured"])
    assert missing or rows.keys() >= OTHERS
