"""Requests that carry a key: sent again they are answered again, not done again.

The key of a request that runs is a row without an answer. A process that dies, or can't store the answer,
leaves such a row behind. Whether the request was carried out isn't known then, so it is never carried out
again under that key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from signoff.db.clock import now_sql
from signoff.kernel.ids import OrganizationId
from signoff.records.access import IdempotencyKey
from signoff.runtime import Runtime

KEPT: Final = timedelta(hours=24)
"""How long a request that is sent again is answered as before."""
RUNS_AT_MOST: Final = timedelta(seconds=60)
"""What has no answer after that isn't waited for."""


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What makes a request the same: whose it is, and the value that the caller chose for it."""

    organization_id: OrganizationId
    caller: str
    value: str

    @property
    def row(self) -> ColumnElement[bool]:
        """Finds the row of whoever has the key now."""
        return and_(
            IdempotencyKey.organization_id == self.organization_id,
            IdempotencyKey.caller == self.caller,
            IdempotencyKey.key == self.value,
        )


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to carry a key's request out; `taken_at` tells it from a later one's, a day after."""

    key: RequestKey
    taken_at: datetime

    @property
    def row(self) -> ColumnElement[bool]:
        """Finds the row while this ticket stands."""
        return and_(self.key.row, IdempotencyKey.created_at == self.taken_at)


async def begin(runtime: Runtime, key: RequestKey, fingerprint: str) -> Ticket | None:
    """Take a key; None if somebody has it, whose answer `answer_to` gives once it is there."""
    expired = IdempotencyKey.created_at < now_sql() - KEPT
    new = insert(IdempotencyKey).values(
        organization_id=key.organization_id, caller=key.caller, key=key.value, fingerprint=fingerprint
    )
    async with runtime.transaction(key.organization_id) as tx:
        await tx.execute(delete(IdempotencyKey).where(key.row, expired))
        taken_at = await tx.scalar(new.on_conflict_do_nothing().returning(IdempotencyKey.created_at))
    return None if taken_at is None else Ticket(key, taken_at)


async def answer_to(runtime: Runtime, key: RequestKey) -> IdempotencyKey | None:
    """Give what is known of a request; its `status` is None while it runs. None: it was given up."""
    async with runtime.transaction(key.organization_id) as tx:
        known: IdempotencyKey | None = await tx.scalar(select(IdempotencyKey).where(key.row))
        return known


async def is_lost(runtime: Runtime, key: RequestKey) -> bool:
    """Tell whether a request began and never got an answer, so that its outcome is unknown."""
    too_old = IdempotencyKey.created_at < now_sql() - RUNS_AT_MOST
    query = select(IdempotencyKey.key).where(key.row, IdempotencyKey.status.is_(None), too_old)
    async with runtime.transaction(key.organization_id) as tx:
        return await tx.scalar(query) is not None


async def keep(
    runtime: Runtime, ticket: Ticket, status: int, headers: Mapping[str, str], body: bytes | None = None
) -> None:
    """Store the answer. Who lost the key meanwhile changes nothing."""
    change = update(IdempotencyKey).where(ticket.row)
    async with runtime.transaction(ticket.key.organization_id) as tx:
        await tx.execute(change.values(status=status, headers=dict(headers), body=body))


async def give_up(runtime: Runtime, ticket: Ticket) -> None:
    """Free the key of a request that changed nothing, so that it can be sent again."""
    async with runtime.transaction(ticket.key.organization_id) as tx:
        await tx.execute(delete(IdempotencyKey).where(ticket.row))
