"""Local times right across the changes of summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signoff.kernel.errors import Invalid
from signoff.kernel.local_time import chosen_local, in_words, moment_of, zone, zone_names

MADRID = "Europe/Madrid"


@pytest.mark.parametrize(
    ("local", "place", "moment"),
    [
        ("2026-01-15T09:00", MADRID, datetime(2026, 1, 15, 8, tzinfo=UTC)),
        ("2026-07-15 09:00", MADRID, datetime(2026, 7, 15, 7, tzinfo=UTC)),
        ("2026-07-15T09:00:30", MADRID, datetime(2026, 7, 15, 7, 0, 30, tzinfo=UTC)),
        ("2026-07-15T09:00+02:00", MADRID, datetime(2026, 7, 15, 7, tzinfo=UTC)),
        ("2026-07-15T09:00Z", "UTC", datetime(2026, 7, 15, 9, tzinfo=UTC)),
        ("2026-07-15T09:00", "Asia/Kathmandu", datetime(2026, 7, 15, 3, 15, tzinfo=UTC)),
        ("2026-10-25T02:30+02:00", MADRID, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T02:30+01:00", MADRID, datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-10-25T03:00", MADRID, datetime(2026, 10, 25, 2, tzinfo=UTC)),
        ("2026-10-25T01:59", MADRID, datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ("2026-03-29T03:00", MADRID, datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("2026-03-29T01:59", MADRID, datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
    ],
)
def test_the_moment_of_a_local_time(local: str, place: str, moment: datetime) -> None:
    assert moment_of(local, place) == moment


@pytest.mark.parametrize(
    ("local", "place", "words"),
    [
        ("2026-03-29T02:30", MADRID, "set forward"),
        ("2026-03-29T02:30+01:00", MADRID, "offset is another"),
        ("2026-10-25T02:30", MADRID, "happens twice"),
        ("2026-07-15T09:00+01:00", MADRID, "offset is another"),
        ("2011-12-30T12:00", "Pacific/Apia", "set forward"),  # the day that Samoa left out
        ("2026-02-30T09:00", MADRID, "isn't a local time"),
        ("2026-07-15T24:00", MADRID, "isn't a local time"),
        ("2026-07-15", MADRID, "isn't a local time"),
        ("tomorrow", MADRID, "isn't a local time"),
        ("", MADRID, "isn't a local time"),
        ("2026-07-15T09:00", "Europe/Atlantis", "isn't a time zone"),
        ("2026-07-15T09:00", "../../etc/passwd", "isn't a time zone"),
    ],
)
def test_a_time_that_is_none_is_refused_in_words(local: str, place: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        moment_of(local, place)
    assert refused.value.extra["errors"]


def test_an_hour_that_happens_twice_offers_both() -> None:
    with pytest.raises(Invalid) as refused:
        moment_of("2026-10-25T02:30", MADRID)
    choices = refused.value.extra["choices"]
    first, second = (moment_of(choice, MADRID) for choice in choices)
    assert second - first == timedelta(hours=1)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - Hypothesis wants them naive
    st.sampled_from(["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]),
)
@example(datetime(2000, 1, 1), "America/New_York")  # noqa: DTZ001 - it is still 1999 there
def test_a_moment_written_down_is_the_same_moment_when_read(naive: datetime, place: str) -> None:
    moment = naive.replace(second=0, microsecond=0, tzinfo=UTC)
    assert moment_of(chosen_local(moment, place), place) == moment


@pytest.mark.parametrize(
    ("moment", "place", "said"),
    [
        (
            datetime(2026, 11, 21, 15, 5, tzinfo=UTC),
            "Europe/Dublin",
            "Saturday 21 November, 15:05 Dublin time",
        ),
        (datetime(2026, 7, 1, 4, tzinfo=UTC), "America/New_York", "Wednesday 1 July, 00:00 New York time"),
        (datetime(2026, 7, 1, 4, tzinfo=UTC), "UTC", "Wednesday 1 July, 04:00 UTC"),
        (datetime(2027, 1, 1, tzinfo=UTC), MADRID, "Friday 1 January 2027, 01:00 Madrid time"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), MADRID, "Sunday 25 October, 02:30 Madrid time (CEST)"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), MADRID, "Sunday 25 October, 02:30 Madrid time (CET)"),
    ],
)
def test_a_moment_is_said_in_words(moment: datetime, place: str, said: str) -> None:
    assert in_words(moment, place, now=datetime(2026, 11, 21, tzinfo=UTC)) == said


def test_only_names_of_zones_are_zones() -> None:
    assert "Europe/Madrid" in zone_names()
    assert zone("Europe/Madrid").key == "Europe/Madrid"
    with pytest.raises(Invalid, match="isn't a time zone"):
        zone("localtime2")
