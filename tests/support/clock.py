"""A clock that tests shift; the database shifts with it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest


class ShiftableClock:
    """The machine's clock plus an offset. It never stands still."""

    def __init__(self) -> None:
        self._offset = timedelta(0)
        self._slept = timedelta(0)

    def put_right(self) -> None:
        """Show the machine's time again."""
        self._offset = self._slept = timedelta(0)

    @property
    def offset(self) -> timedelta:
        return self._offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def monotonic(self) -> float:
        return time.monotonic() + (self._offset - self._slept).total_seconds()

    def advance(self, by: timedelta) -> None:
        """Let time pass, for wall and monotonic clock alike."""
        self._offset += by

    def jump(self, by: timedelta) -> None:
        """Set the wall clock only, as an administrator or a sleeping laptop does."""
        self._offset += by
        self._slept += by


@pytest.fixture(scope="session")
def one_clock() -> ShiftableClock:
    """The clock of the connections that tests have one after the other."""
    return ShiftableClock()


@pytest.fixture
def clock(one_clock: ShiftableClock) -> ShiftableClock:
    """The machine's time, until the test shifts it."""
    one_clock.put_right()
    return one_clock
