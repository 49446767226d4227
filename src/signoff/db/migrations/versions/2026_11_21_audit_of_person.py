"""What one person did is found in a long audit; what workers do, which is most of it, isn't in the index."""

from __future__ import annotations

from alembic import op

revision: str = "2026_11_21_audit_of_person"
down_revision: str | None = "2026_11_21_turns"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX audit_of_person ON audit_entries (organization_id, actor_id, seq)"
        " WHERE actor_id IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("DROP INDEX audit_of_person")
