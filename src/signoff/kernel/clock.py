"""Where time comes from. Workers measure durations; what is due or leased is compared by the database."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

NO_OFFSET = timedelta(0)


class Clock(Protocol):
    """The moments a process may ask for."""

    @property
    def offset(self) -> timedelta:
        """What the database adds to its own clock; zero outside development mode."""
        ...

    def now(self) -> datetime:
        """Tell the moment, UTC, shifted by the offset."""
        ...

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back and may stand still while a machine sleeps."""
        ...


class SystemClock:
    """The machine's clocks, shifted by a fixed offset for rehearsals."""

    def __init__(self, offset: timedelta = NO_OFFSET) -> None:
        self._offset = offset

    @property
    def offset(self) -> timedelta:
        return self._offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def monotonic(self) -> float:
        return time.monotonic()
