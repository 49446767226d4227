"""People and workers do whatever they can in any order, on the real database and a platform that lies.

The same dozen lives in each run; `make crashes` draws hundreds of new ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from signoff.db.embedded import EmbeddedPostgres
from signoff.db.urls import DatabaseUrls, conninfo
from tests.crashes.effects import EVERY_POINT
from tests.protocol.life import Life, new_loop
from tests.protocol.world import Ground
from tests.support.sandbox import Sandbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

PARTS: Final = 10 if EVERY_POINT else 1
"""Tests of their own, so that hundreds of lives can be shared by processes, and run one part at a time."""
LIVES: Final = 30 if EVERY_POINT else 12
"""In each part."""


@pytest.fixture
def ground(
    database_urls: DatabaseUrls, postgres: EmbeddedPostgres, tmp_path: Path, sandbox: Sandbox
) -> Ground:
    administrator = conninfo(postgres.admin_url().set(database=database_urls.worker.database))
    return Ground(database_urls, administrator, tmp_path, sandbox)


@pytest.fixture
def machine(ground: Ground) -> Iterator[type[Life]]:
    loop = new_loop()

    class OnThisGround(Life):
        pass

    OnThisGround.ground, OnThisGround.loop = ground, loop
    yield OnThisGround
    loop.close()


@pytest.mark.parametrize("part", range(PARTS))
async def test_whatever_people_and_workers_do_every_promise_holds(machine: type[Life], part: int) -> None:
    # Asynchronous like every test with a database (the run's loop isn't made anew for it); the machine runs
    # a loop of its own, so it has its own thread.
    await asyncio.to_thread(
        run_state_machine_as_test,
        machine,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=40,
            derandomize=not EVERY_POINT,
            deadline=None,
            database=None,
            print_blob=True,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
