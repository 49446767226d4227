"""How many posts an account may make in any 24 hours, and what is planned: whether a moment has room."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from signoff.kernel.cadence import DAY


@dataclass(slots=True)
class DayBudget:
    """A platform's limit, and the moments at which something is or will be published."""

    most: int
    taken: Iterable[datetime] = ()
    _order: list[datetime] = field(init=False)

    def __post_init__(self) -> None:
        self._order = sorted(self.taken)

    def planned_around(self, at: datetime) -> int:
        """Count the others in the fullest 24 hours that hold this moment."""
        return max(self._since(start) for start in self._starts(at))

    def has_room(self, at: datetime) -> bool:
        return self.planned_around(at) < self.most

    def free_from(self, at: datetime) -> datetime:
        """Give the moment itself if it has room, else the next one that has."""
        while full := [start for start in self._starts(at) if self._since(start) >= self.most]:
            at = full[-1] + DAY
        return at

    def _starts(self, at: datetime) -> list[datetime]:
        # 24 hours hold the most when they begin with a post: any others can begin later and hold as many.
        first, behind = bisect_right(self._order, at - DAY), bisect_right(self._order, at)
        return [*self._order[first:behind], at]

    def _since(self, start: datetime) -> int:
        return bisect_left(self._order, start + DAY) - bisect_left(self._order, start)
