"""Phase 6: write down what an attempt came to, in one transaction with its move, its alerts and its story."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from typing import Any, Final, Literal, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.db.groups import ALONE, Apart, Shared
from signoff.kernel.people import Actor, worker_actor
from signoff.pipeline.publish.outcome import Outcome
from signoff.pipeline.publish.receipts import Brought, store_plain
from signoff.records.alerts.trouble import must_reconnect, tell_failed
from signoff.records.deliveries.evidence import COMMIT, OthersReceipt, confirm
from signoff.records.deliveries.leases import RETRY_AFTER, Lease
from signoff.records.deliveries.resting import let_rest
from signoff.records.deliveries.story import Story
from signoff.records.models import Delivery
from signoff.records.moves import lock_delivery, move_delivery
from signoff.records.states import DeliveryAction, DeliveryState
from signoff.runtime import Runtime

T = TypeVar("T")

FIRST_LOOK: Final = timedelta(seconds=5)

_PASSING: Final = ("08", "40", "53", "55P03", "57")
"""Classes of PostgreSQL's error codes: connection, rollback, resources, lock time-out, intervention."""

_log = structlog.get_logger()


async def finish(runtime: Runtime, lease: Lease, outcome: Outcome, story: Story) -> DeliveryState:
    """Write an outcome. A receipt is tried again until the database has it: it must not be lost.

    Raises:
        LeaseLost: Another worker has the delivery, and this outcome is no receipt.
    """
    ending = _Ending(runtime, lease, outcome, story)
    if outcome.receipt is not None:
        return await until_stored(lambda: runtime.together(_RECEIPTS, ending))
    async with runtime.worker_transaction() as tx:
        return await _write(tx, ending)


@dataclass(frozen=True, slots=True)
class _Ending:
    """What an attempt came to, with what is needed to write it down."""

    runtime: Runtime
    lease: Lease
    outcome: Outcome
    story: Story


async def until_stored(write: Callable[[], Awaitable[T]]) -> T:
    """Repeat a write while the database can't be reached."""
    wait_s = 0.1
    while True:
        try:
            return await write()
        except (DBAPIError, NoConnectionFree, OSError) as problem:
            if not _passes(problem):
                raise
            _log.warning("receipt_not_stored_yet", error=type(problem).__name__)
        await asyncio.sleep(wait_s)
        wait_s = min(wait_s * 2, 5.0)


def _passes(problem: DBAPIError | NoConnectionFree | OSError) -> bool:
    """Is the database away, full or busy, rather than refusing what it was given?"""
    if not isinstance(problem, DBAPIError) or problem.connection_invalidated:
        return True
    state = getattr(problem.orig, "sqlstate", None)
    if state is None:
        return isinstance(problem, OperationalError | InterfaceError)
    return str(state).startswith(_PASSING)


async def _write_receipts(
    tx: AsyncSession, endings: Sequence[_Ending]
) -> list[DeliveryState | Literal[Apart.ALONE]]:
    brought = [
        Brought(ending.lease, ending.outcome.receipt, ending.story)
        for ending in endings
        if ending.outcome.receipt is not None
    ]
    stored = await store_plain(tx, brought)
    return [DeliveryState.PUBLISHED if ending.lease.delivery_id in stored else ALONE for ending in endings]


async def _write(tx: AsyncSession, ending: _Ending) -> DeliveryState:
    runtime, lease, outcome = ending.runtime, ending.lease, ending.outcome
    by = worker_actor(lease.organization_id)
    delivery = await lock_delivery(tx, lease.delivery_id)
    if outcome.receipt is not None:
        await _confirm(tx, delivery, outcome, by)
    else:
        await _move(runtime, tx, delivery, outcome, lease, by)
    if outcome.hold_account_until is not None:
        until = await _rests_until(runtime, tx, outcome.hold_account_until, outcome, delivery.attempts)
        await let_rest(tx, delivery, outcome.rests, until, outcome.error)
    await ending.story.write(
        tx,
        str(delivery.state),
        error_class=outcome.error_class,
        detail=outcome.error or outcome.waiting_for,
    )
    return delivery.state


_RECEIPTS: Final = Shared(_write_receipts, _write)


async def _confirm(tx: AsyncSession, delivery: Delivery, outcome: Outcome, by: Actor) -> None:
    if outcome.receipt is None:
        raise AssertionError
    try:
        async with tx.begin_nested():
            await confirm(tx, delivery, outcome.receipt, COMMIT, by)
    except OthersReceipt as problem:
        # The platform named a post that is another delivery's: what became of this one isn't known.
        if delivery.state is DeliveryState.PUBLISHING:
            await lose_track(tx, delivery, by, error=problem.detail)


async def _move(
    runtime: Runtime, tx: AsyncSession, delivery: Delivery, outcome: Outcome, lease: Lease, by: Actor
) -> None:
    facts: dict[str, Any] = {
        "error_class": outcome.error_class,
        "error": outcome.error,
        "next_step": outcome.advice,
    }
    if outcome.action is DeliveryAction.LOSE_TRACK:
        if outcome.checkpoint is not None:
            facts["checkpoint"] = dict(outcome.checkpoint)
        await lose_track(tx, delivery, by, token=lease.token, **facts)
        return
    if outcome.costs_try:
        facts["attempts"] = delivery.attempts + 1
    action = _wanted_or(delivery, outcome, facts.get("attempts", delivery.attempts))
    if action is DeliveryAction.PUT_BACK:
        facts["not_before"] = await _not_before(runtime, tx, outcome, facts.get("attempts"))
        facts["waiting_for"] = outcome.waiting_for
        if not outcome.costs_try and outcome.hold_account_until is None:
            facts["turn_at"] = facts["not_before"]  # it only isn't ready yet: it has its turn
    await move_delivery(tx, delivery, action, by, token=lease.token, lease_until=None, **facts)
    if outcome.reconnect:
        await must_reconnect(tx, delivery, outcome.error, outcome.advice)
    if action is DeliveryAction.FAIL:
        await tell_failed(runtime, tx, delivery)


def _wanted_or(delivery: Delivery, outcome: Outcome, attempts: int) -> DeliveryAction:
    """A delivery that nobody wants any more ends here; one that used up its tries has failed."""
    if delivery.wanted:
        return DeliveryAction.STOP
    if outcome.action is DeliveryAction.PUT_BACK and outcome.costs_try and attempts > len(RETRY_AFTER):
        return DeliveryAction.FAIL
    return outcome.action


async def _not_before(
    runtime: Runtime, tx: AsyncSession, outcome: Outcome, attempts: int | None
) -> datetime | None:
    """Give the next try: as asked for, and if it costs a try never before the delivery's own wait."""
    moments = [await by_database(runtime, tx, outcome.not_before)] if outcome.not_before else []
    if attempts is not None:
        wait = RETRY_AFTER[attempts - 1] * uniform(1.0, 1.1)  # noqa: S311 - spreads, hides nothing
        moments.append(await database_now(tx) + wait)
    return max(moments, default=None)


async def _rests_until(
    runtime: Runtime, tx: AsyncSession, until: datetime, outcome: Outcome, attempts: int
) -> datetime:
    """Give the end of a rest by the database's clock; that of a block is further away each time."""
    moment = await by_database(runtime, tx, until)
    if not outcome.costs_try:
        return moment
    now = await database_now(tx)
    times: int = 1 << max(0, attempts - 1)
    return now + (moment - now) * times


async def by_database(runtime: Runtime, tx: AsyncSession, moment: datetime) -> datetime:
    """Give a moment of this process' clock by the database's: a clock may be wrong, a wait isn't."""
    return await database_now(tx) + (moment - runtime.clock.now())


async def lose_track(
    tx: AsyncSession,
    delivery: Delivery,
    by: Actor,
    *,
    token: int | None = None,
    **facts: Any,  # noqa: ANN401 - columns of the delivery
) -> None:
    """Move to unknown and set the first look; it counts as an attempt."""
    now = await database_now(tx)
    await move_delivery(
        tx,
        delivery,
        DeliveryAction.LOSE_TRACK,
        by,
        token=token,
        attempts=delivery.attempts + 1,
        doubt_since=now,
        next_look_at=now + FIRST_LOOK,
        lease_until=None,
        **facts,
    )
