"""Telling people of posts that wait too long for a decision: once when they go stale, and once much later."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, text

from signoff.kernel.local_time import in_words
from signoff.records.alerts.raising import STALE, raise_alert
from signoff.records.tenants import STALE_AFTER_HOURS
from signoff.runtime import Runtime

LEVELS: Final = (1, 6)
"""How many times as long a post has waited when people are told: with four hours, then and after a day."""

_AT_ONCE: Final = 500

# Marks and reads in one: of two runs at once only one gets the row.
_NEWLY_STALE: Final = text("""
WITH told AS (
    INSERT INTO stale_notices (post_id, organization_id, since, level)
    SELECT p.id, p.organization_id, p.state_since, max(l.level)
    FROM posts p
    LEFT JOIN approval_rules a ON a.brand_id = p.brand_id
    JOIN unnest(CAST(:levels AS integer[])) AS l (level) ON p.state_since
        <= signoff_now() - l.level * coalesce(a.stale_after_hours, :default) * interval '1 hour'
    WHERE p.state = 'in_review' AND p.deleted_at IS NULL
      AND NOT EXISTS (SELECT FROM stale_notices n WHERE n.post_id = p.id AND n.since = p.state_since
                      AND n.level >= l.level)
    GROUP BY p.id
    ORDER BY p.state_since LIMIT :most
    ON CONFLICT DO NOTHING
    RETURNING post_id
)
SELECT p.id, p.organization_id, p.title, p.state_since, p.brand_id, b.name AS brand, b.time_zone
FROM told JOIN posts p ON p.id = told.post_id JOIN brands b ON b.id = p.brand_id
ORDER BY p.organization_id, p.state_since
""")


async def tell_stale(runtime: Runtime) -> int:
    """Raise an alert for each post that has waited longer than its brand allows; tell how many.

    It closes by itself when the post is decided about.
    """
    asked = {"levels": list(LEVELS), "default": STALE_AFTER_HOURS, "most": _AT_ONCE}
    async with runtime.worker_transaction() as tx:
        stale = (await tx.execute(_NEWLY_STALE, asked)).all()
        for row in stale:
            await raise_alert(tx, row.organization_id, STALE, **_said(row))
        return len(stale)


def _said(row: Row[Any]) -> dict[str, Any]:
    return {
        "title": f"“{row.title or 'A post'}” of {row.brand} waits for a decision",
        "cause": f"It was sent to review on {in_words(row.state_since, row.time_zone)}.",
        "next_step": "Decide about it, or say who looks after it.",
        "path": f"/review/{row.id}",
        "brand_id": row.brand_id,
    }
