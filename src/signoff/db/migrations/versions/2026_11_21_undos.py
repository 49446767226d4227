"""What was done with many posts at once and can be taken back as one, for a day."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "2026_11_21_undos"
down_revision: str | None = "2026_11_21_own_pauses"

_STATEMENTS: Final = (
    """
    CREATE TABLE undos (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL REFERENCES organizations,
        person_id uuid NOT NULL REFERENCES people,
        action text NOT NULL,
        items jsonb NOT NULL CHECK (jsonb_typeof(items) = 'array'),
        created_at timestamptz NOT NULL DEFAULT signoff_now(),
        used_at timestamptz
    )
    """,
    "CREATE INDEX undos_by_age ON undos (created_at)",
    "ALTER TABLE undos ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY own_organization ON undos TO signoff_app
        USING (organization_id = signoff_organization()) WITH CHECK (organization_id = signoff_organization())
    """,
    "CREATE POLICY all_organizations ON undos TO signoff_worker USING (true)",
    "GRANT SELECT, INSERT, UPDATE (used_at) ON undos TO signoff_app",
    "GRANT SELECT, DELETE ON undos TO signoff_worker",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE undos")
