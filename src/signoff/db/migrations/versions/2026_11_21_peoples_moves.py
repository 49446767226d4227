"""The application's role moves deliveries only as people may, and nobody takes back what people wanted."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision: str = "2026_11_21_peoples_moves"
down_revision: str | None = "2026_11_21_budgets"


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    # Without parameters the driver takes many statements at once and leaves percent signs alone.
    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})


def downgrade() -> None:
    for function in ("people_keep_to_their_moves", "what_people_want_stands"):
        op.execute(f"DROP TRIGGER {function} ON deliveries")
        op.execute(f"DROP FUNCTION {function}()")
