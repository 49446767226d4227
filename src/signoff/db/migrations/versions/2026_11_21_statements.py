"""Statements that a reviewer checked, and facts that are confirmed before a machine's text is sealed."""

from __future__ import annotations

from alembic import op

revision: str = "2026_11_21_statements"
down_revision: str | None = "2026_11_21_working_copies"

_CHECKS = """
CREATE TABLE statement_checks (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    post_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    seen text NOT NULL CHECK (seen ~ '^[0-9a-f]{64}$'),
    statement text NOT NULL CHECK (statement ~ '^[0-9a-f]{16}$'),
    sentence text NOT NULL CHECK (sentence <> ''),
    is_checked boolean NOT NULL,
    person_id uuid NOT NULL REFERENCES people,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    FOREIGN KEY (organization_id, post_id, revision_id) REFERENCES revisions (organization_id, post_id, id)
)
"""
_OWN = "organization_id = signoff_organization()"

# What a model wrote is sealed only by somebody who says to have looked at its facts.
_CONFIRMED = """
CREATE FUNCTION facts_are_confirmed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM public.revisions r WHERE r.id = NEW.revision_id AND r.origin = 'model')
            AND NOT EXISTS (SELECT 1 FROM public.decisions d
                WHERE d.id = NEW.decision_id AND d.facts_confirmed) THEN
        RAISE EXCEPTION 'the facts of a text by a model were not confirmed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute("ALTER TABLE decisions ADD COLUMN facts_confirmed boolean NOT NULL DEFAULT false")
    op.execute(_CONFIRMED)
    op.execute(
        "CREATE TRIGGER facts_are_confirmed BEFORE INSERT ON seals FOR EACH ROW"
        " EXECUTE FUNCTION facts_are_confirmed()"
    )
    op.execute(_CHECKS)
    op.execute(
        "CREATE INDEX statement_checks_of_post ON statement_checks"
        " (post_id, seen, statement, created_at DESC)"
    )
    op.execute("ALTER TABLE statement_checks ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_organization ON statement_checks TO signoff_app"
        f" USING ({_OWN}) WITH CHECK ({_OWN})"
    )
    op.execute(
        "CREATE POLICY all_organizations ON statement_checks TO signoff_worker USING (true) WITH CHECK (true)"
    )
    op.execute("GRANT SELECT ON statement_checks TO signoff_app, signoff_worker")
    op.execute("GRANT INSERT ON statement_checks TO signoff_app")


def downgrade() -> None:
    op.execute("DROP TABLE statement_checks")
    op.execute("DROP TRIGGER facts_are_confirmed ON seals")
    op.execute("DROP FUNCTION facts_are_confirmed()")
    op.execute("ALTER TABLE decisions DROP COLUMN facts_confirmed")
