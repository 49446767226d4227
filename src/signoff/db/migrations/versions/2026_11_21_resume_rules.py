"""What becomes of the deliveries that a pause made overdue, chosen when pausing."""

from __future__ import annotations

from alembic import op

revision: str = "2026_11_21_resume_rules"
down_revision: str | None = "2026_11_21_watch"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE pauses ADD COLUMN on_resume text NOT NULL DEFAULT 'publish' "
        "CHECK (on_resume IN ('publish', 'reschedule', 'ask'))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE pauses DROP COLUMN on_resume")
