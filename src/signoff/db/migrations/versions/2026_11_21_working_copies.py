"""Who has a draft open in an editor, and the words there that no revision holds yet."""

from __future__ import annotations

from alembic import op

revision: str = "2026_11_21_working_copies"
down_revision: str | None = "2026_11_21_endings"

_WORKING_COPIES = """
CREATE TABLE working_copies (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    post_id uuid NOT NULL,
    person_id uuid NOT NULL REFERENCES people,
    version integer NOT NULL CHECK (version > 0),
    turn bigint NOT NULL,
    fields jsonb CHECK (jsonb_typeof(fields) = 'array'),
    unsaved_since timestamptz,
    typed_at timestamptz,
    opened_at timestamptz NOT NULL DEFAULT signoff_now(),
    seen_at timestamptz NOT NULL DEFAULT signoff_now(),
    left_at timestamptz,
    FOREIGN KEY (organization_id, post_id) REFERENCES posts (organization_id, id),
    CONSTRAINT words_have_a_beginning CHECK ((fields IS NULL) = (unsaved_since IS NULL))
)
"""
_OWN = "organization_id = signoff_organization()"


def upgrade() -> None:
    op.execute(_WORKING_COPIES)
    op.execute("CREATE INDEX working_copies_of_post ON working_copies (post_id)")
    op.execute("CREATE INDEX working_copies_by_age ON working_copies (seen_at)")
    op.execute("ALTER TABLE working_copies ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_organization ON working_copies TO signoff_app USING ({_OWN}) WITH CHECK ({_OWN})"
    )
    op.execute(
        "CREATE POLICY all_organizations ON working_copies TO signoff_worker USING (true) WITH CHECK (true)"
    )
    op.execute("GRANT SELECT ON working_copies TO signoff_app, signoff_worker")
    op.execute("GRANT INSERT ON working_copies TO signoff_app")
    op.execute(
        "GRANT UPDATE (version, turn, fields, unsaved_since, typed_at, seen_at, left_at)"
        " ON working_copies TO signoff_app"
    )
    op.execute("GRANT DELETE ON working_copies TO signoff_worker")


def downgrade() -> None:
    op.execute("DROP TABLE working_copies")
