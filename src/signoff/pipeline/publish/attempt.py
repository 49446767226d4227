"""One attempt: carry out a claimed delivery, in the phases of the publishing protocol.

No transaction is open while the platform thinks. A crash before the intent leaves nothing visible; after it,
the expired lease leads to UNKNOWN, and nothing is tried again before the platform was asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog

from signoff.connectors.base import CALL_TIMEOUT, COMMIT_START_WITHIN, PREPARE_WITHIN, Checkpoint
from signoff.connectors.errors import Ambiguous, ConnectorError, Reconnect, Refused, Throttled, TryLater
from signoff.kernel.foreign import foreign_code
from signoff.pipeline.publish import outcome as ends
from signoff.pipeline.publish.check import check
from signoff.pipeline.publish.finish import finish
from signoff.pipeline.publish.intent import Refusal, store_intent
from signoff.pipeline.publish.outcome import Outcome
from signoff.records.deliveries.checkpoint import keep_checkpoint, kept_alive
from signoff.records.deliveries.consignment import Consignment, check_media
from signoff.records.deliveries.leases import Lease
from signoff.records.deliveries.story import Story
from signoff.records.moves import LeaseLost
from signoff.records.states import DeliveryState
from signoff.runtime import Runtime

_AGAIN_SOON: Final = timedelta(seconds=10)
_CERTAIN: Final = (TryLater, Throttled, Reconnect, Refused)

_log = structlog.get_logger()


async def attempt(runtime: Runtime, lease: Lease) -> DeliveryState | None:
    """Carry out one claimed delivery; None: the lease was lost, somebody else goes on.

    Whatever happens, the outcome is written, or the lease runs out and the reaper takes over.
    """
    story = Story("publish", lease, runtime.clock)
    with story.recorded():
        try:
            end = await _carry_out(runtime, lease, story)
            return await finish(runtime, lease, end, story)
        except LeaseLost:
            _log.warning("lease_lost", delivery=str(lease.delivery_id), phase=story.phase)
            return None


async def _carry_out(runtime: Runtime, lease: Lease, story: Story) -> Outcome:
    try:
        story.phase = "check"
        goods = await check(runtime, lease)
        story.phase = "prepare"
        ready = await _prepare(runtime, lease, goods)
        story.phase = "intent"
        await check_media(runtime, goods)  # again: preparing may have taken minutes
        may_start = _deadline(runtime)
        refused = await store_intent(runtime, lease)
    except LeaseLost:
        raise
    except _Unready:
        return ends.put_back("Preparing takes longer", not_before=runtime.clock.now() + _AGAIN_SOON)
    except _CERTAIN as problem:
        return ends.certain(problem)
    except Exception as problem:  # noqa: BLE001 - nothing is visible yet: whatever it is, trying again is safe
        _log.exception("attempt_failed", delivery=str(lease.delivery_id), phase=story.phase)
        return ends.invisible_failure(problem)
    if refused is not None:
        return (
            ends.unwanted()
            if refused is Refusal.UNWANTED
            else ends.put_back("Paused meanwhile, or too late now")
        )
    if not may_start():
        return ends.put_back("The machine was too slow between deciding and sending; nothing was sent")
    story.phase = "commit"
    return await _commit(goods, ready)


class _Unready(Exception):
    """`prepare` needs longer than one attempt gives it, and got on."""


async def _prepare(runtime: Runtime, lease: Lease, goods: Consignment) -> Checkpoint:
    latest = goods.checkpoint

    async def keep(made: Checkpoint) -> None:
        nonlocal latest
        await keep_checkpoint(runtime, lease, made)
        latest = made

    async with kept_alive(runtime, lease):
        limit = asyncio.timeout(PREPARE_WITHIN.total_seconds())
        try:
            with foreign_code():
                async with limit:
                    return await goods.connector.prepare(goods.parcel, goods.checkpoint, keep)
        except TimeoutError as problem:
            if not limit.expired():
                raise
            if latest == goods.checkpoint:  # it would need longer for ever
                raise TryLater("The platform is too slow: nothing was ready in time.") from problem
            raise _Unready from problem
        except Ambiguous as problem:
            # Before the intent nothing can be visible, so an unclear answer may be asked for again.
            raise TryLater(problem.detail, advice=problem.advice, code=problem.code) from problem


def _deadline(runtime: Runtime) -> Callable[[], bool]:
    """Start the two clocks by which the call must begin: a laptop that slept shows on one of them only."""
    clock = runtime.clock
    ticks, wall = clock.monotonic(), clock.now()

    def may_start() -> bool:
        passed = clock.now() - wall  # it may be set back a little at any time
        is_soon = -timedelta(seconds=1) <= passed < COMMIT_START_WITHIN
        return is_soon and clock.monotonic() - ticks < COMMIT_START_WITHIN.total_seconds()

    return may_start


async def _commit(goods: Consignment, ready: Checkpoint) -> Outcome:
    try:
        with foreign_code():
            async with asyncio.timeout(CALL_TIMEOUT.total_seconds()):
                return ends.published(await goods.connector.commit(goods.parcel, ready))
    except _CERTAIN as problem:
        return ends.certain(problem)
    except Exception as problem:  # noqa: BLE001 - anything else after the intent is ambiguous, by rule
        if not isinstance(problem, ConnectorError | TimeoutError):
            _log.exception("commit_unclear", delivery=str(goods.parcel.delivery_id))
        return ends.in_doubt(problem)
