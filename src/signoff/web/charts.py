"""Small charts as server-rendered SVG: they print, scale and need no script. Each has a table beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from signoff.records.overview.month import Span

STEP: Final = 10
HEIGHT: Final = 46
_FLAT: Final = 1.5
"""How high a day stands on which nothing happened."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A day. `top` and `height` are of the whole bar, `bad_height` of the part at its top that failed."""

    day: date
    left: int
    top: float
    height: float
    bad_height: float = 0.0
    is_empty: bool = False


def outcome_bars(days: Iterable[tuple[date, Span]]) -> Sequence[Bar]:
    """Draw how many posts were published and failed on each day."""
    drawn = list(days)
    most = max((span.total for _, span in drawn), default=0)
    return [_outcome(place, day, span, most) for place, (day, span) in enumerate(drawn)]


def lateness_bars(days: Iterable[tuple[date, Span]]) -> Sequence[Bar]:
    """Draw how late nineteen of twenty posts were at most on each day."""
    drawn = list(days)
    most = max((span.worst_s or 0.0 for _, span in drawn), default=0.0)
    return [
        _bar(place, day, (span.worst_s or 0.0) / most if most else 0.0)
        for place, (day, span) in enumerate(drawn)
    ]


def _outcome(place: int, day: date, span: Span, most: int) -> Bar:
    bar = _bar(place, day, span.total / most if most else 0.0)
    if not span.failed:
        return bar
    bad = max(4.0, bar.height * span.failed / span.total)
    return Bar(bar.day, bar.left, bar.top, bar.height, round(min(bad, bar.height), 1))


def _bar(place: int, day: date, part: float) -> Bar:
    height = round(max(_FLAT, part * (HEIGHT - 2)), 1)
    return Bar(day, place * STEP + 1, round(HEIGHT - height, 1), height, is_empty=not part)
