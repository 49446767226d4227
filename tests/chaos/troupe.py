"""A scene with its owner, for tests that let one certain thing go wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import psycopg
from sqlalchemy import func, select

from signoff.db.urls import conninfo
from signoff.kernel.people import Actor
from signoff.pipeline.schedule.place import place
from signoff.records.models import Attempt, Delivery, ReceiptRow
from signoff.records.planning.placement import Schedule
from tests.chaos.content import Placed, approve_all, connect_all
from tests.chaos.count import Seen, look_around
from tests.chaos.processes import Process
from tests.chaos.scene import Scene
from tests.chaos.storm import steadily
from tests.support.waiting import until

_LONG_S: Final = 240
"""On a machine that is busy with other tests."""


@dataclass
class Troupe:
    """Who acts, and what is asked of the scene afterwards."""

    scene: Scene
    owner: Actor
    numbers: Iterator[int]

    @property
    def workers(self) -> tuple[Process, Process]:
        first, second = self.scene.workers
        return first, second

    async def due(self, *names: str, posts: int) -> list[Placed]:
        """Approved posts on accounts of these platforms, all due by now."""
        accounts = await connect_all(self.scene, self.owner, names)
        approved = await approve_all(self.scene, self.owner, accounts, islice(self.numbers, posts))
        placed = []
        for post in approved:
            (view,) = await place(self.scene.runtime, self.owner, post.post_id, Schedule(now=True))
            due_at = view.delivery.due_at
            placed.append(Placed(post.mark, view.delivery.id, post.account, due_at))
        return placed

    async def rows(self, placed: Sequence[Placed]) -> list[Delivery]:
        """The deliveries as they are now, however long the database takes to answer."""
        query = select(Delivery).where(Delivery.id.in_([post.delivery_id for post in placed]))

        async def ask() -> list[Delivery]:
            async with self.scene.runtime.worker_transaction() as tx:
                return list((await tx.scalars(query)).all())

        return await steadily(ask)

    async def states(self, placed: Sequence[Placed]) -> list[str]:
        return [str(row.state) for row in await self.rows(placed)]

    async def until_all_are(self, state: str, placed: Sequence[Placed], *, within_s: float) -> None:
        async def all_are() -> bool:
            return set(await self.states(placed)) == {state}

        await until(all_are, within_s=within_s)

    async def until_some_are(self, state: str, placed: Sequence[Placed], *, least: int = 1) -> None:
        async def some_are() -> bool:
            return (await self.states(placed)).count(state) >= least

        await until(some_are, within_s=_LONG_S)

    async def not_out_once(self, placed: Sequence[Placed]) -> list[tuple[str, Seen, int]]:
        """Those that the public didn't see exactly once, or that haven't exactly one receipt."""
        seen = await look_around(self.scene, placed)
        ids = [post.delivery_id for post in placed]
        query = (
            select(ReceiptRow.delivery_id, func.count())
            .where(ReceiptRow.delivery_id.in_(ids))
            .group_by(ReceiptRow.delivery_id)
        )
        async with self.scene.runtime.worker_transaction() as tx:
            receipts = {row[0]: row[1] for row in await tx.execute(query)}
        shown = [
            (post.mark, seen.get(post.mark, Seen()), receipts.get(post.delivery_id, 0)) for post in placed
        ]
        return [each for each in shown if (each[1].ever, each[1].visible, each[2]) != (1, 1, 1)]

    async def attempts(self, post: Placed) -> list[tuple[str, str]]:
        """What was tried, oldest first: kind and outcome."""
        query = select(Attempt).where(Attempt.delivery_id == post.delivery_id).order_by(Attempt.ended_at)
        async with self.scene.runtime.worker_transaction() as tx:
            return [(row.kind, row.outcome) for row in (await tx.scalars(query)).all()]

    @asynccontextmanager
    async def administrator(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """The database's superuser, for what no part of Signoff may do."""
        url = self.scene.server.admin_url("signoff")
        async with await psycopg.AsyncConnection.connect(conninfo(url), autocommit=True) as connection:
            yield connection
