"""What people narrow the list of posts to, kept under a name; and indexes for what it is narrowed by."""

from __future__ import annotations

from alembic import op

revision: str = "2026_11_21_saved_views"
down_revision: str | None = "2026_11_21_in_place"

_VIEWS = """
CREATE TABLE saved_views (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    person_id uuid NOT NULL REFERENCES people,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
    filters jsonb NOT NULL CHECK (jsonb_typeof(filters) = 'object'),
    created_at timestamptz NOT NULL DEFAULT signoff_now()
)
"""
_OWN = "organization_id = signoff_organization()"
_POSTS_BEFORE = """
CREATE OR REPLACE VIEW own_posts AS SELECT id, organization_id, brand_id, state, state_since, title, tags,
        search, author_id, revision_id, created_at, updated_at, deleted_at
    FROM posts WHERE organization_id = signoff_organization()
"""
_POSTS = _POSTS_BEFORE.replace("deleted_at", "deleted_at, assignee_id")


def upgrade() -> None:
    op.execute(_VIEWS)
    op.execute("CREATE UNIQUE INDEX saved_views_of ON saved_views (organization_id, person_id, lower(name))")
    op.execute("ALTER TABLE saved_views ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_organization ON saved_views TO signoff_app USING ({_OWN}) WITH CHECK ({_OWN})"
    )
    op.execute(
        "CREATE POLICY all_organizations ON saved_views TO signoff_worker USING (true) WITH CHECK (true)"
    )
    op.execute("GRANT SELECT ON saved_views TO signoff_app, signoff_worker")
    op.execute("GRANT INSERT, DELETE, UPDATE (name, filters) ON saved_views TO signoff_app")
    op.execute(
        "CREATE INDEX posts_of_author ON posts (organization_id, author_id, updated_at, id)"
        " WHERE deleted_at IS NULL"
    )
    # The tabs of a brand's posts say how many there are in each state.
    op.execute(
        "CREATE INDEX posts_of_brand_in_state ON posts (organization_id, brand_id, state)"
        " WHERE deleted_at IS NULL"
    )
    op.execute(_POSTS)


def downgrade() -> None:
    op.execute("DROP VIEW own_posts")
    op.execute(_POSTS_BEFORE)
    op.execute("GRANT SELECT ON own_posts TO signoff_app")
    op.execute("DROP INDEX posts_of_brand_in_state, posts_of_author")
    op.execute("DROP TABLE saved_views")
