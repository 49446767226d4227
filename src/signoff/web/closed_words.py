"""Days without posts as a list says them: “25 December, every year”, “Sundays until 30 September 2027”."""

from __future__ import annotations

from datetime import date

from signoff.kernel.closed_days import ClosedDays, Repeats, weekdays_said


def days_in_words(days: ClosedDays, today: date) -> str:
    """Say which days they are."""
    last = days.last or days.first
    if days.repeats is Repeats.YEARLY:
        return f"{_any_year(days.first, last)}, every year"
    if days.repeats is Repeats.NEVER:
        return _span(days.first, last)
    begins = f" from {_with_year(days.first)}" if days.first > today else ""
    ends = f" until {_with_year(days.last)}" if days.last else ""
    return f"{weekdays_said(days.weekdays)}{begins}{ends}"


def _span(first: date, last: date) -> str:
    if first.year != last.year:
        return f"{_with_year(first)}\N{EN DASH}{_with_year(last)}"
    return f"{_any_year(first, last)} {last.year}"


def _any_year(first: date, last: date) -> str:
    if first == last:
        return f"{last.day} {last:%B}"
    month = f" {first:%B}" if (first.year, first.month) != (last.year, last.month) else ""
    return f"{first.day}{month}\N{EN DASH}{last.day} {last:%B}"


def _with_year(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
