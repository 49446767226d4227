"""The queue of background jobs, mailed alerts, restored backups: the SQL beside this file."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision: str = "2026_11_21_jobs"
down_revision: str | None = "2026_11_21_first_tables"


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    # Without parameters the driver takes many statements at once and leaves percent signs alone.
    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})


def downgrade() -> None:
    op.execute("DROP SCHEMA jobs CASCADE")
    op.execute("REVOKE INSERT ON restores FROM signoff_worker")
    op.execute("ALTER TABLE restores DROP COLUMN since")
    op.execute("DROP INDEX deliveries_to_clean_up")
    op.execute("DROP TABLE alert_mails")
