"""Room in any 24 hours, against counting minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from signoff.kernel.day_budget import DayBudget

NINE = datetime(2027, 3, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(hours=24)

hours = st.integers(0, 96).map(lambda count: NINE + count * HOUR)


def fullest(taken: list[datetime], at: datetime) -> int:
    """The others in the fullest 24 hours that hold the moment, by looking at each hour they could begin."""
    starts = [at - count * HOUR for count in range(24)]
    return max(sum(start <= other < start + DAY for other in taken) for start in starts)


@given(st.lists(hours, max_size=12), hours)
def test_the_fullest_24_hours_are_found(taken: list[datetime], at: datetime) -> None:
    assert DayBudget(3, taken).planned_around(at) == fullest(taken, at)


@given(st.lists(hours, max_size=12), hours, st.integers(1, 4))
def test_the_next_moment_with_room_is_the_first_one(taken: list[datetime], at: datetime, most: int) -> None:
    free = DayBudget(most, taken).free_from(at)
    before = [at + count * HOUR for count in range((free - at) // HOUR)]
    assert fullest(taken, free) < most
    assert all(fullest(taken, moment) >= most for moment in before)


def test_a_post_leaves_its_room_24_hours_later() -> None:
    budget = DayBudget(2, [NINE, NINE + HOUR])
    assert not budget.has_room(NINE + 2 * HOUR)
    assert budget.free_from(NINE + 2 * HOUR) == NINE + DAY
    assert budget.has_room(NINE - DAY)
