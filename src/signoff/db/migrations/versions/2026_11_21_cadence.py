"""Rules of how often and when a channel posts, and what they did to a delivery's time."""

from __future__ import annotations

from alembic import op

revision: str = "2026_11_21_cadence"
down_revision: str | None = "2026_11_21_partitions"

_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_RULES = f"""
CREATE TABLE cadence_rules (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    brand_id uuid,
    channel_id uuid,
    decides text[] NOT NULL CHECK (decides <@ ARRAY['min_gap', 'max_per_day', 'quiet_hours', 'slots']),
    min_gap_minutes integer CHECK (min_gap_minutes BETWEEN 1 AND 43200),
    max_per_day integer CHECK (max_per_day BETWEEN 1 AND 1000),
    quiet_from text CHECK (quiet_from ~ '^{_CLOCK}$'),
    quiet_to text CHECK (quiet_to ~ '^{_CLOCK}$'),
    slots text[] NOT NULL DEFAULT '{{}}' CHECK (cardinality(slots) <= 168
        AND (slots = '{{}}' OR array_to_string(slots, ',', '-')
             ~ '^((Mo|Tu|We|Th|Fr|Sa|Su) {_CLOCK})(,(Mo|Tu|We|Th|Fr|Sa|Su) {_CLOCK})*$')),
    version integer NOT NULL DEFAULT 1,
    FOREIGN KEY (organization_id, brand_id) REFERENCES brands (organization_id, id),
    FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id),
    CONSTRAINT of_a_brand_or_a_channel CHECK (num_nonnulls(brand_id, channel_id) = 1),
    CONSTRAINT quiet_hours_end CHECK ((quiet_from IS NULL) = (quiet_to IS NULL) AND quiet_from <> quiet_to),
    -- What a channel leaves to its brand has no value of its own.
    CONSTRAINT decided CHECK (
        ('min_gap' = ANY (decides) OR min_gap_minutes IS NULL)
        AND ('max_per_day' = ANY (decides) OR max_per_day IS NULL)
        AND ('quiet_hours' = ANY (decides) OR quiet_from IS NULL)
        AND ('slots' = ANY (decides) OR slots = '{{}}'))
)
"""


def upgrade() -> None:
    op.execute(_RULES)
    op.execute("CREATE UNIQUE INDEX cadence_of_brand ON cadence_rules (brand_id) WHERE brand_id IS NOT NULL")
    op.execute(
        "CREATE UNIQUE INDEX cadence_of_channel ON cadence_rules (channel_id) WHERE channel_id IS NOT NULL"
    )
    op.execute("ALTER TABLE cadence_rules ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_organization ON cadence_rules TO signoff_app"
        " USING (organization_id = signoff_organization())"
        " WITH CHECK (organization_id = signoff_organization())"
    )
    op.execute(
        "CREATE POLICY all_organizations ON cadence_rules TO signoff_worker USING (true) WITH CHECK (true)"
    )
    op.execute("GRANT SELECT ON cadence_rules TO signoff_app, signoff_worker")
    op.execute("GRANT INSERT ON cadence_rules TO signoff_app")
    op.execute(
        "GRANT UPDATE (decides, min_gap_minutes, max_per_day, quiet_from, quiet_to, slots, version)"
        " ON cadence_rules TO signoff_app"
    )
    op.execute("ALTER TABLE deliveries ADD COLUMN keeps_time boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE deliveries ADD COLUMN moved_from timestamptz")
    op.execute("ALTER TABLE deliveries ADD COLUMN moved_why text NOT NULL DEFAULT ''")
    op.execute("GRANT UPDATE (keeps_time, moved_from, moved_why) ON deliveries TO signoff_app")
    # What is planned or out at an account around a moment, however long its history is.
    op.execute(
        "CREATE INDEX deliveries_taken ON deliveries (account_key, COALESCE(published_at, due_at))"
        " WHERE state NOT IN ('failed', 'cancelled', 'recovered')"
    )


def downgrade() -> None:
    op.execute("DROP INDEX deliveries_taken")
    for column in ("moved_why", "moved_from", "keeps_time"):
        op.execute(f"ALTER TABLE deliveries DROP COLUMN {column}")
    op.execute("DROP TABLE cadence_rules")
