"""What is full where a delivery was put all the same, as people are told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from signoff.records.planning.full_days import Limit


@dataclass(frozen=True, slots=True)
class Crowded:
    """What is full at a delivery's moment, which it has all the same."""

    limit: Limit
    channel_name: str
    planned: int
    """Others that are out or planned: on that day, or in the fullest 24 hours that hold the moment."""
    most: int
    next_free_at: datetime | None
    """The next moment that keeps every limit; None: there is none in 60 days."""

    @property
    def text(self) -> str:
        """Say it without the moments, which each door gives in its own zone."""
        if self.limit is Limit.MAX_PER_DAY:
            return f"{self._count} on that day already."
        return (
            f"{self._count} in the 24 hours around it already: it may have to wait for its platform's budget."
        )

    @property
    def _count(self) -> str:
        return f"“{self.channel_name}” has {self.planned} of {self.most} posts"
