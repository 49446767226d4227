"""Writing and checking the audit chain.

Entries are queued on the session and written last, right before the commit, so that the head row of an
organization is locked for as short as possible, and in order of organization id, so that groups can't
deadlock. Each entry's hash covers its content and the hash before it; an edited, removed or reordered row
breaks the chain.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final, NamedTuple
from uuid import UUID

import rfc8785
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit.canonical import canonical
from signoff.audit.models import AuditEntry, AuditHead, AuditPersonal
from signoff.db.bulk import insert_rows
from signoff.db.clock import database_now
from signoff.db.session import before_commit
from signoff.kernel.ids import OrganizationId
from signoff.kernel.people import Actor

START: Final = "0" * 64
"""What the first entry of a chain names as the one before it."""

_SAID: Final = (
    "organization_id",
    "seq",
    "at",
    "action",
    "subject_type",
    "subject_id",
    "post_id",
    "actor_id",
    "via",
    "before",
    "after",
    "personal_digest",
    "previous",
)
"""The columns that an entry's hash covers: all but the hash itself."""

_QUEUE: Final = "audit_queue"
_BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class _Event:
    actor: Actor
    action: str
    subject_type: str
    subject_id: UUID
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    post_id: UUID | None


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a chain is whole; `first_bad` is the number of the first entry that doesn't fit."""

    ok: bool
    entries: int
    first_bad: int | None = None
    reason: str = ""


def record(  # noqa: PLR0913 - what an entry consists of, by name
    tx: AsyncSession,
    actor: Actor,
    action: str,
    subject: tuple[str, UUID],
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    post_id: UUID | None = None,
) -> None:
    """Queue an entry; it is written with the transaction, or not at all.

    `subject` is the kind and id of what was changed. Values are JSON, without floats and personal data.
    """
    queue: list[_Event] = tx.info.setdefault(_QUEUE, [])
    if not queue:
        before_commit(tx, _write_queued)
    queue.append(_Event(actor, action, *subject, before or {}, after or {}, post_id))


async def _write_queued(tx: AsyncSession) -> None:
    queue: list[_Event] = tx.info.pop(_QUEUE, [])
    at = await database_now(tx)
    written = _Written([], [])
    queue.sort(key=_organization)  # stable: the order within an organization stays
    heads = await _lock_heads(tx, {event.actor.organization_id for event in queue})
    for organization_id, events in groupby(queue, key=_organization):
        for event in events:
            heads[organization_id] = _append(written, heads[organization_id], event, at)
    await tx.execute(_MOVE_HEADS, _columns(heads.values()))
    await insert_rows(tx, AuditEntry, written.entries)
    await insert_rows(tx, AuditPersonal, written.personal)


def _organization(event: _Event) -> OrganizationId:
    return event.actor.organization_id


@dataclass(frozen=True, slots=True)
class _Head:
    organization_id: OrganizationId
    seq: int
    hash: str


# All or none: who had to start one while holding others could be waited for in turn.
_LOCK_HEADS: Final = text("""
SELECT h.organization_id, h.seq, h.hash FROM audit_heads h
WHERE h.organization_id = ANY(CAST(:organizations AS uuid[])) AND :number = (
    SELECT count(*) FROM audit_heads known WHERE known.organization_id = ANY(CAST(:organizations AS uuid[])))
ORDER BY h.organization_id
FOR UPDATE
""")
_START_CHAINS: Final = text("""
INSERT INTO audit_heads (organization_id, seq, hash)
SELECT o.id, 0, :start FROM unnest(CAST(:organizations AS uuid[])) AS o (id) ORDER BY o.id
ON CONFLICT DO NOTHING
""").bindparams(start=START)
_MOVE_HEADS: Final = text("""
UPDATE audit_heads h SET seq = n.seq, hash = n.hash
FROM unnest(CAST(:organizations AS uuid[]), CAST(:seqs AS bigint[]), CAST(:hashes AS text[]))
    AS n (organization_id, seq, hash)
WHERE h.organization_id = n.organization_id
""")


async def _lock_heads(
    tx: AsyncSession, organization_ids: AbstractSet[OrganizationId]
) -> dict[OrganizationId, _Head]:
    """Lock in order of id, so that two who need the same heads wait for each other in one direction only."""
    asked = {"organizations": list(organization_ids)}
    locking = asked | {"number": len(organization_ids)}
    rows = (await tx.execute(_LOCK_HEADS, locking)).all()
    if not rows:
        await tx.execute(_START_CHAINS, asked)
        rows = (await tx.execute(_LOCK_HEADS, locking)).all()
    return {row.organization_id: _Head(*row) for row in rows}


def _columns(heads: Collection[_Head]) -> dict[str, Any]:
    return {
        "organizations": [head.organization_id for head in heads],
        "seqs": [head.seq for head in heads],
        "hashes": [head.hash for head in heads],
    }


class _Written(NamedTuple):
    """The rows that a transaction adds."""

    entries: list[dict[str, Any]]
    personal: list[dict[str, Any]]


def _append(written: _Written, head: _Head, event: _Event, at: datetime) -> _Head:
    said = {"name": event.actor.name, "email": event.actor.email, "ip": event.actor.ip}
    personal = {name: value for name, value in said.items() if value}
    salt = secrets.token_hex(16)
    entry: dict[str, Any] = {
        "organization_id": head.organization_id,
        "seq": head.seq + 1,
        "at": at,
        "action": event.action,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "post_id": event.post_id,
        "actor_id": event.actor.person_id,
        "via": str(event.actor.via),
        "before": dict(event.before),
        "after": dict(event.after),
        "personal_digest": personal_digest(salt, personal) if event.actor.person_id else "",
        "previous": head.hash,
    }
    entry["hash"] = _hash(entry)
    written.entries.append(entry)
    if event.actor.person_id:
        written.personal.append(
            {
                "organization_id": head.organization_id,
                "seq": entry["seq"],
                "person_id": event.actor.person_id,
                "salt": salt,
                "data": personal,
            }
        )
    return _Head(head.organization_id, entry["seq"], entry["hash"])


def personal_digest(salt: str, personal: Mapping[str, Any]) -> str:
    """Give the digest of personal values that stands in the chain in their place."""
    return hashlib.sha256(salt.encode() + rfc8785.dumps(dict(personal))).hexdigest()


def entry_hash(entry: AuditEntry) -> str:
    """Hash everything an entry says, and the hash before it."""
    return _hash({name: getattr(entry, name) for name in _SAID})


def _hash(entry: Mapping[str, Any]) -> str:
    said = {name: _text(entry[name]) for name in _SAID}
    return hashlib.sha256(canonical(said)).hexdigest()


def _text(value: object) -> object:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
    return value


async def verify(tx: AsyncSession, organization_id: OrganizationId) -> Verification:
    """Walk an organization's chain from its start to its head."""
    previous, expected = START, 1
    while batch := await _batch(tx, organization_id, expected):
        for entry, personal in batch:
            if trouble := _trouble(entry, personal, expected, previous):
                return Verification(ok=False, entries=expected - 1, first_bad=expected, reason=trouble)
            previous, expected = entry.hash, expected + 1
        tx.expunge_all()
    head = await tx.get(AuditHead, organization_id)
    seen = expected - 1
    if (head.seq if head else 0) != seen or (head.hash if head else START) != previous:
        found = "are missing" if head and head.seq > seen else "weren't written by Signoff"
        reason = f"entries at the end {found}"
        return Verification(ok=False, entries=seen, first_bad=expected, reason=reason)
    return Verification(ok=True, entries=seen)


async def _batch(
    tx: AsyncSession, organization_id: OrganizationId, start: int
) -> Sequence[tuple[AuditEntry, AuditPersonal | None]]:
    query = (
        select(AuditEntry, AuditPersonal)
        .outerjoin(
            AuditPersonal,
            (AuditPersonal.organization_id == AuditEntry.organization_id)
            & (AuditPersonal.seq == AuditEntry.seq),
        )
        .where(AuditEntry.organization_id == organization_id, AuditEntry.seq >= start)
        .order_by(AuditEntry.seq)
        .limit(_BATCH)
    )
    return [(row[0], row[1]) for row in await tx.execute(query)]


def _trouble(entry: AuditEntry, personal: AuditPersonal | None, expected: int, previous: str) -> str:
    if entry.seq != expected:
        return f"entry {expected} is missing"
    if entry.previous != previous:
        return "the entry doesn't follow the one before it"
    if entry.hash != entry_hash(entry):
        return "the entry was changed"
    if personal and personal_digest(personal.salt, personal.data) != entry.personal_digest:
        return "the personal values of the entry were changed"
    return ""


async def latest(tx: AsyncSession, organization_ids: Iterable[OrganizationId]) -> dict[OrganizationId, int]:
    """Give the number of the last entry of each organization; it grows in order of commits."""
    query = select(AuditHead.organization_id, AuditHead.seq).where(
        AuditHead.organization_id.in_(list(organization_ids))
    )
    return {row.organization_id: row.seq for row in await tx.execute(query)}
