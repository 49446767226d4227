"""After a backup was restored: what was open in it may have gone out since, so each is looked for by its key.

The restore itself only leaves a pause of everything and a row that says when the backup was made. What
follows from that is carried out here, by the command and again by each worker that starts, until it is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Executable, exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.audit.models import AuditEntry
from signoff.db.clock import database_now
from signoff.kernel.ids import new_id
from signoff.kernel.local_time import in_words
from signoff.kernel.people import restore_actor
from signoff.records.alerts.raising import raise_alert
from signoff.records.deliveries.leases import RETRY_AFTER
from signoff.records.models import Delivery, Restore
from signoff.records.moves import move_delivery
from signoff.records.states import DELIVERY_MOVES, DeliveryAction, DeliveryState
from signoff.records.tenants import Organization
from signoff.runtime import Runtime

_AT_ONCE: Final = 200

_NOTE: Final = text("""
    INSERT INTO restores (id, restored_at, since, reason, token_floor)
    SELECT :restore, signoff_now(), :since, :reason, greatest(extract(epoch FROM signoff_now())::bigint,
           1000000 + (SELECT coalesce(max(lease_token), 0) FROM deliveries),
           1000000 + (SELECT coalesce(max(token_floor), 0) FROM restores))
""")
"""The floor of tokens must be above all that were handed out, also by a database that is lost: a delivery is
claimed less than once a second, so the seconds since 1970 are above any count."""

_HOLD: Final = text(
    "INSERT INTO pauses (id, scope, reason, on_resume) VALUES (:pause, 'global', :reason, 'ask')"
    " ON CONFLICT DO NOTHING"
)


def notes_of_restore(since: datetime, reason: str) -> Sequence[Executable]:
    """Give the statements that hold everything and say what is in doubt. They belong into one transaction."""
    return (
        _NOTE.bindparams(restore=new_id(), since=since, reason=reason),
        _HOLD.bindparams(pause=new_id(), reason=reason),
    )


async def doubt_what_was_open(runtime: Runtime) -> int:
    """Put what was open in the last restored backup in doubt; tell how many deliveries. Repeatable."""
    async with runtime.worker_transaction() as tx:
        restore = await tx.scalar(select(Restore).order_by(Restore.restored_at.desc()).limit(1))
        if restore is None:
            return 0
        await _announce(tx, restore)
    doubted = 0
    while moved := await _doubt_some(runtime, restore):
        doubted += moved
    return doubted


async def _announce(tx: AsyncSession, restore: Restore) -> None:
    known = exists().where(AuditEntry.organization_id == Organization.id, AuditEntry.subject_id == restore.id)
    since = in_words(restore.since, "UTC", now=await database_now(tx))  # a backup may be last year's
    for home in (await tx.scalars(select(Organization.id).where(~known))).all():
        lost = f"What was written, decided or published after {since} isn't on record any more."
        after = {"since": restore.since.isoformat(), "reason": restore.reason}
        chain.record(tx, restore_actor(home), "installation.restore", ("restore", restore.id), after=after)
        await raise_alert(
            tx,
            home,
            "restored",
            title="A backup was restored, publishing is paused",
            cause=f"{lost} {restore.reason}",
            next_step="What was open is looked for on its platform. Look through it, then resume.",
            path="/deliveries",
        )


async def _doubt_some(runtime: Runtime, restore: Restore) -> int:
    query = (
        select(Delivery)
        .where(Delivery.state.in_(DELIVERY_MOVES[DeliveryAction.DOUBT].sources))
        .where(Delivery.lease_token < restore.token_floor, Delivery.created_at <= restore.restored_at)
        .order_by(Delivery.id)
        .limit(_AT_ONCE)
        .with_for_update(key_share=True)
    )
    async with runtime.worker_transaction() as tx:
        deliveries = (await tx.scalars(query)).all()
        for delivery in deliveries:
            by = restore_actor(delivery.organization_id)
            facts = await _facts(tx, delivery, restore)
            await move_delivery(tx, delivery, DeliveryAction.DOUBT, by, **facts)
        return len(deliveries)


async def _facts(tx: AsyncSession, delivery: Delivery, restore: Restore) -> dict[str, Any]:
    now = await database_now(tx)
    facts: dict[str, Any] = {
        "lease_token": restore.token_floor,
        "lease_until": None,
        "leased_by": "",
        # A call may have begun from the backup on, and up to this moment: as if there were such intents.
        "first_intent_at": delivery.first_intent_at or restore.since,
        "commit_intent_at": now,
        "doubt_since": now,
        "next_look_at": now,
        "looks": 0,
        "absences": 0,
        "asks_person": False,
    }
    if delivery.state is DeliveryState.FAILED:
        # It may have been retried since. If it isn't out, it has failed as before: nobody asked for a try.
        return facts | {"attempts": max(delivery.attempts, len(RETRY_AFTER) + 1)}
    return facts | {
        "error_class": "restored",
        "error": "A backup was restored: whether this went out after the backup isn't on record.",
        "next_step": "Signoff looks for the post on the platform before anything else.",
    }
