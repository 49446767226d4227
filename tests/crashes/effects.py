"""What a worker does to the world, seen from outside: commits and calls. It can be killed before each.

Nothing here knows how the worker is written. Between two effects the world doesn't change, so a kill there is
the same as one before the next effect; a commit that changes nothing about a delivery is none.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from sqlalchemy import URL

from signoff.kernel.ids import DeliveryId
from signoff.runtime import Runtime
from tests.crashes.mortal import NOWHERE, Ended, Life
from tests.crashes.platforms import Platform
from tests.support.clock import ShiftableClock
from tests.support.faults import Fault, FaultyProxy
from tests.support.wire import Cut, Wire, wired
from tests.support.world import KEY

Kind: TypeAlias = Literal["commit", "call", "change", "await"]

EVERY_POINT: Final = "SIGNOFF_TESTS_EVERY_POINT" in os.environ
"""Set by `make crashes`: nothing is left out for the sake of time."""
WAITS_S: Final = (46, 6, 30, 60, 60, 150, 300, 300, 600)
"""The waits after which whatever died is taken over, looked for twice, and tried again."""

_KNOWN: Final = """
    SELECT md5(concat_ws('|', (SELECT d::text FROM deliveries d WHERE d.id = %(id)s),
        (SELECT string_agg(r::text, '|' ORDER BY r.id) FROM receipts r WHERE r.delivery_id = %(id)s),
        (SELECT string_agg(a::text, '|' ORDER BY a.key) FROM accounts a)))
"""
"""What is on record about a delivery and the accounts."""


@dataclass(frozen=True, slots=True)
class Point:
    """Just before the effect, or at the await, of this number among those of its kind in one process."""

    kind: Kind
    number: int
    what: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.number} {self.what}".strip()


@dataclass
class Danger:
    """The surroundings of mortal workers: their lines to the database and to the platform."""

    wire: Wire
    proxy: FaultyProxy
    clock: ShiftableClock
    life: Life
    delivery_id: DeliveryId | None = None
    """Which delivery they work on: the only one that is open."""
    _pid: int = 0
    _point: Point | None = None
    _seen: list[tuple[Point, str]] = field(default_factory=list)

    async def points(self, waits_s: Sequence[float] = (0,)) -> list[Point]:
        """Let a worker live to its end; every point before an effect of it, in order."""
        self._seen = []
        ended = await self.live(waits_s)
        assert not ended.is_killed
        seen = [*self._seen, (Point("commit", self.wire.commits), await self._known())]
        found = [
            point
            for (point, known), (_, next_known) in pairwise(seen)
            if point.kind == "call" or known != next_known
        ]
        return found + [Point("change", number) for number in range(ended.changes)]

    async def kill(self, point: Point, waits_s: Sequence[float] = (0,)) -> None:
        """Let a worker live until it comes to a point."""
        ended = await self.live(waits_s, point)
        assert ended.is_killed, f"it never came to {point}"

    async def live(self, waits_s: Sequence[float] = (0,), point: Point | None = None) -> Ended:
        """Let a worker live until it comes to a point, if it does."""
        self.wire.commits, self._point = 0, point
        self.proxy.calls.clear()
        life = replace(
            self.life,
            offset=self.clock.offset,
            waits_s=waits_s,
            dies_at_await=_number(point, "await"),
            dies_at_change=_number(point, "change"),
        )
        ended = await asyncio.to_thread(life.lived, self._begun)
        self._pid, self._point = 0, None
        self.clock.advance(timedelta(seconds=ended.waited_s))
        return ended

    def cancel(self) -> None:
        """Kill the worker that lives now."""
        assert self._pid
        os.kill(self._pid, signal.SIGKILL)

    async def at_commit(self, number: int) -> Cut | None:
        """What becomes of a commit: see `Wire.plan`."""
        if self._point is None:
            self._seen.append((Point("commit", number), await self._known()))
        return "before" if self._point == Point("commit", number) else None

    def at_call(self, number: int, call: str) -> Fault | None:
        """What becomes of a call: see `FaultyProxy.plan`."""
        if self._point is None:
            self._seen.append((Point("call", number, call), self._seen[-1][1] if self._seen else ""))
        return "kill before" if self._point == Point("call", number) else None

    def _begun(self, pid: int) -> None:
        self._pid = pid

    async def _known(self) -> str:
        found = await self.wire.administrator.execute(_KNOWN, {"id": self.delivery_id})
        row = await found.fetchone()
        return str(row and row[0])


def _number(point: Point | None, kind: Kind) -> int:
    return point.number if point is not None and point.kind == kind else NOWHERE


@asynccontextmanager
async def dangerous(
    runtime: Runtime, administrator: URL, proxy: FaultyProxy, platform: Platform
) -> AsyncIterator[Danger]:
    """Lines that can be cut, around workers for one platform."""
    clock = runtime.clock
    assert isinstance(clock, ShiftableClock)
    async with wired(runtime.database.urls, administrator) as wire:
        life = Life(wire.urls, runtime.settings, KEY, clock.offset, folder=platform.folder)
        danger = Danger(wire, proxy, clock, life)
        wire.plan, wire.cut = danger.at_commit, danger.cancel
        proxy.plan, proxy.victim = danger.at_call, danger
        yield danger
