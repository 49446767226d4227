"""A short storm: workers die, freeze and lose their database while posts go out, and each is out once."""

from __future__ import annotations

from datetime import timedelta
from random import SystemRandom

import pytest

from tests.chaos.plan import Plan
from tests.chaos.run import unleash

pytestmark = pytest.mark.timeout(600)


async def test_whatever_strikes_the_workers_nothing_is_doubled_or_lost(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = Plan(
        SystemRandom().randrange(1_000_000),
        lasts=timedelta(seconds=16),
        posts=40,
        workers=2,
        platforms=("html", "facebook"),
        kills_s=(3, 6),
        freezes_s=(4, 6),
        frozen_s=(1, 5),
        restarts_s=(9, 12),
        faults_s=(1, 3),
        people_s=(1, 2),
        bursts=2,
        in_burst=8,
    )
    report = await unleash(plan, lambda _: None)
    with capsys.disabled():
        print(f"\n{report.table()}")  # noqa: T201 - figures that people ask for
    assert report.kills
    assert report.freezes
    assert report.database_restarts
    assert report.is_good, report.to_json()
