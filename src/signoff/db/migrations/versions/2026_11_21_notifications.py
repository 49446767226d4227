"""What each person wants to be told by mail."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "2026_11_21_notifications"
down_revision: str | None = "2026_11_21_link_tracking"

_STATEMENTS: Final = (
    """
    CREATE TABLE notification_choices (
        organization_id uuid NOT NULL REFERENCES organizations,
        person_id uuid NOT NULL REFERENCES people,
        event text NOT NULL,
        route text NOT NULL CHECK (route IN ('mail')),
        is_wanted boolean NOT NULL,
        chosen_at timestamptz NOT NULL DEFAULT signoff_now(),
        PRIMARY KEY (organization_id, person_id, event, route)
    )
    """,
    "ALTER TABLE notification_choices ENABLE ROW LEVEL SECURITY",
    """
    CREATE POLICY own_organization ON notification_choices TO signoff_app
        USING (organization_id = signoff_organization()) WITH CHECK (organization_id = signoff_organization())
    """,
    "CREATE POLICY all_organizations ON notification_choices TO signoff_worker USING (true)",
    "GRANT SELECT ON notification_choices TO signoff_app, signoff_worker",
    "GRANT INSERT, UPDATE (is_wanted, chosen_at) ON notification_choices TO signoff_app",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE notification_choices")
