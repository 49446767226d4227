"""A picture that was cut out of another one, and where."""

from __future__ import annotations

from alembic import op

revision: str = "2026_11_21_crops"
down_revision: str | None = "2026_11_21_brand_limits"


def upgrade() -> None:
    op.execute("ALTER TABLE media ADD COLUMN cropped_from uuid REFERENCES media")
    op.execute("ALTER TABLE media ADD COLUMN crop jsonb")
    op.execute(
        "ALTER TABLE media ADD CONSTRAINT crop_of_something CHECK ((cropped_from IS NULL) = (crop IS NULL))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE media DROP COLUMN crop")
    op.execute("ALTER TABLE media DROP COLUMN cropped_from")
