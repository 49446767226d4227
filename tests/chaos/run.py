"""A run: posts are approved, the storm passes, everything comes to rest, and what is out is counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select, text

from signoff.records.models import Delivery
from signoff.records.states import DeliveryState
from tests.chaos.content import Placed, approve_all, connect_all, founded, place_all
from tests.chaos.count import counted
from tests.chaos.plan import Plan
from tests.chaos.report import BUDGET_S, Report, Settled, now
from tests.chaos.rest import come_to_rest
from tests.chaos.scene import Scene, staged
from tests.chaos.storm import Storm, steadily

Say = Callable[[str], None]

_TELL_EVERY_S: Final = 15
_SETTLED: Final = text("""
    SELECT min(at) FROM audit_entries
    WHERE subject_id = :id AND at > :since
      AND after->>'state' IN ('published', 'recovered', 'cancelled', 'failed', 'manual_recovery_needed')
""")


async def unleash(plan: Plan, say: Say) -> Report:
    """Carry out a plan; what it came to."""
    async with staged(plan.workers) as scene:
        began_at, began = now(), time.monotonic()
        say(f"seed {plan.seed}: {plan.posts} posts are written and approved")
        actor = await founded(scene)
        accounts = await connect_all(scene, actor, plan.platforms)
        approved = await approve_all(scene, actor, accounts, range(plan.posts))
        await asyncio.gather(*(worker.start(**scene.offset) for worker in scene.workers))
        # Scheduling is quicker than approving; with this it is done when the first one is due.
        begin = scene.clock.now() + timedelta(seconds=5 + (time.monotonic() - began) / 3)
        placed = await place_all(scene, actor, approved, plan, begin)
        took_s = time.monotonic() - began
        say(f"approved and scheduled in {took_s:.0f} s; the storm begins")
        await asyncio.sleep((begin - scene.clock.now()).total_seconds())
        storm = Storm(scene, plan, actor, placed, accounts)
        telling = asyncio.create_task(_tell(scene, storm, say))
        try:
            await storm.passes()
            say("the storm is over; waiting until everything is at rest")
            rest = await come_to_rest(scene, actor, placed, plan.rests_within)
        finally:
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling
        await asyncio.gather(*(worker.stop() for worker in scene.workers))
        truth = await counted(scene, placed, storm.unwanted)
        return Report(
            seed=plan.seed,
            began_at=began_at,
            lasted_s=time.monotonic() - began,
            workers=plan.workers,
            channels=plan.platforms,
            posts=plan.posts,
            kills=len(storm.kills),
            held_at_kills=sum(len(kill.held) for kill in storm.kills),
            freezes=storm.freezes,
            database_restarts=storm.restarts,
            faults=await asyncio.to_thread(_spoilt, scene),
            in_doubt=truth.actions.get("delivery.lose_track", 0),
            found_by_looking=truth.found_by_looking,
            ruled_out=sum(truth.actions.get(f"delivery.{name}", 0) for name in ("rule_out", "leave")),
            asked=rest.asked,
            failed=rest.failed,
            taken_down=truth.taken_down,
            cancelled=truth.cancelled,
            doubled=truth.doubled,
            lost=truth.lost,
            revived=truth.revived,
            unapproved=truth.unapproved,
            unproven=truth.unproven,
            unsettled=rest.moving,
            skipped=scene.clock.offset,
            lateness_s=await _lateness(scene),
            settled=await _settled(scene, storm, placed),
        )


async def _tell(scene: Scene, storm: Storm, say: Say) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(_TELL_EVERY_S)
        states = await steadily(lambda: _states(scene))
        shown = ", ".join(f"{times} {state}" for state, times in sorted(states.items()))
        done = f"{len(storm.kills)} kills, {storm.freezes} freezes, {storm.restarts} restarts"
        say(f"{time.monotonic() - began:4.0f} s: {done}; {shown}")


def _spoilt(scene: Scene) -> int:
    """How many calls the platforms disturbed; a fault that waits strikes nobody."""
    return sum(bool(call["fault"]) for call in scene.sandbox.requests())


async def _states(scene: Scene) -> dict[DeliveryState, int]:
    query = select(Delivery.state, func.count()).group_by(Delivery.state)
    async with scene.runtime.worker_transaction() as tx:
        return {row[0]: row[1] for row in await tx.execute(query)}


async def _lateness(scene: Scene) -> list[float]:
    query = select(Delivery).where(Delivery.published_at.is_not(None))
    async with scene.runtime.worker_transaction() as tx:
        rows = (await tx.scalars(query)).all()
    return [(row.published_at - row.due_at).total_seconds() for row in rows if row.published_at]


async def _settled(scene: Scene, storm: Storm, placed: Sequence[Placed]) -> list[Settled]:
    of = {post.delivery_id: post for post in placed}
    told = []
    async with scene.runtime.worker_transaction() as tx:
        for kill in storm.kills:
            for id in kill.held:
                settled_at = await tx.scalar(_SETTLED, {"id": id, "since": kill.at})
                if settled_at is None:
                    continue
                account = of[id].account
                about = scene.runtime.connector(account.platform.name).about
                looks = 2 if account.is_listed_only else 1
                allowed = timedelta(seconds=BUDGET_S) + looks * about.visibility_delay
                told.append(
                    Settled(
                        delivery=str(id),
                        channel=account.name,
                        took_s=(settled_at - kill.at).total_seconds(),
                        allowed_s=allowed.total_seconds(),
                        struck_again=storm.struck(id, kill.at, settled_at),
                    )
                )
    return told
