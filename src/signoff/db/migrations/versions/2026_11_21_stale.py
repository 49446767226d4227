"""Which posts people were told of because they wait too long for a decision."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "2026_11_21_stale"
down_revision: str | None = "2026_11_21_news"

_STATEMENTS: Final = (
    """
    CREATE TABLE stale_notices (
        post_id uuid NOT NULL,
        organization_id uuid NOT NULL,
        since timestamptz NOT NULL,
        level integer NOT NULL CHECK (level > 0),
        created_at timestamptz NOT NULL DEFAULT signoff_now(),
        PRIMARY KEY (post_id, since, level),
        FOREIGN KEY (organization_id, post_id) REFERENCES posts (organization_id, id)
    )
    """,
    "ALTER TABLE stale_notices ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY own_organization ON stale_notices TO signoff_app
        USING (organization_id = signoff_organization()) WITH CHECK (organization_id = signoff_organization())
    """,
    """
    CREATE POLICY own_brands ON stale_notices AS RESTRICTIVE TO signoff_app
        USING ((SELECT signoff_brands() IS NULL) OR EXISTS (SELECT FROM posts p WHERE p.id = post_id))
    """,
    "CREATE POLICY all_organizations ON stale_notices TO signoff_worker USING (true) WITH CHECK (true)",
    # However many posts there are, the few that wait are found at once.
    "CREATE INDEX posts_waiting ON posts (state_since) WHERE state = 'in_review' AND deleted_at IS NULL",
    "GRANT SELECT ON stale_notices TO signoff_app, signoff_worker",
    "GRANT INSERT ON stale_notices TO signoff_worker",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX posts_waiting")
    op.execute("DROP TABLE stale_notices")
