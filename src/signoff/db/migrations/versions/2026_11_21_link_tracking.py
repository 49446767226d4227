"""Which parameters the links in a brand's posts carry, so that its statistics tell where people came from."""

from __future__ import annotations

from alembic import op

revision: str = "2026_11_21_link_tracking"
down_revision: str | None = "2026_11_21_crops"

_TRACKING = """
CREATE TABLE link_tracking (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    brand_id uuid NOT NULL,
    channel_id uuid,
    parameters text NOT NULL CHECK (char_length(parameters) <= 500),
    FOREIGN KEY (organization_id, brand_id) REFERENCES brands (organization_id, id),
    FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id),
    CONSTRAINT one_line_each UNIQUE NULLS NOT DISTINCT (brand_id, channel_id)
)
"""
_OWN = "organization_id = signoff_organization()"


def upgrade() -> None:
    op.execute(_TRACKING)
    op.execute("ALTER TABLE link_tracking ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_organization ON link_tracking TO signoff_app USING ({_OWN}) WITH CHECK ({_OWN})"
    )
    op.execute(
        "CREATE POLICY all_organizations ON link_tracking TO signoff_worker USING (true) WITH CHECK (true)"
    )
    op.execute("GRANT SELECT ON link_tracking TO signoff_app, signoff_worker")
    op.execute("GRANT INSERT, UPDATE (parameters) ON link_tracking TO signoff_app")


def downgrade() -> None:
    op.execute("DROP TABLE link_tracking")
