"""Watching, periodic jobs and figures of publishing: the SQL beside this file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import op

revision: str = "2026_11_21_watch"
down_revision: str | None = "2026_11_21_late"

_TABLES: Final = (
    "watchers",
    "alarms",
    "periodic_jobs",
    "job_runs",
    "publish_hours",
    "publish_totals",
    "publish_counted",
)


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    # Without parameters the driver takes many statements at once and leaves percent signs alone.
    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})


def downgrade() -> None:
    op.execute("DROP INDEX attempts_lately, receipts_lately")
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("ALTER TABLE alerts DROP COLUMN tells_end, DROP COLUMN end_mailed_at")
    op.execute("ALTER TABLE workers DROP COLUMN claimed_at")
