"""Indexes for lists and looks that would read more the more there is, and searching through an index."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "2026_11_21_indexes"
down_revision: str | None = "2026_11_21_comments"

_UP: Final = """
    CREATE INDEX posts_by_age ON posts (organization_id, created_at, id) WHERE deleted_at IS NULL;
    CREATE INDEX posts_by_state_time ON posts (organization_id, state_since, id) WHERE deleted_at IS NULL;
    CREATE INDEX posts_by_title ON posts (organization_id, title, id) WHERE deleted_at IS NULL;
    CREATE INDEX posts_of_brand ON posts (brand_id, updated_at, id) WHERE deleted_at IS NULL;
    CREATE INDEX posts_by_wish ON posts (organization_id, suggested_time) WHERE suggested_time IS NOT NULL;
    -- What never had a time nor went anywhere; in review or draft, or approved a while ago.
    CREATE INDEX posts_without_time ON posts (organization_id, state, updated_at)
        WHERE deleted_at IS NULL AND suggested_time IS NULL;
    CREATE INDEX audit_of_action ON audit_entries (organization_id, action, seq);

    CREATE INDEX deliveries_of_brand ON deliveries (brand_id, due_at, id);
    -- What isn't out yet, and what waits for a person: few beside all that is out.
    CREATE INDEX deliveries_waiting ON deliveries (organization_id, due_at, id)
        WHERE state IN ('scheduled', 'publishing', 'unknown');
    CREATE INDEX deliveries_asking ON deliveries (organization_id, due_at, id)
        WHERE state IN ('unknown', 'failed', 'manual_recovery_needed');
    CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'scheduled';

    -- Row-level security lets no condition through to an index before it has looked at the row itself, unless
    -- the operator is known to give nothing away; those that find words and tags aren't. The view shows the
    -- same rows and no others, by its own condition, and may use the index within one organization.
    DROP INDEX posts_search;
    CREATE INDEX posts_search ON posts USING gin ((ARRAY[organization_id]), search, tags)
        WHERE deleted_at IS NULL;
    CREATE VIEW own_posts AS SELECT id, organization_id, brand_id, state, state_since, title, tags, search,
            author_id, revision_id, created_at, updated_at, deleted_at
        FROM posts WHERE organization_id = signoff_organization();
    GRANT SELECT ON own_posts TO signoff_app;
"""
_DOWN: Final = """
    DROP INDEX audit_of_action;
    DROP VIEW own_posts;
    DROP INDEX posts_search, posts_by_age, posts_by_state_time, posts_by_title, posts_of_brand, posts_by_wish,
        posts_without_time, deliveries_of_brand, deliveries_waiting, deliveries_asking, deliveries_due;
    CREATE INDEX posts_search ON posts USING gin (search);
"""


def upgrade() -> None:
    _run(_UP)


def downgrade() -> None:
    _run(_DOWN)


def _run(statements: str) -> None:
    # Without parameters the driver takes many statements at once and leaves percent signs alone.
    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})
