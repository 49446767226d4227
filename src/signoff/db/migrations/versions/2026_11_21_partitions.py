"""Attempts by month and the audit by organization, in partitions: the SQL beside this file.

Forward, the table of attempts becomes the first partition as it is, and the audit is copied. Back, both are
copied. Nothing is lost either way; on large tables it takes minutes, in which nobody can write.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import op

revision: str = "2026_11_21_partitions"
down_revision: str | None = "2026_11_21_late_looks"

_BACK: Final = "-- back: "


def upgrade() -> None:
    _run(_statements().partition(_BACK)[0])


def downgrade() -> None:
    _run(_statements().partition(_BACK)[2].partition("\n")[2])


def _statements() -> str:
    return Path(__file__).with_suffix(".sql").read_text("utf-8")


def _run(statements: str) -> None:
    # Without parameters the driver takes many statements at once and leaves percent signs alone.
    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})
