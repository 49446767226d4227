"""The figures of a run: a table for people, JSON for programs."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

BUDGET_S: Final = 60
"""Within so many seconds after a kill, plus the channel's visibility delay, everything held is settled.

Where only a listing tells, it is twice the delay: two looks must agree."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How long one delivery took to be settled after the worker that held it was killed."""

    delivery: str
    channel: str
    took_s: float
    allowed_s: float
    struck_again: str
    """What else befell it until then; empty for nothing."""

    @property
    def is_over(self) -> bool:
        return self.took_s > self.allowed_s and not self.struck_again


@dataclass(frozen=True, slots=True)
class Report:
    """What a run came to."""

    seed: int
    began_at: datetime
    lasted_s: float
    workers: int
    channels: Sequence[str]
    posts: int
    kills: int
    held_at_kills: int
    freezes: int
    database_restarts: int
    faults: int
    in_doubt: int
    found_by_looking: int
    ruled_out: int
    asked: int
    failed: int
    taken_down: int
    cancelled: int
    doubled: Sequence[str]
    lost: Sequence[str]
    revived: Sequence[str]
    unapproved: Sequence[str]
    unproven: Sequence[str]
    unsettled: int
    skipped: timedelta
    lateness_s: Sequence[float] = field(repr=False)
    """Of each published delivery: from its due time until its proof was stored."""
    settled: Sequence[Settled] = field(repr=False)

    @property
    def is_good(self) -> bool:
        broken = (self.doubled, self.lost, self.revived, self.unapproved, self.unproven)
        return not any(broken) and not self.unsettled

    def rows(self) -> list[tuple[str, str]]:
        """The table, row by row."""
        took = sorted(each.took_s for each in self.settled if not each.struck_again)
        over = sum(each.is_over for each in self.settled)
        again = len(self.settled) - len(took)
        return [
            ("posts", f"{self.posts} on {len(self.channels)} channels ({', '.join(self.channels)})"),
            (
                "workers killed (SIGKILL)",
                f"{self.kills} times, of {self.workers}, holding {self.held_at_kills} deliveries",
            ),
            ("workers frozen (SIGSTOP)", str(self.freezes)),
            ("database restarted (immediate)", str(self.database_restarts)),
            ("answers spoilt by the platform", str(self.faults)),
            (
                "in doubt, then reconciled",
                f"{self.in_doubt}: {self.found_by_looking} found, {self.ruled_out} not out",
            ),
            ("asked a person", f"{self.asked}, and {self.failed} told as failed"),
            ("taken down, cancelled by people", f"{self.taken_down}, {self.cancelled}"),
            ("doubled", str(len(self.doubled))),
            ("lost", str(len(self.lost))),
            ("back after being taken down", str(len(self.revived))),
            ("unapproved", str(len(self.unapproved))),
            ("out without its own proof", str(len(self.unproven))),
            ("still under way at the end", str(self.unsettled)),
            (
                "lateness p50 / p99 / max",
                " / ".join(f"{_at(self.lateness_s, share):.1f} s" for share in (0.5, 0.99, 1)),
            ),
            (
                "settled after a kill, p50 / max",
                f"{_at(took, 0.5):.1f} / {_at(took, 1):.1f} s, {over} over {BUDGET_S} s + visibility delay"
                + (f"; {again} struck again" if again else ""),
            ),
            ("lasted", f"{self.lasted_s:.0f} s, and {self.skipped.total_seconds():.0f} s skipped at the end"),
        ]

    def table(self) -> str:
        rows = self.rows()
        wide = max(len(name) for name, _ in rows)
        head = f"seed {self.seed}, {self.began_at:%Y-%m-%d %H:%M} UTC, {_machine_words()}"
        return "\n".join([head, *(f"  {name:<{wide}}  {value}" for name, value in rows)])

    def to_json(self) -> Mapping[str, Any]:
        return asdict(self) | {
            "began_at": self.began_at.isoformat(),
            "skipped": self.skipped.total_seconds(),
            "lateness_s": {
                name: round(_at(self.lateness_s, share), 3)
                for name, share in {"p50": 0.5, "p99": 0.99, "max": 1}.items()
            },
            "is_good": self.is_good,
            "machine": machine(),
        }


def _at(values: Sequence[float], share: float) -> float:
    """The value below which this share lies; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def machine() -> dict[str, Any]:
    """What a reader needs to know to compare figures."""
    return {
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _machine_words() -> str:
    facts = machine()
    cores = f"{facts['cores']} cores (load {facts['load']} at the end)"
    return f"{cores}, {facts['system']}, Python {facts['python']}"


def now() -> datetime:
    return datetime.now(UTC)
