"""The moment that its channel's cadence gives a delivery which couldn't go out at its own."""

from __future__ import annotations

from alembic import op

revision: str = "2026_11_21_turns"
down_revision: str | None = "2026_11_21_statements"


def upgrade() -> None:
    op.execute("ALTER TABLE deliveries ADD COLUMN turn_at timestamptz")
    op.execute("GRANT UPDATE (turn_at) ON deliveries TO signoff_app, signoff_worker")


def downgrade() -> None:
    op.execute("ALTER TABLE deliveries DROP COLUMN turn_at")
