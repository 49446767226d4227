"""Members who see some brands only, held to them by the database itself."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "2026_11_21_brand_limits"
down_revision: str | None = "2026_11_21_audit_of_person"

_MEMBERS = """
ALTER TABLE memberships ADD COLUMN brand_ids uuid[],
    ADD CONSTRAINT who_manages_sees_all CHECK (brand_ids IS NULL
        OR (cardinality(brand_ids) BETWEEN 1 AND 200 AND role NOT IN ('admin', 'owner')))
"""
_FUNCTION = """
CREATE FUNCTION signoff_brands() RETURNS uuid[] LANGUAGE sql STABLE AS
    $$ SELECT nullif(current_setting('signoff.brands', true), '')::uuid[] $$
"""
_ALL: Final = "(SELECT signoff_brands() IS NULL)"
_AMONG: Final = "ANY ((SELECT signoff_brands())::uuid[])"
_SEEN: Final = {
    "brands": f"id = {_AMONG}",
    **dict.fromkeys(("channels", "posts", "deliveries"), f"brand_id = {_AMONG}"),
    **dict.fromkeys(
        ("variants", "decisions", "seals", "comments", "statement_checks", "working_copies"),
        "EXISTS (SELECT FROM posts p WHERE p.id = post_id)",
    ),
    **dict.fromkeys(("attempts", "receipts"), "EXISTS (SELECT FROM deliveries d WHERE d.id = delivery_id)"),
    "cadence_rules": "EXISTS (SELECT FROM brands b WHERE b.id = brand_id)"
    " OR EXISTS (SELECT FROM channels c WHERE c.id = channel_id)",
    "alerts": "EXISTS (SELECT FROM channels c WHERE c.id = channel_id)",
}
"""By table, which rows there are for somebody who sees some brands only; what hangs on a post follows it."""
_POSTS_BEFORE = """
CREATE OR REPLACE VIEW own_posts AS SELECT id, organization_id, brand_id, state, state_since, title, tags,
        search, author_id, revision_id, created_at, updated_at, deleted_at, assignee_id
    FROM posts WHERE organization_id = signoff_organization()
"""
_POSTS = f"{_POSTS_BEFORE} AND ({_ALL} OR brand_id = {_AMONG})"


def upgrade() -> None:
    op.execute(_MEMBERS)
    op.execute("GRANT UPDATE (brand_ids) ON memberships TO signoff_app")
    op.execute(_FUNCTION)
    for table, seen in _SEEN.items():
        op.execute(
            f"CREATE POLICY own_brands ON {table} AS RESTRICTIVE TO signoff_app USING ({_ALL} OR {seen})"
        )
    op.execute(_POSTS)


def downgrade() -> None:
    op.execute(_POSTS_BEFORE)
    for table in _SEEN:
        op.execute(f"DROP POLICY own_brands ON {table}")
    op.execute("DROP FUNCTION signoff_brands()")
    op.execute("ALTER TABLE memberships DROP COLUMN brand_ids")
