"""Everything that goes wrong while posts go out: drawn from one seed, written down as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, Final, TypeVar

from sqlalchemy import exists, select
from sqlalchemy.exc import DBAPIError

from signoff.kernel.errors import WrongState
from signoff.kernel.ids import DeliveryId
from signoff.kernel.people import Actor
from signoff.pipeline.recover.take_down import recover
from signoff.pipeline.schedule.change import cancel
from signoff.records.models import Delivery, WorkerRow
from signoff.records.states import DeliveryState, Wanted
from tests.chaos.content import DIRECTLY, Account, Placed
from tests.chaos.plan import COMMIT_FAULTS, Plan
from tests.chaos.processes import Process
from tests.chaos.scene import Scene
from tests.support.waiting import until

T = TypeVar("T")

_WATCHES_S: Final = 2
_BEGINS_WITHIN_S: Final = 60
_HELD = (DeliveryState.PUBLISHING, DeliveryState.RECOVERING)
_OUT_SOON = (DeliveryState.PUBLISHING, DeliveryState.UNKNOWN, DeliveryState.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Kill:
    """A worker's death, and the deliveries that it held."""

    at: datetime
    held: tuple[DeliveryId, ...]


@dataclass
class Storm:
    """What was done to a run; `passes` does it."""

    scene: Scene
    plan: Plan
    actor: Actor
    placed: Sequence[Placed]
    accounts: Sequence[Account]
    kills: list[Kill] = field(default_factory=list)
    freezes: int = 0
    restarts: int = 0
    blows: list[tuple[datetime, str, frozenset[DeliveryId] | None]] = field(default_factory=list)
    """When what struck whom; None stands for everybody."""
    unwanted: set[DeliveryId] = field(default_factory=set)
    """What people took down or cancelled."""

    async def passes(self) -> None:
        """Let it all happen for as long as the plan says; afterwards everything runs undisturbed."""
        random = Random(self.plan.seed)
        gusts: list[tuple[tuple[float, float], Callable[[Random], Awaitable[None]]]] = [
            (self.plan.kills_s, self._kill),
            (self.plan.freezes_s, self._freeze),
            (self.plan.restarts_s, self._restart),
            (self.plan.faults_s, self._disturb),
            (self.plan.people_s, self._change_minds),
        ]
        tasks = [asyncio.create_task(self._blow(Random(random.random()), *gust)) for gust in gusts]
        await asyncio.wait(
            tasks, timeout=self.plan.lasts.total_seconds(), return_when=asyncio.FIRST_EXCEPTION
        )
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        for problem in ended:
            if isinstance(problem, Exception):
                raise problem
        await self._calm()

    def struck(self, id: DeliveryId, after: datetime, until: datetime) -> str:
        """Say what else befell a delivery in that time; empty for nothing."""
        blows = (what for at, what, whom in self.blows if after < at < until and (whom is None or id in whom))
        return ", ".join(blows)

    async def _blow(
        self, random: Random, gap_s: tuple[float, float], gust: Callable[[Random], Awaitable[None]]
    ) -> None:
        while True:
            await asyncio.sleep(random.uniform(*gap_s))
            # What has begun is finished: half a restart would be another kind of fault.
            begun = asyncio.ensure_future(gust(random))
            try:
                await asyncio.shield(begun)
            except asyncio.CancelledError:
                await begun
                raise

    async def _calm(self) -> None:
        await asyncio.to_thread(self.scene.sandbox.clear_faults)
        for worker in self.scene.workers:
            worker.thaw()
            if not worker.is_alive:
                await worker.start(**self.scene.offset)

    def _living(self, random: Random) -> Process | None:
        living = [worker for worker in self.scene.workers if worker.is_alive and not worker.is_frozen]
        return random.choice(living) if living else None

    async def _kill(self, random: Random) -> None:
        worker = self._living(random)
        if worker is None:
            return
        await self._works(worker)
        await worker.kill()
        at = self.scene.clock.now()
        held = await steadily(lambda: self._held_by(worker.pid))
        self.kills.append(Kill(at, tuple(held)))
        self.blows.append((at, "killed", frozenset(held)))
        await asyncio.sleep(random.uniform(0, 2))
        await worker.start(**self.scene.offset)
        await self._begins(worker)

    async def _begins(self, worker: Process) -> None:
        """Wait until a started worker is at work, so that on a slow machine not all of them just start."""
        query = select(exists().where(WorkerRow.pid == worker.pid))

        async def is_registered() -> bool:
            async with self.scene.runtime.worker_transaction() as tx:
                return bool(await tx.scalar(query)) or not worker.is_alive

        with suppress(TimeoutError):
            await until(lambda: steadily(is_registered), within_s=_BEGINS_WITHIN_S)

    async def _works(self, worker: Process) -> None:
        """Wait a little for the moment at which it has something in hand: that is when a death matters."""
        with suppress(TimeoutError):
            await until(lambda: steadily(lambda: self._held_by(worker.pid)), within_s=_WATCHES_S)

    async def _held_by(self, pid: int) -> Sequence[DeliveryId]:
        query = select(Delivery.id).where(Delivery.state.in_(_HELD), Delivery.leased_by.contains(f"-{pid}-"))
        async with self.scene.runtime.worker_transaction() as tx:
            return (await tx.scalars(query)).all()

    async def _freeze(self, random: Random) -> None:
        worker = self._living(random)
        if worker is None:
            return
        worker.freeze()
        self.freezes += 1
        at, held = self.scene.clock.now(), await steadily(lambda: self._held_by(worker.pid))
        self.blows.append((at, "frozen", frozenset(held)))
        try:
            await asyncio.sleep(random.uniform(*self.plan.frozen_s))
        finally:
            worker.thaw()

    async def _restart(self, random: Random) -> None:
        self.blows.append((self.scene.clock.now(), "database restarted", None))
        await self.scene.restart_database(away_s=random.uniform(0, 3))
        self.restarts += 1

    async def _disturb(self, random: Random) -> None:
        """Let one of the next calls that publish go wrong on one account."""
        account = random.choice([account for account in self.accounts if account.id])
        fault, longest_s = random.choice(COMMIT_FAULTS)
        call = "facebook.direct" if account.name == DIRECTLY else f"{account.platform.name}.publish"
        options: dict[str, Any] = {"seconds": random.uniform(0.5, longest_s)} if longest_s else {}
        await asyncio.to_thread(self.scene.sandbox.fault, call, fault, account=account.id, **options)

    async def _change_minds(self, random: Random) -> None:
        """Have a post taken down that is out or on its way, or one cancelled that isn't yet."""
        states = await steadily(self._states)
        open_ = [each.delivery_id for each in self.placed if each.delivery_id not in self.unwanted]
        out = [id for id in open_ if states[id] in _OUT_SOON]
        waiting = [id for id in open_ if states[id] is DeliveryState.SCHEDULED]
        chosen = random.choice([out, out, out, waiting])
        if chosen:
            id = random.choice(chosen)
            await self._no_longer_wanted(id, takes_down=chosen is out)

    async def _states(self) -> dict[DeliveryId, DeliveryState]:
        async with self.scene.runtime.worker_transaction() as tx:
            return {row[0]: row[1] for row in await tx.execute(select(Delivery.id, Delivery.state))}

    async def _no_longer_wanted(self, id: DeliveryId, *, takes_down: bool) -> None:
        async def ask() -> None:
            try:
                if takes_down:
                    await recover(self.scene.runtime, self.actor, id, reason="A person changed their mind.")
                else:
                    await cancel(self.scene.runtime, self.actor, id)
            except WrongState:
                return  # it moved on, or this was done and only the answer got lost

        await steadily(ask)
        async with self.scene.runtime.worker_transaction() as tx:
            delivery = await tx.get_one(Delivery, id)
            if delivery.wanted in {Wanted.RECOVERED, Wanted.CANCELLED} or delivery.state in {
                DeliveryState.RECOVERING,
                DeliveryState.RECOVERED,
                DeliveryState.CANCELLED,
            }:
                self.unwanted.add(id)


async def steadily(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask again while the database is away, as a patient person does."""
    while True:
        try:
            return await ask()
        except (DBAPIError, OSError):
            await asyncio.sleep(0.2)
