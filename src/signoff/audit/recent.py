"""What was added to a chain lately: enough to tell a page which of its parts are out of date."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit.models import AuditEntry
from signoff.kernel.ids import OrganizationId


async def subjects_since(tx: AsyncSession, organization_id: OrganizationId, seq: int) -> set[str]:
    """Give the kinds of things that changed after entry `seq`: post, delivery, channel and so on."""
    query = (
        select(AuditEntry.subject_type)
        .where(AuditEntry.organization_id == organization_id, AuditEntry.seq > seq)
        .distinct()
    )
    return set(await tx.scalars(query))
