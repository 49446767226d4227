"""The first tables, the rules that keep the promises, and what each role may do: the SQL beside this file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import op

revision: str = "2026_11_21_first_tables"
down_revision: str | None = None

TABLES: Final = (
    "organizations",
    "people",
    "memberships",
    "sessions",
    "one_time_links",
    "sign_in_attempts",
    "api_tokens",
    "brands",
    "accounts",
    "channels",
    "idempotency_keys",
    "audit_heads",
    "audit_entries",
    "audit_personal",
    "media",
    "posts",
    "revisions",
    "variants",
    "decisions",
    "seals",
    "withdrawals",
    "deliveries",
    "receipts",
    "attempts",
    "pauses",
    "alerts",
    "workers",
    "restores",
)
FUNCTIONS: Final = (
    "decision_is_possible",
    "seal_matches_variants",
    "variant_is_not_late",
    "post_moves_are_legal",
    "post_starts_as_draft",
    "delivery_is_approved",
    "delivery_moves_are_legal",
    "pause_is_of_own",
    "signoff_organization",
    "signoff_person",
    "signoff_email",
    "signoff_secret",
    "signoff_now",
)


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    # Without parameters the driver takes many statements at once and leaves percent signs alone.
    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table} CASCADE")
    op.execute("DROP SEQUENCE intent_numbers")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}()")
