"""What a background job is. Jobs run at least once, so each has the same result when it runs again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

Work: TypeAlias = Callable[[], Awaitable[object]]
"""What a job does. A number or a text that it returns goes into its log."""

RETRIES: Final = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5))


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the timetable."""

    name: str
    work: Work
    times: str
    """A cron expression in UTC; a sixth field counts seconds."""
    retries: tuple[timedelta, ...] = RETRIES
    """The waits before it is tried again; when they are used up, it waits for its next time."""
    title: str = ""
    """What it does, for people."""
    counts: str = ""
    """What the number that it returns counts, in words that suit one and many: "mailed"."""
    silent_after: timedelta = timedelta(hours=3)
    """Without an ended run for so long something is wrong."""

    def summary(self, result: object) -> str:
        """Put what it returned in words."""
        match result:
            case str():
                return result
            case int():
                return f"{result} {self.counts}".strip()
            case _:
                return ""
