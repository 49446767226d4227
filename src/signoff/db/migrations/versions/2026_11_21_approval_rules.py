"""How many people approve a post of a brand, and who of them counts; kept by the database itself."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision: str = "2026_11_21_approval_rules"
down_revision: str | None = "2026_11_21_library"


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    # Without parameters the driver takes many statements at once and leaves percent signs alone.
    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})


def downgrade() -> None:
    for trigger, table in (
        ("approval_is_complete", "seals"),
        ("decision_counts", "decisions"),
        ("round_begins", "posts"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
        op.execute(f"DROP FUNCTION {trigger}()")
    op.execute("DROP TABLE taken_back")
    op.execute("DROP FUNCTION decision_is_loose()")
    for function in (
        "approvals_of(uuid, uuid, text, integer)",
        "writers_of(uuid)",
        "approval_needed(uuid, uuid)",
    ):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP TABLE approval_rules")
    for table, columns in (
        ("seals", ("four_eyes", "approvals_needed", "round")),
        ("decisions", ("round",)),
        ("posts", ("copied_from", "handed_in_by", "round")),
    ):
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
