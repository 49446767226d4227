"""Days without posts can come again: every year, or on days of the week, then also without an end."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "2026_11_21_repeated_days"
down_revision: str | None = "2026_11_21_who_decides"

_UP: Final = (
    """
    ALTER TABLE closed_days
        ADD COLUMN repeats text NOT NULL DEFAULT 'never' CHECK (repeats IN ('never', 'yearly', 'weekly')),
        ADD COLUMN weekdays text[] NOT NULL DEFAULT '{}',
        ALTER COLUMN last_day DROP NOT NULL,
        DROP CONSTRAINT closed_days_check,
        ADD CONSTRAINT closed_days_last_day CHECK (CASE repeats
            WHEN 'never' THEN last_day IS NOT NULL AND last_day - first_day BETWEEN 0 AND 365
            WHEN 'yearly' THEN last_day IS NOT NULL AND last_day - first_day BETWEEN 0 AND 364
            ELSE last_day IS NULL OR last_day >= first_day END),
        ADD CONSTRAINT closed_days_weekdays CHECK (
            weekdays <@ ARRAY['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su']
            AND (repeats = 'weekly') = (cardinality(weekdays) > 0))
    """,
)
_DOWN: Final = (
    # Before, there were no days of the week, and what comes every year came once.
    "DELETE FROM closed_days WHERE repeats = 'weekly'",
    """
    ALTER TABLE closed_days
        DROP CONSTRAINT closed_days_weekdays,
        DROP CONSTRAINT closed_days_last_day,
        DROP COLUMN weekdays,
        DROP COLUMN repeats,
        ALTER COLUMN last_day SET NOT NULL,
        ADD CONSTRAINT closed_days_check CHECK (last_day - first_day BETWEEN 0 AND 365)
    """,
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in _DOWN:
        op.execute(statement)
