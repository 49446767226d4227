"""What people say about a post, whom they mean, and who looks after its review."""

from __future__ import annotations

from alembic import op

revision: str = "2026_11_21_comments"
down_revision: str | None = "2026_11_21_peoples_moves"

_COMMENTS = """
CREATE TABLE comments (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    post_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    in_reply_to uuid,
    person_id uuid NOT NULL REFERENCES people,
    body text NOT NULL CHECK (char_length(body) BETWEEN 1 AND 5000),
    is_for_client boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    settled_at timestamptz,
    settled_by uuid REFERENCES people,
    withdrawn_at timestamptz,
    UNIQUE (organization_id, id),
    UNIQUE (organization_id, post_id, id),
    FOREIGN KEY (organization_id, post_id, revision_id) REFERENCES revisions (organization_id, post_id, id),
    FOREIGN KEY (organization_id, post_id, in_reply_to) REFERENCES comments (organization_id, post_id, id),
    -- Threads are one level deep: what answers is neither settled nor answered itself.
    CONSTRAINT a_thread_is_settled_at_its_head CHECK (in_reply_to IS NULL OR settled_at IS NULL)
)
"""
_MENTIONS = """
CREATE TABLE mentions (
    comment_id uuid NOT NULL,
    person_id uuid NOT NULL REFERENCES people,
    organization_id uuid NOT NULL REFERENCES organizations,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    seen_at timestamptz,
    mailed_at timestamptz,
    PRIMARY KEY (comment_id, person_id),
    FOREIGN KEY (organization_id, comment_id) REFERENCES comments (organization_id, id)
)
"""
_OWN = "organization_id = signoff_organization()"


def upgrade() -> None:
    op.execute(_COMMENTS)
    op.execute("CREATE INDEX comments_of_post ON comments (post_id, created_at)")
    op.execute(_MENTIONS)
    op.execute("CREATE INDEX mentions_unseen ON mentions (organization_id, person_id) WHERE seen_at IS NULL")
    op.execute("CREATE INDEX mentions_unmailed ON mentions (created_at) WHERE mailed_at IS NULL")
    for table in ("comments", "mentions"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_organization ON {table} TO signoff_app USING ({_OWN}) WITH CHECK ({_OWN})"
        )
        op.execute(
            f"CREATE POLICY all_organizations ON {table} TO signoff_worker USING (true) WITH CHECK (true)"
        )
        op.execute(f"GRANT SELECT ON {table} TO signoff_app, signoff_worker")
        op.execute(f"GRANT INSERT ON {table} TO signoff_app")
    op.execute("GRANT UPDATE (settled_at, settled_by, withdrawn_at) ON comments TO signoff_app")
    op.execute("GRANT UPDATE (seen_at) ON mentions TO signoff_app")
    op.execute("GRANT UPDATE (mailed_at) ON mentions TO signoff_worker")
    op.execute("ALTER TABLE posts ADD COLUMN assignee_id uuid REFERENCES people")
    op.execute("GRANT UPDATE (assignee_id) ON posts TO signoff_app")
    op.execute(
        "CREATE INDEX posts_assigned ON posts (organization_id, assignee_id)"
        " WHERE deleted_at IS NULL AND assignee_id IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE posts DROP COLUMN assignee_id")
    op.execute("DROP TABLE mentions")
    op.execute("DROP TABLE comments")
