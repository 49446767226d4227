"""What posts are begun with and texts are put together from: templates, and short pieces of text."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "2026_11_21_library"
down_revision: str | None = "2026_11_21_undos"

_SHARED: Final = """
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    brand_id uuid,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 80),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_by uuid REFERENCES people,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    updated_by uuid REFERENCES people,
    updated_at timestamptz NOT NULL DEFAULT signoff_now(),
    archived_at timestamptz,
    FOREIGN KEY (organization_id, brand_id) REFERENCES brands (organization_id, id),
"""
_SNIPPETS: Final = f"""
CREATE TABLE snippets ({_SHARED}
    shortcut text NOT NULL CHECK (char_length(shortcut) BETWEEN 1 AND 30),
    body text NOT NULL CHECK (char_length(body) BETWEEN 1 AND 5000)
)
"""
_TEMPLATES: Final = f"""
CREATE TABLE post_templates ({_SHARED}
    content_type text NOT NULL,
    title text NOT NULL CHECK (char_length(title) <= 500),
    body text NOT NULL CHECK (char_length(body) <= 100000),
    link text NOT NULL,
    channels jsonb NOT NULL CHECK (jsonb_typeof(channels) = 'array'),
    overrides jsonb NOT NULL CHECK (jsonb_typeof(overrides) = 'object'),
    tags text[] NOT NULL,
    image_prompt text NOT NULL,
    image_ratio text NOT NULL,
    origin text NOT NULL CHECK (origin IN ('hand', 'model', 'import')),
    origin_detail jsonb NOT NULL CHECK (jsonb_typeof(origin_detail) = 'object')
)
"""
_ONE_NAME: Final = "(organization_id, brand_id, {}) NULLS NOT DISTINCT WHERE archived_at IS NULL"
_OWN: Final = "organization_id = signoff_organization()"
_ALL: Final = "(SELECT signoff_brands() IS NULL)"
_AMONG: Final = "brand_id = ANY ((SELECT signoff_brands())::uuid[])"
_CHANGED: Final = "name, version, updated_by, updated_at, archived_at"
_TABLES: Final = {
    "snippets": f"{_CHANGED}, shortcut, body",
    "post_templates": f"{_CHANGED}, content_type, title, body, link, channels, overrides, tags, image_prompt,"
    " image_ratio, origin, origin_detail",
}
"""With what may be changed: whose it is stays."""


def upgrade() -> None:
    op.execute(_SNIPPETS)
    op.execute(_TEMPLATES)
    op.execute(f"CREATE UNIQUE INDEX one_snippet_for_a_shortcut ON snippets {_ONE_NAME.format('shortcut')}")
    op.execute(
        f"CREATE UNIQUE INDEX one_template_of_a_name ON post_templates {_ONE_NAME.format('lower(name)')}"
    )
    for table, changed in _TABLES.items():
        op.execute(f"CREATE INDEX {table}_by_name ON {table} (organization_id, lower(name), id)")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_organization ON {table} TO signoff_app USING ({_OWN}) WITH CHECK ({_OWN})"
        )
        # Who sees some brands only uses what is everybody's, and can't change it.
        op.execute(
            f"CREATE POLICY own_brands ON {table} AS RESTRICTIVE TO signoff_app"
            f" USING ({_ALL} OR brand_id IS NULL OR {_AMONG}) WITH CHECK ({_ALL} OR {_AMONG})"
        )
        op.execute(
            f"CREATE POLICY all_organizations ON {table} TO signoff_worker USING (true) WITH CHECK (true)"
        )
        op.execute(f"GRANT SELECT ON {table} TO signoff_app, signoff_worker")
        op.execute(f"GRANT INSERT, UPDATE ({changed}) ON {table} TO signoff_app")


def downgrade() -> None:
    op.execute("DROP TABLE post_templates")
    op.execute("DROP TABLE snippets")
