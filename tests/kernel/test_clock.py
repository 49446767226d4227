"""The clock: shifted for rehearsals, never going back for measuring."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from signoff.kernel.clock import SystemClock


def test_the_clock_tells_utc_and_can_be_shifted() -> None:
    shifted = SystemClock(timedelta(days=3))
    before = datetime.now(UTC)
    assert timedelta(0) <= SystemClock().now() - before < timedelta(minutes=1)
    assert timedelta(days=3) <= shifted.now() - before < timedelta(days=3, minutes=1)
    assert shifted.offset == timedelta(days=3)


def test_durations_are_measured_by_a_clock_that_never_goes_back() -> None:
    clock = SystemClock(timedelta(days=-3))
    ticks = [clock.monotonic() for _ in range(1000)]
    assert ticks == sorted(ticks)
