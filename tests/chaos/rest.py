"""After the storm: wait until nothing moves any more, and let people answer what they are asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from signoff.kernel.errors import Problem
from signoff.kernel.people import Actor
from signoff.pipeline.publish.retry import retry
from signoff.pipeline.publish.settle import settle_not_out, settle_out
from signoff.records.models import Delivery
from signoff.records.states import DeliveryState
from tests.chaos.content import Placed
from tests.chaos.count import Seen, look_around
from tests.chaos.scene import Scene
from tests.chaos.storm import steadily

_MOVING: Final = (
    DeliveryState.SCHEDULED,
    DeliveryState.PUBLISHING,
    DeliveryState.UNKNOWN,
    DeliveryState.RECOVERING,
)
_LONG: Final = timedelta(seconds=100)
"""A wait that isn't waited out: everybody's clock is moved instead."""
_ROUNDS: Final = 5
"""So often people answer before a question counts as unanswered."""


@dataclass(slots=True)
class Rest:
    """How a run came to rest."""

    asked: int = 0
    """What only a person could tell."""
    failed: int = 0
    """What people were told had failed, and tried again."""
    moving: int = 0
    """What was still under way when the time was over."""


async def come_to_rest(scene: Scene, actor: Actor, placed: Sequence[Placed], within: timedelta) -> Rest:
    """Wait, answer, wait again. People look at the platform before they answer."""
    rest = Rest()
    until = time.monotonic() + within.total_seconds()
    for _ in range(_ROUNDS):
        rest.moving = await _wait(scene, until)
        open_ = await _open(scene)
        if rest.moving or not open_:
            break
        seen = await look_around(scene, placed)
        for post in placed:
            if (delivery := open_.get(str(post.delivery_id))) is not None:
                await _answer(scene, actor, delivery, seen.get(post.mark, Seen()), rest)
    return rest


async def _wait(scene: Scene, until: float) -> int:
    """Wait until no delivery moves by itself any more; how many still do when the time is over."""
    while moving := await steadily(lambda: _moving(scene)):
        if time.monotonic() > until:
            return len(moving)
        now = scene.clock.now()
        longest = min(_waits_until(delivery, now) - now for delivery in moving)
        if longest > _LONG:
            await scene.move_clocks(longest + timedelta(seconds=1))
        await asyncio.sleep(0.5)
    return 0


async def _moving(scene: Scene) -> list[Delivery]:
    async with scene.runtime.worker_transaction() as tx:
        rows = (await tx.scalars(select(Delivery).where(Delivery.state.in_(_MOVING)))).all()
    return [row for row in rows if not (row.asks_person and row.next_look_at is None)]


def _waits_until(delivery: Delivery, now: datetime) -> datetime:
    if delivery.state is DeliveryState.SCHEDULED:
        return delivery.claimable_at
    return (delivery.state is not DeliveryState.PUBLISHING and delivery.next_look_at) or now


async def _open(scene: Scene) -> dict[str, Delivery]:
    query = select(Delivery).where((Delivery.state == DeliveryState.FAILED) | Delivery.asks_person)
    async with scene.runtime.worker_transaction() as tx:
        return {str(row.id): row for row in (await tx.scalars(query)).all()}


async def _answer(scene: Scene, actor: Actor, delivery: Delivery, seen: Seen, rest: Rest) -> None:
    has_failed = delivery.state is DeliveryState.FAILED
    rest.failed += has_failed
    rest.asked += not has_failed
    try:
        if has_failed:
            await retry(scene.runtime, actor, delivery.id)
        elif seen.visible:
            await settle_out(scene.runtime, actor, delivery.id, seen.permalink)
        else:
            await settle_not_out(scene.runtime, actor, delivery.id, then="publish", sure=True)
    except Problem as problem:
        # Too early, or it was found meanwhile: the next round sees.
        print(f"an answer wasn't taken: {problem}")  # noqa: T201 - for whoever watches
