"""Publishing by hand: a worker hands a due delivery over to a person, who says where the post is."""

from __future__ import annotations

import re
from pathlib import Path

from alembic import op

revision: str = "2026_11_21_by_hand"
down_revision: str | None = "2026_11_21_resume_rules"

_STATES = (
    "'scheduled', 'publishing', 'published', 'unknown', 'failed', 'cancelled', 'recovering', 'recovered', "
    "'manual_recovery_needed'"
)
_MOVES = (
    "('scheduled', 'manual_due'), ('manual_due', 'published'), ('manual_due', 'cancelled'), "
    "('manual_due', 'unknown'),"
)


def upgrade() -> None:
    op.execute("""
        ALTER TABLE deliveries ADD COLUMN publish_mode text NOT NULL DEFAULT 'auto'
            CHECK (publish_mode IN ('auto', 'manual')),
            ADD CONSTRAINT by_hand_is_not_sent CHECK (publish_mode = 'auto' OR state <> 'publishing')
    """)
    _allow_states(f"{_STATES}, 'manual_due'")
    op.execute(_moves_are_legal(_MOVES))
    _allow_sources("'commit', 'reconcile', 'person', 'given'")
    op.execute(
        "CREATE INDEX deliveries_by_hand ON deliveries (claimable_at) "
        "WHERE state = 'scheduled' AND publish_mode = 'manual'"
    )


def downgrade() -> None:
    op.execute("DROP INDEX deliveries_by_hand")
    op.execute("UPDATE deliveries SET state = 'cancelled' WHERE state = 'manual_due'")
    op.execute("UPDATE receipts SET source = 'person' WHERE source = 'given'")
    _allow_sources("'commit', 'reconcile', 'person'")
    op.execute(_moves_are_legal(""))
    _allow_states(_STATES)
    op.execute("ALTER TABLE deliveries DROP COLUMN publish_mode")


def _allow_states(states: str) -> None:
    op.execute("ALTER TABLE deliveries DROP CONSTRAINT deliveries_state_check")
    op.execute(f"ALTER TABLE deliveries ADD CONSTRAINT deliveries_state_check CHECK (state IN ({states}))")


def _allow_sources(sources: str) -> None:
    op.execute("ALTER TABLE receipts DROP CONSTRAINT receipts_source_check")
    op.execute(f"ALTER TABLE receipts ADD CONSTRAINT receipts_source_check CHECK (source IN ({sources}))")


def _moves_are_legal(more: str) -> str:
    """Give the function of the first tables, with some moves more."""
    first = Path(__file__).with_name("2026_11_21_first_tables.sql").read_text("utf-8")
    found = re.search(r"CREATE FUNCTION delivery_moves_are_legal\(\).*?\nEND \$\$;", first, re.DOTALL)
    if found is None:
        raise AssertionError
    body = found[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
    return body.replace("NOT ((OLD.state, NEW.state) IN (", f"NOT ((OLD.state, NEW.state) IN ({more}", 1)
