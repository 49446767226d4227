"""What links of a brand carry isn't there for members who don't see the brand."""

from __future__ import annotations

from alembic import op

revision: str = "2026_11_21_own_tracking"
down_revision: str | None = "2026_11_21_notifications"


def upgrade() -> None:
    op.execute(
        "CREATE POLICY own_brands ON link_tracking AS RESTRICTIVE TO signoff_app"
        " USING ((SELECT signoff_brands() IS NULL) OR brand_id = ANY ((SELECT signoff_brands())::uuid[]))"
    )


def downgrade() -> None:
    op.execute("DROP POLICY own_brands ON link_tracking")
