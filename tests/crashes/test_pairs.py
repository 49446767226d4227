"""A worker is killed before an effect, the next one before an effect of the recovery: one post is visible.

`make crashes` tries all pairs. `make test` tries every first point, each with one second point, which moves
on from one first point to the next, so that early, middle and late ones take their turns.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import pytest

from signoff.records.models import Delivery
from tests.crashes.bench import Bench
from tests.crashes.effects import EVERY_POINT, WAITS_S, Point

pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.timeout(3600)]

Begin = Callable[[Bench], Awaitable[Delivery]]


@pytest.mark.parametrize(
    ("begin", "end"),
    [(Bench.due, ("published", 1, 1)), (Bench.to_be_taken_down, ("recovered", 1, 0))],
    ids=["publishing", "taking down"],
)
async def test_killed_twice_it_is_out_once(bench: Bench, begin: Begin, end: tuple[str, int, int]) -> None:
    await begin(bench)
    first_points = await bench.danger.points()
    assert len({point.kind for point in first_points}) > 1, "commits, and calls or changes of files"
    tried = 0
    for number, first in enumerate(first_points):
        await begin(bench)
        await bench.danger.kill(first)
        second_points = await bench.danger.points(WAITS_S)
        for second in _tried(second_points, number):
            delivery = await begin(bench)
            await bench.danger.kill(first)
            await bench.danger.kill(second, WAITS_S)
            await bench.comes_to_rest(delivery)
            tried += 1
    assert tried >= len(first_points)
    assert set(await bench.told()) == {end}


def _tried(points: Sequence[Point], number: int) -> Sequence[Point]:
    return points if EVERY_POINT else [points[number % len(points)]]
