"""What a run is like: how long, how much, how rough."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

COMMIT_FAULTS: Final = (
    ("reset_before", 0.0),
    ("reset_after", 0.0),
    ("close_after", 0.0),
    ("garbage_after", 0.0),
    ("error_500_before", 0.0),
    ("error_500_after", 0.0),
    ("html_502_before", 0.0),
    ("hang_before", 3.0),
    ("hang_after", 3.0),
    ("lost_and_late", 15.0),
)
"""What happens to calls that publish: the sandbox's name of the fault, and its longest `seconds`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. What happens when is drawn from `seed`; what it meets depends on the machine."""

    seed: int
    lasts: timedelta
    posts: int
    workers: int = 3
    platforms: tuple[str, ...] = ("html", "facebook", "facebook directly", "instagram")
    kills_s: tuple[float, float] = (4, 14)
    """Least and most seconds between two kills; the same for what follows."""
    freezes_s: tuple[float, float] = (15, 40)
    frozen_s: tuple[float, float] = (1, 70)
    """How long a worker stays frozen: more than its lease lasts, or less."""
    restarts_s: tuple[float, float] = (90, 150)
    """Between two immediate restarts of the database."""
    faults_s: tuple[float, float] = (2, 6)
    people_s: tuple[float, float] = (2, 6)
    """Between two people who take a post down, or cancel one."""
    rests_within: timedelta = timedelta(minutes=10)
    """Of real time; longer waits are skipped by moving everybody's clock."""
    bursts: int = 5
    in_burst: int = field(default=20)
    """So many posts are due at the same second, so many times."""
