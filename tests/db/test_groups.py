"""Writes that share a transaction: together while it goes well, else alone, and nobody is left waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal, cast

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.groups import ALONE, Apart, Group, Shared
from tests.support.waiting import until


class Ledger:
    """What was written, transaction by transaction; the first one lasts until it is let go."""

    def __init__(self) -> None:
        self.together: list[list[int]] = []
        self.alone: list[int] = []
        self.first_may_end = asyncio.Event()
        self.fails = False
        self.apart: set[int] = set()
        self.group = Group(
            Shared(self._write_all, self._write_one), self._transaction, self._transaction, at_most=4
        )

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        yield cast("AsyncSession", None)

    async def _write_all(self, _: AsyncSession, items: Sequence[int]) -> list[int | Literal[Apart.ALONE]]:
        self.together.append(list(items))
        if len(self.together) == 1:
            await self.first_may_end.wait()
        elif self.fails:
            raise ConnectionResetError("the commit wasn't confirmed")
        return [ALONE if item in self.apart else item * 10 for item in items]

    async def _write_one(self, _: AsyncSession, item: int) -> int:
        if item < 0:
            raise ValueError("there is nothing below nothing")
        self.alone.append(item)
        return item * 10

    async def begun(self, *items: int) -> list[asyncio.Task[int]]:
        """Start with 0, whose transaction doesn't end yet, then the others, which have to wait for it."""
        tasks = [asyncio.create_task(self.group.carry_out(0))]

        async def is_open() -> bool:
            return bool(self.together)

        await until(is_open)
        tasks += [asyncio.create_task(self.group.carry_out(item)) for item in items]
        await asyncio.sleep(0)
        return tasks


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


async def test_those_who_come_while_a_group_is_written_are_the_next_one(ledger: Ledger) -> None:
    tasks = await ledger.begun(1, 2, 3)
    ledger.first_may_end.set()
    assert await asyncio.gather(*tasks) == [0, 10, 20, 30]
    assert ledger.together == [[0], [1, 2, 3]]
    assert not ledger.alone


async def test_those_who_come_at_once_need_not_wait_for_each_other(ledger: Ledger) -> None:
    ledger.first_may_end.set()
    assert await asyncio.gather(*(ledger.group.carry_out(item) for item in range(3))) == [0, 10, 20]
    assert ledger.together == [[0, 1, 2]]


async def test_a_group_has_a_size(ledger: Ledger) -> None:
    tasks = await ledger.begun(*range(1, 7))
    ledger.first_may_end.set()
    await asyncio.gather(*tasks)
    assert ledger.together == [[0], [1, 2, 3, 4], [5, 6]]


async def test_a_group_that_fails_is_written_one_by_one(ledger: Ledger) -> None:
    ledger.fails = True
    tasks = await ledger.begun(1, 2, -3)
    ledger.first_may_end.set()
    assert await asyncio.gather(*tasks, return_exceptions=True) == [0, 10, 20, tasks[3].exception()]
    assert isinstance(tasks[3].exception(), ValueError), "the others aren't harmed by it"
    assert sorted(ledger.alone) == [1, 2]


async def test_one_that_fails_by_itself_is_not_written_twice(ledger: Ledger) -> None:
    (first,) = await ledger.begun()
    ledger.first_may_end.set()
    await first
    ledger.fails = True
    with pytest.raises(ConnectionResetError):
        await ledger.group.carry_out(1)
    assert not ledger.alone


async def test_what_is_not_plain_is_written_alone(ledger: Ledger) -> None:
    ledger.apart = {1}
    tasks = await ledger.begun(1, 2)
    ledger.first_may_end.set()
    assert await asyncio.gather(*tasks) == [0, 10, 20]
    assert ledger.alone == [1]


@pytest.mark.parametrize("who", [0, 1, 2])
async def test_one_that_is_cancelled_keeps_nobody_waiting(ledger: Ledger, who: int) -> None:
    tasks = await ledger.begun(1, 2, 3)
    tasks[who].cancel()
    ledger.first_may_end.set()
    async with asyncio.timeout(10):
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(ended[who], asyncio.CancelledError)
    assert [result for place, result in enumerate(ended) if place != who] == [
        item * 10 for item in range(4) if item != who
    ]
    assert await ledger.group.carry_out(9) == 90


async def test_one_that_is_cancelled_just_as_it_is_to_lead_hands_over(ledger: Ledger) -> None:
    first, second, third = await ledger.begun(1, 2)
    ledger.first_may_end.set()
    await first  # the second is told, and has not run yet
    second.cancel()
    async with asyncio.timeout(10):
        assert await third == 20
    assert await ledger.group.carry_out(9) == 90


async def test_a_group_whose_writer_is_cancelled_is_written_one_by_one(ledger: Ledger) -> None:
    tasks = [asyncio.create_task(ledger.group.carry_out(item)) for item in range(3)]

    async def is_open() -> bool:
        return bool(ledger.together)

    await until(is_open)
    assert ledger.together == [[0, 1, 2]]
    tasks[0].cancel()
    async with asyncio.timeout(10):
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(ended[0], asyncio.CancelledError)
    assert ended[1:] == [10, 20]
    assert sorted(ledger.alone) == [1, 2]
