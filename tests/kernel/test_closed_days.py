"""Which days are without posts, against an oracle that goes through a leap year; and their words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signoff.kernel.closed_days import ClosedDays, Repeats
from tests.support.cadence import is_closed

days = st.dates(date(2019, 1, 1), date(2033, 12, 31))
lengths = st.integers(0, 364).map(lambda more: timedelta(days=more))
weekdays = st.sets(st.integers(0, 6), min_size=1, max_size=6).map(lambda found: tuple(sorted(found)))
LEAP = date(2028, 2, 29)


@given(days, lengths, days)
@example(LEAP, timedelta(), date(2029, 2, 28))
@example(LEAP, timedelta(), date(2029, 3, 1))
@example(LEAP, timedelta(), date(2032, 2, 29))
@example(date(2027, 2, 28), timedelta(days=1), LEAP)
@example(date(2026, 12, 24), timedelta(days=9), date(2031, 1, 2))
def test_what_comes_every_year_covers_the_same_days_of_each(first: date, more: timedelta, day: date) -> None:
    yearly = ClosedDays(first, first + more, "Holidays", Repeats.YEARLY)
    assert yearly.cover(day) == is_closed(yearly, day)


@given(days, st.none() | lengths, weekdays, days)
def test_weekdays_come_from_the_first_day_up_to_the_last(
    first: date, more: timedelta | None, on: tuple[int, ...], day: date
) -> None:
    weekly = ClosedDays(first, first + more if more is not None else None, "Rest", Repeats.WEEKLY, on)
    assert weekly.cover(day) == is_closed(weekly, day)


@pytest.mark.parametrize(
    ("closed", "words"),
    [
        (ClosedDays(LEAP, LEAP, "Leap"), "No posts on Tue 29 Feb: Leap."),
        (
            ClosedDays(date(2026, 12, 24), date(2027, 1, 2), "Holidays"),
            "No posts from Thu 24 Dec to Sat 2 Jan: Holidays.",
        ),
        (
            ClosedDays(date(2026, 12, 25), date(2026, 12, 25), "Christmas", Repeats.YEARLY),
            "No posts every year on 25 Dec: Christmas.",
        ),
        (
            ClosedDays(date(2026, 12, 24), date(2027, 1, 2), "Holidays", Repeats.YEARLY),
            "No posts every year from 24 Dec to 2 Jan: Holidays.",
        ),
        (ClosedDays(LEAP, None, "Rest", Repeats.WEEKLY, (6,)), "No posts on Sundays: Rest."),
        (
            ClosedDays(LEAP, None, "Rest", Repeats.WEEKLY, (0, 5, 6)),
            "No posts on Mondays, Saturdays and Sundays: Rest.",
        ),
    ],
)
def test_they_are_said_in_words(closed: ClosedDays, words: str) -> None:
    assert str(closed) == words
