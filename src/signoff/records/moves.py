"""The one door through which posts and deliveries change state; it audits every move.

Who needs several locks takes them in one order: post, brand, pause, the cadence of channels, deliveries,
channels, accounts; several of a kind by id. Why and who: docs/decisions/0013.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now
from signoff.kernel.errors import NotFound, WrongState
from signoff.kernel.ids import DeliveryId, PostId, ReceiptId
from signoff.kernel.people import Actor, Via
from signoff.records.alerts.raising import close_overtaken, close_stale
from signoff.records.models import Delivery, Post
from signoff.records.states import (
    DELIVERY_MOVES,
    OPEN,
    POST_MOVES,
    DeliveryAction,
    DeliveryState,
    PostAction,
    PostState,
    Wanted,
    Who,
)

_POST_REFUSALS: Final[Mapping[PostState, str]] = {
    PostState.DRAFT: "It is a draft: submit it for review first.",
    PostState.IN_REVIEW: "It is in review: decide about it, or request changes to edit it.",
    PostState.APPROVED: "It is approved: request changes first.",
    PostState.ARCHIVED: "It is archived: restore it first.",
}

_DELIVERY_REFUSALS: Final[Mapping[DeliveryState, str]] = {
    DeliveryState.SCHEDULED: "It waits for its time.",
    DeliveryState.MANUAL_DUE: "Somebody publishes it by hand.",
    DeliveryState.PUBLISHING: "It is going out now.",
    DeliveryState.PUBLISHED: "It is published.",
    DeliveryState.UNKNOWN: "Its outcome is being reconciled with the platform.",
    DeliveryState.FAILED: "It failed; nothing was published.",
    DeliveryState.CANCELLED: "It was cancelled.",
    DeliveryState.RECOVERING: "It is being taken down.",
    DeliveryState.RECOVERED: "It was taken down.",
    DeliveryState.MANUAL_RECOVERY_NEEDED: "A person has to take it down by hand.",
}

_ASKED_PEOPLE: Final = frozenset(
    {
        DeliveryState.FAILED,
        DeliveryState.UNKNOWN,
        DeliveryState.MANUAL_DUE,
        DeliveryState.MANUAL_RECOVERY_NEEDED,
    }
)

WITHDRAWABLE: Final = OPEN | {DeliveryState.FAILED}
"""States in which taking back an approval means something: nothing is known to be out."""

TOLD_LATE_AFTER: Final = timedelta(minutes=2)
"""When people are told that a delivery which no rule holds is late."""


def _who(actor: Actor) -> Who:
    return {Via.WORKER: Who.WORKER, Via.RESTORE: Who.RESTORE}.get(actor.via, Who.PEOPLE)


async def lock_post(tx: AsyncSession, post_id: PostId) -> Post:
    """Lock a post's row; whoever moves, edits or schedules it waits.

    Not against foreign keys (FOR NO KEY UPDATE): they are looked at again when a delivery is written twice in
    a transaction, and who holds the delivery then must not wait for who holds the post and waits for it.

    Raises:
        NotFound: Not there, deleted, or another organization's.
    """
    query = select(Post).where(Post.id == post_id, Post.deleted_at.is_(None)).with_for_update(key_share=True)
    post = await tx.scalar(query.execution_options(populate_existing=True))
    if post is None:
        raise NotFound("There is no such post.")
    return post


async def lock_delivery(tx: AsyncSession, delivery_id: DeliveryId) -> Delivery:
    """Lock a delivery's row.

    Raises:
        NotFound: Not there, or another organization's.
    """
    query = select(Delivery).where(Delivery.id == delivery_id).with_for_update(key_share=True)
    delivery = await tx.scalar(query.execution_options(populate_existing=True))
    if delivery is None:
        raise NotFound("There is no such delivery.")
    return delivery


async def lock_deliveries(tx: AsyncSession, *conditions: ColumnElement[bool]) -> list[Delivery]:
    """Lock several deliveries in the order of their ids, as everybody does, and read them anew."""
    query = select(Delivery).where(*conditions).order_by(Delivery.id).with_for_update(key_share=True)
    return list((await tx.scalars(query.execution_options(populate_existing=True))).all())


# One text for any number of them, which the server plans once.
_LOCK_FREE: Final = text("""
SELECT d.id FROM deliveries d WHERE d.id = ANY(CAST(:ids AS uuid[])) ORDER BY d.id
FOR NO KEY UPDATE SKIP LOCKED
""")


async def lock_free(tx: AsyncSession, delivery_ids: Sequence[DeliveryId]) -> set[DeliveryId]:
    """Lock the rows of these deliveries, but for those that somebody else holds; tell which are locked now.

    What is read after this is read with the locks held: nothing that was committed before is missed.
    """
    return set(await tx.scalars(_LOCK_FREE, {"ids": list(delivery_ids)}))


async def move_post(tx: AsyncSession, post: Post, action: PostAction, by: Actor, **facts: object) -> None:
    """Move a post whose row is locked, and set `facts` on it.

    Raises:
        WrongState: The table of moves doesn't allow it.
    """
    step = POST_MOVES[action]
    if post.state not in step.sources:
        raise WrongState(
            f"A post in state {post.state} can't be changed by “{_words(action)}”.",
            next_step=_POST_REFUSALS[post.state],
            state=str(post.state),
        )
    before = post.state
    at = await database_now(tx)
    post.state, post.state_since, post.updated_at = step.target, at, at
    post.updated_by, post.version = by.person_id, post.version + 1
    if step.target is not PostState.APPROVED:
        post.seal_id = None
    for name, value in facts.items():
        setattr(post, name, value)
    await tx.flush()
    if before is PostState.IN_REVIEW:
        await close_stale(tx, post)
    _record_post(tx, post, action, by, before)


def _record_post(tx: AsyncSession, post: Post, action: PostAction, by: Actor, before: PostState) -> None:
    after = {"state": str(post.state), "revision_id": str(post.revision_id)}
    if post.seal_id:
        after["seal_id"] = str(post.seal_id)
    if post.archive_reason and post.state is PostState.ARCHIVED:
        after["reason"] = post.archive_reason
    chain.record(
        tx,
        by,
        f"post.{action}",
        ("post", post.id),
        before={"state": str(before)},
        after=after,
        post_id=post.id,
    )


async def move_delivery(
    tx: AsyncSession,
    delivery: Delivery,
    action: DeliveryAction,
    by: Actor,
    *,
    token: int | None = None,
    detail: Mapping[str, Any] | None = None,
    **facts: object,
) -> None:
    """Move a delivery whose row is locked, and set `facts` on it; `detail` goes to the audit only.

    A worker passes the `token` of its lease: with an older one nothing changes. A receipt (CONFIRM) is
    evidence and needs none.

    Raises:
        WrongState: The table of moves doesn't allow it, or the lease was lost.
    """
    step = DELIVERY_MOVES[action]
    is_possible = delivery.state in step.sources and _who(by) in step.by
    if token is not None and (delivery.lease_token != token or not is_possible):
        raise LeaseLost(f"delivery {delivery.id} moved on without this worker")
    if not is_possible:
        raise WrongState(
            f"“{_words(action)}” isn't possible: {_lower(_DELIVERY_REFUSALS[delivery.state])}",
            next_step="Reload to see where it stands.",
            state=str(delivery.state),
        )
    before = delivery.state
    delivery.state, delivery.state_since = step.target, await database_now(tx)
    for name, value in facts.items():
        setattr(delivery, name, value)
    await tx.flush()
    was_told_late = delivery.state_since - delivery.due_at > TOLD_LATE_AFTER
    if before in _ASKED_PEOPLE or (was_told_late and step.target not in OPEN):
        await close_overtaken(tx, delivery)
    record_delivery(tx, delivery, str(action), by, before=before, detail=detail)


class LeaseLost(WrongState):
    """Somebody else has the delivery now; what this worker still does changes nothing."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What the audit says of a delivery that was moved by a statement over many."""

    id: DeliveryId
    post_id: PostId
    state: DeliveryState
    attempts: int
    receipt_id: ReceiptId | None = None
    error: str = ""
    wanted: Wanted | None = None


def record_delivery(
    tx: AsyncSession,
    delivery: Delivery | Moved,
    action: str,
    by: Actor,
    *,
    before: DeliveryState,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write what happened to a delivery into the audit."""
    chain.record(
        tx,
        by,
        f"delivery.{action}",
        ("delivery", delivery.id),
        before={"state": str(before)},
        after={"state": str(delivery.state), **_summary(delivery), **(detail or {})},
        post_id=delivery.post_id,
    )


def _summary(delivery: Delivery | Moved) -> dict[str, Any]:
    said: dict[str, Any] = {"attempts": delivery.attempts}
    if delivery.error and delivery.state in {
        DeliveryState.FAILED,
        DeliveryState.UNKNOWN,
        DeliveryState.SCHEDULED,
    }:
        said["error"] = delivery.error
    if delivery.wanted:
        said["wanted"] = str(delivery.wanted)
    if delivery.receipt_id:
        said["receipt_id"] = str(delivery.receipt_id)
    return said


async def want(tx: AsyncSession, delivery: Delivery, wanted: Wanted, by: Actor, *, reason: str) -> None:
    """Say what is wanted of a delivery that a worker holds or whose outcome is unknown.

    Written on the delivery's own row: the intent waits for its lock and is refused by what it then reads.
    """
    if delivery.wanted is Wanted.RECOVERED:
        return
    delivery.wanted, delivery.wanted_reason = wanted, reason
    await tx.flush()
    record_delivery(tx, delivery, f"want_{wanted}", by, before=delivery.state, detail={"reason": reason})


async def withdraw_open(
    tx: AsyncSession, conditions: ColumnElement[bool], by: Actor, *, reason: str
) -> list[Delivery]:
    """Take back every delivery that matches and isn't out; return those that can't be stopped any more.

    Those that no worker has are cancelled; of those under way `wanted` is written, which refuses an intent
    not yet given.
    """
    on_their_way = []
    for delivery in await lock_deliveries(tx, conditions, Delivery.state.in_(WITHDRAWABLE)):
        if delivery.state in DELIVERY_MOVES[DeliveryAction.CANCEL].sources:
            await move_delivery(
                tx, delivery, DeliveryAction.CANCEL, by, detail={"reason": reason}, wanted_reason=reason
            )
            continue
        await want(tx, delivery, Wanted.CANCELLED, by, reason=reason)
        if delivery.commit_intent_at or delivery.state is DeliveryState.UNKNOWN:
            on_their_way.append(delivery)
    return on_their_way


def _words(action: PostAction | DeliveryAction) -> str:
    return str(action).replace("_", " ")


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
