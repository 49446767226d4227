"""Late deliveries: what a brand does with them, and who let one go after all."""

from __future__ import annotations

from alembic import op

revision: str = "2026_11_21_late"
down_revision: str | None = "2026_11_21_cadence"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE brands ADD COLUMN late_policy text NOT NULL DEFAULT 'ask' "
        "CHECK (late_policy IN ('ask', 'spread', 'publish'))"
    )
    op.execute("GRANT UPDATE (late_policy) ON brands TO signoff_app")
    op.execute("""
        ALTER TABLE deliveries
            ADD COLUMN held_since timestamptz,
            ADD COLUMN released_at timestamptz,
            ADD COLUMN released_by uuid REFERENCES people,
            ADD COLUMN released_to timestamptz,
            ADD CONSTRAINT released_to_a_moment CHECK ((released_at IS NULL) = (released_to IS NULL)),
            ADD CONSTRAINT held_or_released CHECK (held_since IS NULL OR released_at IS NULL)
    """)
    op.execute(
        "GRANT UPDATE (held_since, released_at, released_by, released_to) ON deliveries "
        "TO signoff_app, signoff_worker"
    )


def downgrade() -> None:
    for column in ("released_to", "released_by", "released_at", "held_since"):
        op.execute(f"ALTER TABLE deliveries DROP COLUMN {column}")
    op.execute("ALTER TABLE brands DROP COLUMN late_policy")
