"""Who was told that a trouble is over, person by person: a mailbox that is busy keeps nobody else waiting."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "2026_11_21_endings"
down_revision: str | None = "2026_11_21_saved_views"

_STATEMENTS: Final = (
    """
    CREATE TABLE ending_mails (
        alert_id uuid NOT NULL REFERENCES alerts,
        person_id uuid NOT NULL REFERENCES people,
        organization_id uuid NOT NULL REFERENCES organizations,
        fold_key text NOT NULL,
        mailed_at timestamptz NOT NULL DEFAULT signoff_now(),
        PRIMARY KEY (alert_id, person_id)
    )
    """,
    "CREATE INDEX ending_mails_lately ON ending_mails (organization_id, fold_key, person_id, mailed_at)",
    "ALTER TABLE ending_mails ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY own_organization ON ending_mails TO signoff_app
        USING (organization_id = signoff_organization()) WITH CHECK (organization_id = signoff_organization())
    """,
    "CREATE POLICY all_organizations ON ending_mails TO signoff_worker USING (true) WITH CHECK (true)",
    "GRANT SELECT ON ending_mails TO signoff_app, signoff_worker",
    "GRANT INSERT ON ending_mails TO signoff_worker",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE ending_mails")
