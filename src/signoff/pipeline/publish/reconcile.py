"""Asking the platform what became of a commit whose answer was lost; nothing is tried again before that.

A look takes a token as a claim does, and its result is written only while that token stands: else a slow look
could undo a newer attempt. "Found" counts at every look; "not there" only when no earlier call can still take
effect.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from signoff.connectors.base import CALL_TIMEOUT, CannotTell, Doubt, Finding, NotPublished, Published
from signoff.connectors.errors import ConnectorError, Reconnect, Throttled
from signoff.db.clock import database_now
from signoff.kernel.errors import Problem
from signoff.kernel.foreign import foreign_code
from signoff.kernel.people import Actor, worker_actor
from signoff.pipeline.publish.finish import by_database
from signoff.pipeline.publish.witness import Witness
from signoff.records.alerts.trouble import must_reconnect, tell_failed, tell_in_doubt
from signoff.records.deliveries.consignment import Consignment, consign
from signoff.records.deliveries.evidence import OthersReceipt, confirm, other_receipts
from signoff.records.deliveries.leases import LEASE, RETRY_AFTER, SETTLE, Lease
from signoff.records.deliveries.resting import MAY_BE_CALLED, let_rest
from signoff.records.deliveries.story import Story
from signoff.records.models import Delivery
from signoff.records.moves import LeaseLost, lock_delivery, move_delivery
from signoff.records.states import DeliveryAction, DeliveryState, PublishMode
from signoff.runtime import Runtime

_BY_HAND: Final = "It was to be published by hand, and such a post can't be recognised for certain:"
SOON: Final = timedelta(seconds=5)
MOST_LOOKS: Final = 40
"""Several times as many as the timetable has: whatever breaks looks off, a person is asked in the end."""

d: Final = aliased(Delivery, name="d")
"""The name that the conditions use."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Look:
    """One look under way: what to look for, and whether its absence would count."""

    lease: Lease
    goods: Consignment
    doubt: Doubt


async def looks_due(runtime: Runtime, witness: Witness, worker: str, limit: int) -> list[Look]:
    """Take deliveries in doubt whose time for a look has come."""
    async with runtime.worker_transaction() as tx:
        query = (
            select(d)
            .where(
                d.state == DeliveryState.UNKNOWN, d.next_look_at <= func.signoff_now(), text(MAY_BE_CALLED)
            )
            .order_by(d.next_look_at)
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True)
            .execution_options(populate_existing=True)
        )
        taken = []
        for delivery in (await tx.scalars(query)).all():
            delivery.leased_by = worker
            if delivery.looks >= MOST_LOOKS:
                await _cannot_look(runtime, tx, delivery, "Looking for it fails each time.")
                continue
            look = await take_look(runtime, tx, delivery, witness, worker)
            if look is not None:
                taken.append(look)
        return taken


async def take_look(
    runtime: Runtime, tx: AsyncSession, delivery: Delivery, witness: Witness, worker: str
) -> Look | None:
    """Take the token of a delivery whose row is locked; None: it can't be looked for, a person is asked."""
    now = await database_now(tx)
    delivery.lease_token += 1
    delivery.looks += 1  # counted here, so that one of which processes die ends with a person, too
    delivery.next_look_at = now + LEASE  # should this process die now, another looks then
    lease = Lease(delivery.id, delivery.organization_id, delivery.lease_token, worker)
    try:
        async with tx.begin_nested():
            goods = await consign(runtime, tx, delivery, must_be_same=False)
    except (ConnectorError, Problem) as problem:
        await _cannot_look(runtime, tx, delivery, problem.detail)
        return None
    except Exception as problem:  # noqa: BLE001 - one that can't be read must not keep the others waiting
        _log.exception("look_not_begun", delivery=str(delivery.id))
        await _cannot_look(runtime, tx, delivery, f"Signoff can't read it: {type(problem).__name__}.")
        return None
    await tx.flush()
    doubt = doubt_of(delivery, goods, witness, now)
    return Look(lease, goods, replace(doubt, others=await other_receipts(tx, delivery, doubt.since)))


async def _cannot_look(runtime: Runtime, tx: AsyncSession, delivery: Delivery, reason: str) -> None:
    delivery.next_look_at, delivery.asks_person, delivery.error = None, True, reason
    delivery.next_step = "Look at the account, then say whether the post is out."
    await tell_in_doubt(runtime, tx, delivery, reason)


def doubt_of(delivery: Delivery, goods: Consignment, witness: Witness, now: datetime) -> Doubt:
    """Tell since when a call may have been made, and whether none can take effect any more."""
    delay = goods.connector.about.visibility_delay
    since = delivery.first_intent_at or delivery.doubt_since or delivery.created_at
    last = delivery.commit_intent_at or delivery.doubt_since or now
    is_settled = now >= last + SETTLE + delay and witness.missing_s(delivery) <= 0
    return Doubt(since=since, is_settled=is_settled)


async def reconcile(runtime: Runtime, look: Look) -> DeliveryState | None:
    """Carry out one look and write what it found; None: somebody else was faster."""
    story = Story("look", look.lease, runtime.clock, phase="look")
    with story.recorded():
        finding, trouble = await ask(look)
        try:
            return await _write(runtime, look, finding, trouble, story)
        except LeaseLost:
            _log.info("look_overtaken", delivery=str(look.lease.delivery_id))
            return None
        except DBAPIError:
            _log.exception("finding_not_stored", delivery=str(look.lease.delivery_id))
            anew = Story("look", look.lease, runtime.clock, phase="look")
            return await _write(runtime, look, CannotTell("Its answer can't be stored."), None, anew)


async def _write(
    runtime: Runtime, look: Look, finding: Finding, trouble: Reconnect | Throttled | None, story: Story
) -> DeliveryState:
    by = worker_actor(look.lease.organization_id)
    async with runtime.worker_transaction() as tx:
        delivery = await _lock(tx, look.lease)
        if isinstance(trouble, Throttled):
            await _wait(runtime, tx, delivery, trouble)
        else:
            await conclude(runtime, tx, delivery, finding, look, by)
        if isinstance(trouble, Reconnect):
            await must_reconnect(tx, delivery, trouble.detail, trouble.advice)
        await story.write(tx, str(delivery.state), detail=words_of(finding))
        return delivery.state


async def _wait(runtime: Runtime, tx: AsyncSession, delivery: Delivery, asked: Throttled) -> None:
    """Look again when the platform lets us; this one wasn't a look, and nobody is asked because of it."""
    until = await by_database(runtime, tx, asked.not_before)
    delivery.looks -= 1
    delivery.next_look_at, delivery.error = until, asked.detail
    await let_rest(tx, delivery, asked.rests, until, asked.detail)
    await tx.flush()


async def _lock(tx: AsyncSession, lease: Lease) -> Delivery:
    delivery = await lock_delivery(tx, lease.delivery_id)
    if delivery.lease_token != lease.token or delivery.state is not DeliveryState.UNKNOWN:
        raise LeaseLost("the delivery moved on while we looked")
    return delivery


async def ask(look: Look) -> tuple[Finding, Reconnect | Throttled | None]:
    """Ask the connector; whatever goes wrong means that the platform can't tell now."""
    goods = look.goods
    try:
        with foreign_code():
            async with asyncio.timeout(CALL_TIMEOUT.total_seconds()):
                return await goods.connector.reconcile(goods.parcel, goods.checkpoint, look.doubt), None
    except (Reconnect, Throttled) as problem:
        return CannotTell(problem.detail), problem
    except (ConnectorError, TimeoutError) as problem:
        return CannotTell(str(problem) or "The platform didn't answer in time."), None
    except Exception as problem:  # noqa: BLE001 - a look changes nothing: any failure of it means "can't tell"
        _log.exception("look_failed", delivery=str(look.lease.delivery_id))
        return CannotTell(f"{type(problem).__name__}: {problem}"), None


def words_of(finding: Finding) -> str:
    """Say what was found, for the attempts of the page."""
    match finding:
        case Published(receipt):
            return f"Found: {receipt.permalink or receipt.external_id}"
        case NotPublished(evidence):
            return f"Not there: {evidence}"
        case CannotTell(reason):
            return f"The platform can't tell: {reason}"


async def conclude(
    runtime: Runtime, tx: AsyncSession, delivery: Delivery, finding: Finding, look: Look, by: Actor
) -> None:
    """Write a finding of a delivery whose row is locked and whose token stands."""
    match finding:
        case Published(receipt):
            try:
                async with tx.begin_nested():
                    await confirm(tx, delivery, receipt, "reconcile", by)
            except OthersReceipt as problem:
                await _look_again(runtime, tx, delivery, look, problem.detail)
        case NotPublished(evidence) if _was_a_persons(delivery):
            await _look_again(
                runtime, tx, delivery, look, f"{_BY_HAND} {evidence}.", is_final=look.doubt.is_settled
            )
        case NotPublished(evidence) if look.doubt.is_settled:
            await _absent(runtime, tx, delivery, finding, look, by)
        case NotPublished(evidence):
            await _look_again(runtime, tx, delivery, look, evidence)
        case CannotTell(reason, is_final):
            await _look_again(runtime, tx, delivery, look, reason, is_final=is_final)


def _was_a_persons(delivery: Delivery) -> bool:
    """Was it due by hand when it came into doubt? Then nothing of ours tells the post, should it be out."""
    began = delivery.doubt_since or delivery.state_since
    return delivery.publish_mode is PublishMode.MANUAL and delivery.due_at <= began


async def _absent(
    runtime: Runtime, tx: AsyncSession, delivery: Delivery, finding: NotPublished, look: Look, by: Actor
) -> None:
    delivery.absences += 1
    if finding.from_listing and delivery.absences < 2:  # noqa: PLR2004 - two looks at a listing must agree
        delay = max(look.goods.connector.about.visibility_delay, SOON)
        delivery.next_look_at = await database_now(tx) + delay
        await tx.flush()
        return
    if finding.checkpoint is not None:
        delivery.checkpoint = dict(finding.checkpoint)
    action = DeliveryAction.RULE_OUT
    if delivery.wanted:
        action = DeliveryAction.LEAVE
    elif delivery.attempts > len(RETRY_AFTER):
        action = DeliveryAction.FAIL
    await move_delivery(
        tx,
        delivery,
        action,
        by,
        detail={"evidence": finding.evidence},
        next_look_at=None,
        doubt_since=None,
        asks_person=False,
        absences=0,
    )
    if action is DeliveryAction.FAIL:
        await tell_failed(runtime, tx, delivery)


async def _look_again(
    runtime: Runtime, tx: AsyncSession, delivery: Delivery, look: Look, reason: str, *, is_final: bool = False
) -> None:
    """Set the next look by the timetable; after the last one a person is asked."""
    delivery.absences = 0
    delivery.next_look_at = None if is_final else await _next_look(tx, delivery, look)
    delivery.error = reason
    if delivery.next_look_at is None and not delivery.asks_person:
        delivery.asks_person = True
        delivery.next_step = "Look at the account, then say whether the post is out."
        await tell_in_doubt(runtime, tx, delivery, reason)
    await tx.flush()


async def _next_look(tx: AsyncSession, delivery: Delivery, look: Look) -> datetime | None:
    now = await database_now(tx)
    about = look.goods.connector.about
    began = delivery.doubt_since or now
    settled = (delivery.commit_intent_at or began) + SETTLE + about.visibility_delay
    times = sorted([*(began + after for after in about.looks_after), settled + timedelta(seconds=1)])
    later = [time for time in times if time > now]
    if now >= settled and not look.doubt.is_settled:
        # By the database's clock it is settled, but this process hasn't seen the intent stand long enough.
        return min([now + SOON, *later])
    return later[0] if later else None
