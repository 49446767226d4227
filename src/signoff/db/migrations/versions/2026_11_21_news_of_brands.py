"""News of a post is seen by those who see its brand, like all that belongs to it."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "2026_11_21_news_of_brands"
down_revision: str | None = "2026_11_21_hands"

_POLICY: Final = """
CREATE POLICY own_brands ON news AS RESTRICTIVE TO signoff_app
    USING ((SELECT signoff_brands() IS NULL) OR EXISTS (SELECT FROM posts p WHERE p.id = post_id))
"""


def upgrade() -> None:
    op.execute(_POLICY)


def downgrade() -> None:
    op.execute("DROP POLICY own_brands ON news")
