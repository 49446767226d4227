"""Whose work a post is, is asked of all it was copied from, also of what the reviewer doesn't see."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "2026_11_21_hands"
down_revision: str | None = "2026_11_21_closed_days"

# Meanwhile no brand is hidden; the rows of other organizations are, as ever.
_WRITERS: Final = """
CREATE FUNCTION writers_of(of_post uuid) RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    limited_to text := coalesce(current_setting('signoff.brands', true), '');
    found uuid[];
BEGIN
    PERFORM set_config('signoff.brands', '', true);
    found := public.writers_seen_of(of_post);
    PERFORM set_config('signoff.brands', limited_to, true);
    RETURN found;
END $$
"""


def upgrade() -> None:
    op.execute("ALTER FUNCTION writers_of(uuid) RENAME TO writers_seen_of")
    op.execute(_WRITERS)


def downgrade() -> None:
    op.execute("DROP FUNCTION writers_of(uuid)")
    op.execute("ALTER FUNCTION writers_seen_of(uuid) RENAME TO writers_of")
