"""Reading the audit: who did what and when, newest first, and whether the chain is whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.audit.models import AuditEntry, AuditHead, AuditPersonal
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import OrganizationId, PersonId, PostId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.queries import who_acted
from signoff.records.pages import Page, checked_limit
from signoff.runtime import Runtime


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One entry, with the name of who acted as far as it wasn't erased."""

    entry: AuditEntry
    who: str
    personal: Mapping[str, str] = field(default_factory=dict)
    """Name, mail address and IP address."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; what isn't given doesn't matter."""

    action: str = ""
    """Entries of this action, such as `post.approve`; or of all that begin so, such as `post.`"""
    actor_id: PersonId | None = None
    by_signoff: bool = False
    """What Signoff did by itself."""
    subject_id: UUID | None = None
    """What was changed."""
    post_id: PostId | None = None
    """Everything that belongs to this post."""
    since: datetime | None = None
    until: datetime | None = None
    """From `since` on, and before `until`."""


async def list_audit(
    runtime: Runtime,
    actor: Actor,
    wanted: AuditFilter | None = None,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[AuditLine]:
    """List the audit, newest first.

    Raises:
        NotAllowed: The role doesn't read the audit.
        Invalid: Unknown cursor or limit.
    """
    actor.need(May.READ_AUDIT)
    checked_limit(limit)
    before = _number(cursor) if cursor else None
    async with runtime.transaction(actor.organization_id) as tx:
        lines = await read_lines(tx, actor, wanted or AuditFilter(), before=before, limit=limit + 1)
    return Page(lines[:limit], str(lines[limit - 1].entry.seq) if len(lines) > limit else None)


async def read_lines(
    tx: AsyncSession, actor: Actor, wanted: AuditFilter, *, before: int | None = None, limit: int
) -> list[AuditLine]:
    """Read entries, newest first, inside an open transaction; only those numbered below `before`."""
    conditions = [AuditEntry.organization_id == actor.organization_id, *_conditions(wanted)]
    if before is not None:
        conditions.append(AuditEntry.seq < before)
    if wanted.since:
        conditions.append(AuditEntry.seq >= await _first_at(tx, actor.organization_id, wanted.since))
    if wanted.until:
        conditions.append(AuditEntry.seq < await _first_at(tx, actor.organization_id, wanted.until))
    personal = and_(
        AuditPersonal.organization_id == AuditEntry.organization_id, AuditPersonal.seq == AuditEntry.seq
    )
    query = select(AuditEntry, AuditPersonal).outerjoin(AuditPersonal, personal).where(*conditions)
    rows = await tx.execute(query.order_by(AuditEntry.seq.desc()).limit(limit))
    return [AuditLine(entry, who_acted(entry, known), known.data if known else {}) for entry, known in rows]


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.action.endswith("."):
        found.append(AuditEntry.action.startswith(wanted.action, autoescape=True))
    elif wanted.action:
        found.append(AuditEntry.action == wanted.action)
    equal = (
        (AuditEntry.actor_id, wanted.actor_id),
        (AuditEntry.subject_id, wanted.subject_id),
        (AuditEntry.post_id, wanted.post_id),
    )
    found += [column == value for column, value in equal if value is not None]
    if wanted.by_signoff:
        found.append(AuditEntry.actor_id.is_(None))
    return found


async def _first_at(tx: AsyncSession, organization_id: OrganizationId, moment: datetime) -> int:
    """Give the number of the first entry at or after a moment.

    Entries are numbered as they come, so twenty looks find it among a million, without one more index to be
    written with every entry.
    """
    head = await tx.get(AuditHead, organization_id)
    low, high = 1, (head.seq if head else 0) + 1
    while low < high:
        middle = (low + high) // 2
        entry = await tx.get(AuditEntry, (organization_id, middle))
        if entry is not None and entry.at < moment:
            low = middle + 1
        else:
            high = middle
    return low


def _number(cursor: str) -> int:
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > len(str(2**62)):
        raise Invalid("This cursor isn't valid.", field="cursor", next_step="Start again without a cursor.")
    return min(int(cursor), 2**62)


async def verify_audit(runtime: Runtime, actor: Actor) -> chain.Verification:
    """Walk the organization's whole chain and tell whether an entry was edited, removed or reordered."""
    actor.need(May.READ_AUDIT)
    async with runtime.transaction(actor.organization_id) as tx:
        return await chain.verify(tx, actor.organization_id)


async def chain_head(runtime: Runtime, actor: Actor) -> AuditHead | None:
    """Give the end of the organization's chain: how many entries there are, and the hash of the last."""
    actor.need(May.READ_AUDIT)
    async with runtime.transaction(actor.organization_id) as tx:
        return await tx.get(AuditHead, actor.organization_id)


async def last_entry(runtime: Runtime, actor: Actor) -> int:
    """Give the number of the organization's last entry; live events start from there."""
    async with runtime.transaction(actor.organization_id) as tx:
        return await read_last_entry(tx, actor)


async def read_last_entry(tx: AsyncSession, actor: Actor) -> int:
    """Give it inside an open transaction."""
    actor.need(May.READ)
    found = await chain.latest(tx, [actor.organization_id])
    return found.get(actor.organization_id, 0)
