"""Alerts about a brand as a whole, or about its posts, are seen by those who see the brand."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "2026_11_21_alerts_of_brands"
down_revision: str | None = "2026_11_21_news_of_brands"

_COLUMN: Final = """
ALTER TABLE alerts ADD COLUMN brand_id uuid,
    ADD CONSTRAINT of_own_brand FOREIGN KEY (organization_id, brand_id)
        REFERENCES brands (organization_id, id)
"""
_OF_CHANNEL: Final = "EXISTS (SELECT FROM channels c WHERE c.id = channel_id)"
_OF_BRAND: Final = "brand_id = ANY ((SELECT signoff_brands())::uuid[])"


def upgrade() -> None:
    op.execute(_COLUMN)
    _show(f"{_OF_BRAND} OR {_OF_CHANNEL}")


def downgrade() -> None:
    _show(_OF_CHANNEL)
    op.execute("ALTER TABLE alerts DROP COLUMN brand_id")


def _show(those: str) -> None:
    op.execute(f"ALTER POLICY own_brands ON alerts USING ((SELECT signoff_brands() IS NULL) OR {those})")
