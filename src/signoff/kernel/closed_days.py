"""Days without posts: once, every year, or on days of the week. Days are those of a local calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from signoff.kernel.weekdays import WEEKDAY_NAMES


class Repeats(StrEnum):
    """How often a stretch of days comes again."""

    NEVER = "never"
    YEARLY = "yearly"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """From a day to another, which is included, nothing is published.

    Those of every year begin with the first one; where they meet 29 February, it is one of them in the years
    that have it. Those of every week are its `weekdays` from `first` on, up to `last` if there is one.
    """

    first: date
    last: date | None
    reason: str
    repeats: Repeats = Repeats.NEVER
    weekdays: tuple[int, ...] = ()
    """Monday is 0."""

    def cover(self, day: date) -> bool:
        """Is this day one of them?"""
        if day < self.first:
            return False
        if self.repeats is Repeats.YEARLY:
            return self._cover_of_year((day.month, day.day))
        is_before_end = self.last is None or day <= self.last
        return is_before_end and (self.repeats is Repeats.NEVER or day.weekday() in self.weekdays)

    def _cover_of_year(self, day: tuple[int, int]) -> bool:
        last = self.last or self.first
        begins, ends = (self.first.month, self.first.day), (last.month, last.day)
        if begins <= ends:
            return begins <= day <= ends
        return day >= begins or day <= ends

    def __str__(self) -> str:
        return f"No posts {self._when()}: {self.reason}."

    def _when(self) -> str:
        last = self.last or self.first
        if self.repeats is Repeats.WEEKLY:
            return f"on {weekdays_said(self.weekdays)}"
        if self.repeats is Repeats.YEARLY:
            begins, ends = _of_any_year(self.first), _of_any_year(last)
            return f"every year on {begins}" if begins == ends else f"every year from {begins} to {ends}"
        if self.first == last:
            return f"on {day_said(last)}"
        return f"from {day_said(self.first)} to {day_said(last)}"


def weekdays_said(weekdays: tuple[int, ...]) -> str:
    """Name days of the week: “Saturdays and Sundays”."""
    *others, last = (f"{WEEKDAY_NAMES[day]}s" for day in sorted(weekdays))
    return f"{', '.join(others)} and {last}" if others else last


def day_said(day: date) -> str:
    """Name a day of these weeks: “Mon 4 May”."""
    return f"{day:%a} {_of_any_year(day)}"


def _of_any_year(day: date) -> str:
    return f"{day.day} {day:%b}"
