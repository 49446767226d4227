"""Reading the audit: who did what and when, newest first, and whether the chain is whole."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.audit.models import AuditEntry, AuditPersonal
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import PostId
from signoff.kernel.people import Actor, May
from signoff.records.delivery_queries import who_acted
from signoff.records.pages import Page, checked_limit
from signoff.runtime import Runtime


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One entry, with the name of who acted as far as it wasn't erased."""

    entry: AuditEntry
    who: str


async def list_audit(  # noqa: PLR0913 - one argument for each filter
    runtime: Runtime,
    actor: Actor,
    *,
    action: str = "",
    subject_id: UUID | None = None,
    post_id: PostId | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[AuditLine]:
    """List the audit, newest first.

    Args:
        runtime: What use cases need.
        actor: Needs the right to read the audit.
        action: Entries of this action, such as `post.approve`; or of all that begin so, such as `post.`
        subject_id: What was changed.
        post_id: Everything that belongs to this post.
        cursor: Where the page before ended.
        limit: Items on a page.

    Raises:
        Invalid: Unknown cursor or limit.
    """
    actor.need(May.READ_AUDIT)
    wanted = [AuditEntry.organization_id == actor.organization_id]
    if action.endswith("."):
        wanted.append(AuditEntry.action.startswith(action, autoescape=True))
    elif action:
        wanted.append(AuditEntry.action == action)
    if subject_id:
        wanted.append(AuditEntry.subject_id == subject_id)
    if post_id:
        wanted.append(AuditEntry.post_id == post_id)
    if cursor:
        wanted.append(AuditEntry.seq < _number(cursor))
    personal = and_(
        AuditPersonal.organization_id == AuditEntry.organization_id, AuditPersonal.seq == AuditEntry.seq
    )
    query = select(AuditEntry, AuditPersonal).outerjoin(AuditPersonal, personal).where(*wanted)
    async with runtime.transaction(actor.organization_id) as tx:
        rows = (await tx.execute(query.order_by(AuditEntry.seq.desc()).limit(checked_limit(limit) + 1))).all()
    lines = [AuditLine(row[0], who_acted(row[0], row[1])) for row in rows[:limit]]
    return Page(lines, str(lines[-1].entry.seq) if len(rows) > limit else None)


def _number(cursor: str) -> int:
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > len(str(2**62)):
        raise Invalid("This cursor isn't valid.", field="cursor", next_step="Start again without a cursor.")
    return min(int(cursor), 2**62)


async def verify_audit(runtime: Runtime, actor: Actor) -> chain.Verification:
    """Walk the organization's whole chain and tell whether an entry was edited, removed or reordered."""
    actor.need(May.READ_AUDIT)
    async with runtime.transaction(actor.organization_id) as tx:
        return await chain.verify(tx, actor.organization_id)


async def last_entry(runtime: Runtime, actor: Actor) -> int:
    """Give the number of the organization's last entry; live events start from there."""
    async with runtime.transaction(actor.organization_id) as tx:
        return await read_last_entry(tx, actor)


async def read_last_entry(tx: AsyncSession, actor: Actor) -> int:
    """Give it inside an open transaction."""
    actor.need(May.READ)
    found = await chain.latest(tx, [actor.organization_id])
    return found.get(actor.organization_id, 0)
