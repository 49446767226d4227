"""Deliveries that workers are killed of, one after the other, and what becomes of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Final

from signoff.kernel.people import Actor
from signoff.pipeline.recover.take_down import recover
from signoff.records.models import Delivery
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.crashes.batch import mark_of, planned
from tests.crashes.effects import WAITS_S, Danger
from tests.crashes.platforms import Platform
from tests.support.publishing import detail, later, row

AT_REST: Final = frozenset({"published", "failed", "cancelled", "recovered", "manual_recovery_needed"})


@dataclass
class Bench:
    """Deliveries of one channel, worked on one after another."""

    runtime: Runtime
    owner: Actor
    channel: Channel
    platform: Platform
    danger: Danger
    numbers: count[int] = field(default_factory=count)
    begun: list[Delivery] = field(default_factory=list)

    async def due(self) -> Delivery:
        """One more delivery, whose time has come."""
        number = next(self.numbers)
        (delivery,) = await planned(
            self.runtime,
            self.owner,
            self.channel,
            self.platform,
            range(number, number + 1),
            due_in=timedelta(seconds=30),
        )
        self.danger.clock.advance(timedelta(seconds=31))
        self.danger.delivery_id = delivery.id
        self.begun.append(delivery)
        return delivery

    async def to_be_taken_down(self) -> Delivery:
        """One more delivery, which is out and shouldn't be."""
        delivery = await self.due()
        await Worker(self.runtime).run_until_idle()
        await recover(self.runtime, self.owner, delivery.id, reason="The price is wrong.")
        return delivery

    async def state(self, delivery: Delivery) -> str:
        return str((await row(self.runtime, self.owner, delivery)).state)

    async def comes_to_rest(self, delivery: Delivery) -> None:
        """Let an immortal worker carry on."""
        worker = Worker(self.runtime)
        for wait in WAITS_S:
            if await self.state(delivery) in AT_REST:
                return
            await later(worker, self.danger.clock, seconds=wait)

    async def told(self) -> list[tuple[str, int, int]]:
        """Of each delivery: its state, its receipts, and how often it can be seen."""
        visible = await self.platform.texts()
        found = []
        for number, delivery in enumerate(self.begun):
            shown = await detail(self.runtime, self.owner, delivery)
            times = sum(mark_of(self.channel, number) in text for text in visible)
            found.append((str(shown.view.delivery.state), len(shown.receipts), times))
        return found
