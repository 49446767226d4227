"""News of posts for the people who work on them, until they are mailed; and a look at recent mentions."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "2026_11_21_news"
down_revision: str | None = "2026_11_21_approval_rules"

_STATEMENTS: Final = (
    """
    CREATE TABLE news (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        organization_id uuid NOT NULL REFERENCES organizations,
        person_id uuid NOT NULL REFERENCES people,
        event text NOT NULL,
        post_id uuid NOT NULL,
        by_id uuid REFERENCES people,
        decision_id uuid REFERENCES decisions,
        comment_id uuid,
        created_at timestamptz NOT NULL DEFAULT signoff_now(),
        mailed_at timestamptz,
        FOREIGN KEY (organization_id, post_id) REFERENCES posts (organization_id, id),
        FOREIGN KEY (organization_id, comment_id) REFERENCES comments (organization_id, id)
    )
    """,
    "CREATE INDEX news_by_age ON news (created_at)",
    "CREATE INDEX news_mailed ON news (person_id, event, mailed_at) WHERE mailed_at IS NOT NULL",
    "CREATE INDEX mentions_mailed ON mentions (person_id, mailed_at) WHERE mailed_at IS NOT NULL",
    "ALTER TABLE news ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY own_organization ON news TO signoff_app
        USING (organization_id = signoff_organization()) WITH CHECK (organization_id = signoff_organization())
    """,
    "CREATE POLICY all_organizations ON news TO signoff_worker USING (true) WITH CHECK (true)",
    "GRANT SELECT, INSERT ON news TO signoff_app",
    "GRANT SELECT, DELETE, UPDATE (mailed_at) ON news TO signoff_worker",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX mentions_mailed")
    op.execute("DROP TABLE news")
