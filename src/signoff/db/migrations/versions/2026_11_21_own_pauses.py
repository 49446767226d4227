"""Pauses of brands and channels aren't there for members who don't see them, so that they can't end them."""

from __future__ import annotations

from alembic import op

revision: str = "2026_11_21_own_pauses"
down_revision: str | None = "2026_11_21_own_tracking"


def upgrade() -> None:
    op.execute(
        "CREATE POLICY own_brands ON pauses AS RESTRICTIVE TO signoff_app"
        " USING ((SELECT signoff_brands() IS NULL) OR target_id IS NULL"
        " OR EXISTS (SELECT FROM brands b WHERE b.id = target_id)"
        " OR EXISTS (SELECT FROM channels c WHERE c.id = target_id))"
    )


def downgrade() -> None:
    op.execute("DROP POLICY own_brands ON pauses")
