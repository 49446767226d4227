"""Looking again after a person said that a post isn't out: they may have been wrong, or too early."""

from __future__ import annotations

from alembic import op

revision: str = "2026_11_21_late_looks"
down_revision: str | None = "2026_11_21_jobs"


def upgrade() -> None:
    op.execute("ALTER TABLE deliveries ADD COLUMN late_look_at timestamptz")
    op.execute("ALTER TABLE deliveries ADD COLUMN late_looks integer NOT NULL DEFAULT 0")
    op.execute(
        "CREATE INDEX deliveries_late_looks ON deliveries (late_look_at) WHERE late_look_at IS NOT NULL"
    )
    op.execute("GRANT UPDATE (late_look_at, late_looks) ON deliveries TO signoff_app, signoff_worker")


def downgrade() -> None:
    op.execute("ALTER TABLE deliveries DROP COLUMN late_looks")
    op.execute("ALTER TABLE deliveries DROP COLUMN late_look_at")
