"""A checkpoint and an intent change a delivery in its place, and no index of it.

PostgreSQL can do so where no column changes that an index holds or is restricted by, and where the page has
room. So nothing is found by its lease, its intent or its checkpoint itself: those in hand are few and looked
through, and whether something is left to clean up is a column that an unfinished delivery never changes.
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "2026_11_21_in_place"
down_revision: str | None = "2026_11_21_indexes"

_UP: Final = """
    ALTER TABLE deliveries SET (fillfactor = 75);
    ALTER TABLE deliveries ADD COLUMN has_leftovers boolean NOT NULL
        GENERATED ALWAYS AS (state = 'cancelled' AND checkpoint <> '{}') STORED;
    DROP INDEX deliveries_to_clean_up, deliveries_leased, deliveries_with_intent;
    CREATE INDEX deliveries_to_clean_up ON deliveries (next_look_at) WHERE has_leftovers;
    CREATE INDEX deliveries_in_hand ON deliveries (state)
        WHERE state IN ('publishing', 'recovering', 'unknown');
"""
_DOWN: Final = """
    DROP INDEX deliveries_in_hand, deliveries_to_clean_up;
    ALTER TABLE deliveries DROP COLUMN has_leftovers;
    ALTER TABLE deliveries RESET (fillfactor);
    CREATE INDEX deliveries_to_clean_up ON deliveries (next_look_at)
        WHERE state = 'cancelled' AND checkpoint <> '{}';
    CREATE INDEX deliveries_leased ON deliveries (lease_until) WHERE state IN ('publishing', 'recovering');
    CREATE INDEX deliveries_with_intent ON deliveries (commit_intent_at)
        WHERE state IN ('publishing', 'unknown') AND commit_intent_at IS NOT NULL;
"""


def upgrade() -> None:
    _run(_UP)


def downgrade() -> None:
    _run(_DOWN)


def _run(statements: str) -> None:
    # Without parameters the driver takes many statements at once and leaves percent signs alone.
    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})
