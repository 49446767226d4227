"""Mailed alerts, restored backups: the SQL beside this file; and the tables of PgQueuer in the schema `jobs`.

Nothing in those belongs to an organization, and nothing is lost with them: the timetable fills them again.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from pgqueuer.domain.settings import DBSettings

revision: str = "2026_11_21_jobs"
down_revision: str | None = "2026_11_21_first_tables"

_GRANTS = """
    GRANT USAGE ON SCHEMA jobs TO signoff_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO signoff_worker;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO signoff_worker;
"""


def upgrade() -> None:
    _run(Path(__file__).with_suffix(".sql").read_text("utf-8"))
    settings = DBSettings.model_validate({"prefix": "", "db_schema": "jobs", "channel": "ch_pgqueuer"})
    _run(QueryBuilderEnvironment(settings).build_install_query())
    _run(_GRANTS)


def _run(statements: str) -> None:
    # Without parameters the driver takes many statements at once and leaves percent signs alone.
    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})


def downgrade() -> None:
    op.execute("DROP SCHEMA jobs CASCADE")
    op.execute("REVOKE INSERT ON restores FROM signoff_worker")
    op.execute("ALTER TABLE restores DROP COLUMN since")
    op.execute("DROP INDEX deliveries_to_clean_up")
    op.execute("DROP TABLE alert_mails")
