"""A worker dies at an await of an attempt, as by SIGKILL: afterwards exactly one post is visible.

`make crashes` tries every await, `make test` every third one: of the points that make a difference to the
world `test_pairs` tries all.
"""

from __future__ import annotations

import pytest

from tests.crashes.bench import Bench
from tests.crashes.effects import EVERY_POINT, Point

pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.timeout(1800)]

STEP = 1 if EVERY_POINT else 3


async def test_a_kill_at_an_await_ends_with_exactly_one_post(bench: Bench) -> None:
    await bench.due()
    awaits = range(0, (await bench.danger.live()).awaits, STEP)
    died = 0
    for number in awaits:
        delivery = await bench.due()
        died += (await bench.danger.live(point=Point("await", number))).is_killed
        await bench.comes_to_rest(delivery)
    assert died > 0.9 * len(awaits), "an attempt doesn't always wait equally often, but nearly so"
    assert set(await bench.told()) == {("published", 1, 1)}
