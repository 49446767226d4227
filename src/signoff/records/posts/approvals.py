"""How long posts wait for an approval, from being sent to review to the decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.kernel.ids import BrandId
from signoff.kernel.people import Actor, May

_LATELY: Final = timedelta(days=30)
_MOST: Final = 300
"""The last ones tell how it goes."""

_WAITS: Final = text("""
    SELECT p.brand_id, extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY a.at - s.at)), count(*)
    FROM (
        SELECT post_id, seq, at FROM audit_entries
        WHERE organization_id = :organization AND action = 'post.approve' ORDER BY seq DESC LIMIT :most
    ) a
    JOIN posts p ON p.id = a.post_id
    CROSS JOIN LATERAL (
        SELECT at FROM audit_entries
        WHERE post_id = a.post_id AND action = 'post.submit' AND seq < a.seq
          AND organization_id = :organization
        ORDER BY seq DESC LIMIT 1
    ) s
    WHERE a.at >= :since
    GROUP BY GROUPING SETS ((p.brand_id), ())
""")


@dataclass(frozen=True, slots=True)
class ApprovalTimes:
    """The median wait of the last 30 days, in all and by brand; brands without an approval are left out."""

    typical: timedelta
    count: int
    by_brand: Mapping[BrandId, timedelta]


async def read_approval_times(tx: AsyncSession, actor: Actor) -> ApprovalTimes | None:
    """Tell how long approvals took; None: there was none. At most the last 300 are looked at."""
    actor.need(May.READ)
    since = await database_now(tx) - _LATELY
    values = {"organization": actor.organization_id, "since": since, "most": _MOST}
    rows = (await tx.execute(_WAITS, values)).all()
    found = {row[0]: (timedelta(seconds=float(row[1])), int(row[2])) for row in rows if row[2]}
    if None not in found:
        return None
    typical, count = found.pop(None)
    return ApprovalTimes(typical, count, {BrandId(brand): wait for brand, (wait, _) in found.items()})
