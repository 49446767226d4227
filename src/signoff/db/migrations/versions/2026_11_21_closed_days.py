"""Days on which a brand, or one of its channels, doesn't post."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "2026_11_21_closed_days"
down_revision: str | None = "2026_11_21_stale"

_STATEMENTS: Final = (
    """
    CREATE TABLE closed_days (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL REFERENCES organizations,
        brand_id uuid NOT NULL,
        channel_id uuid,
        first_day date NOT NULL,
        last_day date NOT NULL CHECK (last_day - first_day BETWEEN 0 AND 365),
        reason text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 200),
        created_by uuid REFERENCES people,
        created_at timestamptz NOT NULL DEFAULT signoff_now(),
        removed_at timestamptz,
        FOREIGN KEY (organization_id, brand_id) REFERENCES brands (organization_id, id),
        FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id)
    )
    """,
    "CREATE INDEX closed_days_of_brand ON closed_days (brand_id, last_day) WHERE removed_at IS NULL",
    "ALTER TABLE closed_days ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY own_organization ON closed_days TO signoff_app
        USING (organization_id = signoff_organization()) WITH CHECK (organization_id = signoff_organization())
    """,
    """
    CREATE POLICY own_brands ON closed_days AS RESTRICTIVE TO signoff_app
        USING ((SELECT signoff_brands() IS NULL) OR EXISTS (SELECT FROM brands b WHERE b.id = brand_id))
    """,
    "CREATE POLICY all_organizations ON closed_days TO signoff_worker USING (true) WITH CHECK (true)",
    "GRANT SELECT ON closed_days TO signoff_app, signoff_worker",
    "GRANT INSERT, UPDATE (removed_at) ON closed_days TO signoff_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE closed_days")
