"""Writes of concurrent pieces of work that share a transaction: the busier a process, the more each carries.

Who comes while a group is being written waits, and is in the next one. One of those who wait writes for all
of them, in its own task, so nothing has to be started or closed. What isn't plain, and everything in a group
that fails, is written alone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, Literal, TypeAlias, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

T = TypeVar("T")
R = TypeVar("R")

AT_MOST: Final = 100
"""Pieces of work in one transaction."""

_log = structlog.get_logger()


class Apart(Enum):
    """Said in place of a result: this one needs a transaction of its own."""

    ALONE = "alone"


ALONE: Final = Apart.ALONE


@dataclass(frozen=True, slots=True)
class Shared(Generic[T, R]):
    """A write that may share its transaction with others of its kind."""

    together: Callable[[AsyncSession, Sequence[T]], Awaitable[Sequence[R | Literal[Apart.ALONE]]]]
    """Carry out all, and give the results in the same order. Must not wait for a lock on anybody's row."""
    alone: Callable[[AsyncSession, T], Awaitable[R]]
    """Carry out one, whatever stands in its way; raises what its caller has to know."""


Open: TypeAlias = Callable[[], AbstractAsyncContextManager[AsyncSession]]


class _Turn(Enum):
    LEAD = "lead"
    DONE = "done"
    ALONE = "alone"


class _Unit(Generic[T, R]):
    """One piece of work, and what it is told when its turn has come."""

    __slots__ = ("item", "result", "turn")

    def __init__(self, item: T) -> None:
        self.item = item
        self.turn: asyncio.Future[_Turn] = asyncio.get_running_loop().create_future()
        self.result: R

    def tell(self, turn: _Turn) -> bool:
        """Wake the one who waits; False: it has gone."""
        if self.turn.done():
            return False
        self.turn.set_result(turn)
        return True


class Group(Generic[T, R]):
    """Those of one kind, in one event loop. A result is given once its transaction is committed."""

    def __init__(self, shared: Shared[T, R], for_many: Open, for_one: Open, at_most: int = AT_MOST) -> None:
        self._shared = shared
        self._for_many = for_many
        self._for_one = for_one
        self._at_most = at_most
        self._waiting: deque[_Unit[T, R]] = deque()
        self._has_leader = False

    async def carry_out(self, item: T) -> R:
        """Have an item written, with others or alone.

        When it raises or is cancelled, it may have been written all the same: as with any transaction whose
        commit wasn't confirmed.
        """
        unit: _Unit[T, R] = _Unit(item)
        self._waiting.append(unit)
        if not self._has_leader:
            self._has_leader = True
            unit.tell(_Turn.LEAD)
        match await self._turn_of(unit):
            case _Turn.DONE:
                return unit.result
            case _Turn.LEAD if await self._lead(unit):
                return unit.result
        async with self._for_one() as tx:
            return await self._shared.alone(tx, item)

    async def _turn_of(self, unit: _Unit[T, R]) -> _Turn:
        try:
            return await unit.turn
        except asyncio.CancelledError:
            if not unit.turn.cancelled() and unit.turn.result() is _Turn.LEAD:
                self._waiting.remove(unit)
                self._hand_over()
            raise

    async def _lead(self, leader: _Unit[T, R]) -> bool:
        """Write a group; tells whether the leader's own item was among what could be written."""
        group = [leader]
        try:
            await asyncio.sleep(0)  # whoever would come now comes along
            group = self._take()
            return await self._write(leader, group)
        finally:
            if leader in self._waiting:  # cancelled before it began
                self._waiting.remove(leader)
            self._hand_over()

    def _take(self) -> list[_Unit[T, R]]:
        """Give the leader, who stands first, and those behind it that haven't gone."""
        taken = [self._waiting.popleft() for _ in range(min(self._at_most, len(self._waiting)))]
        return [taken[0], *(unit for unit in taken[1:] if not unit.turn.done())]

    async def _write(self, leader: _Unit[T, R], group: Sequence[_Unit[T, R]]) -> bool:
        results: Sequence[R | Literal[Apart.ALONE]] = [ALONE] * len(group)
        try:
            async with self._for_many() as tx:
                written = await self._shared.together(tx, [unit.item for unit in group])
            results = written
        except Exception as problem:
            if len(group) == 1:
                raise
            # Whatever it is, each one meets it again by itself.
            _log.warning("group_failed", size=len(group), error=type(problem).__name__)
        finally:  # also when the leader is cancelled
            for unit, result in zip(group, results, strict=True):
                if result is not ALONE:
                    unit.result = result
                if unit is not leader:
                    unit.tell(_Turn.ALONE if result is ALONE else _Turn.DONE)
        return results[0] is not ALONE

    def _hand_over(self) -> None:
        """Let the first one that still waits lead the next group."""
        while self._waiting and not self._waiting[0].tell(_Turn.LEAD):
            self._waiting.popleft()
        self._has_leader = bool(self._waiting)
