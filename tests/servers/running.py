"""Real servers for tests: started on first use, shared by all test processes, stopped by `make test`."""

import os
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

SCRIPTS = Path(__file__).parent
FIRST_START_SECONDS = 300  # includes fetching and installing


def start(name: str) -> dict[str, str]:
    """Start NAME.sh unless it runs and return the KEY=VALUE lines it prints.

    Where it can't be installed the test is skipped, or fails if `SIGNOFF_TESTS_STRICT` is set.
    """
    done = subprocess.run(
        [SCRIPTS / f"{name}.sh", "start"],
        capture_output=True,
        text=True,
        timeout=FIRST_START_SECONDS,
        check=False,
    )
    if done.returncode:
        cannot_run(f"{name} did not start: {done.stderr.strip()}")
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


def cannot_run(reason: str) -> NoReturn:
    """Give up the running test: skip it on a person's machine, fail where all tests must run."""
    if os.environ.get("SIGNOFF_TESTS_STRICT"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
