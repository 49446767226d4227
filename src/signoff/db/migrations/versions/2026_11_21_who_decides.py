"""An approval counts towards a seal only as long as its person may decide about the post."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: str = "2026_11_21_who_decides"
down_revision: str | None = "2026_11_21_alerts_of_brands"

_MAY_DECIDE: Final = """
CREATE FUNCTION may_decide(person uuid, of_post uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM public.posts p
        JOIN public.memberships m ON m.organization_id = p.organization_id
        WHERE p.id = of_post AND m.person_id = person AND m.accepted_at IS NOT NULL AND m.removed_at IS NULL
          AND m.role IN ('reviewer', 'publisher', 'admin', 'owner')
          AND (m.brand_ids IS NULL OR p.brand_id = ANY (m.brand_ids)))
$$
"""
_COMPLETE: Final = """
CREATE OR REPLACE FUNCTION approval_is_complete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    counted integer;
BEGIN
    SELECT p.round INTO NEW.round FROM public.posts p JOIN public.brands b ON b.id = p.brand_id
        WHERE p.id = NEW.post_id FOR SHARE OF b;
    SELECT n.approvals, n.four_eyes INTO NEW.approvals_needed, NEW.four_eyes
        FROM public.approval_needed(NEW.post_id, NEW.revision_id) n;
    SELECT count(*) INTO counted
        FROM unnest(public.approvals_of(NEW.post_id, NEW.revision_id, NEW.hash, NEW.round)) AS person (id)
        WHERE {counts}NOT (NEW.four_eyes AND person.id = ANY (public.writers_of(NEW.post_id)));
    IF counted < NEW.approvals_needed THEN
        RAISE EXCEPTION 'approved by %, and % are needed', counted, NEW.approvals_needed
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    _run(_MAY_DECIDE)
    _run(_COMPLETE.format(counts="public.may_decide(person.id, NEW.post_id) AND "))


def downgrade() -> None:
    _run(_COMPLETE.format(counts=""))
    _run("DROP FUNCTION may_decide(uuid, uuid)")


def _run(statement: str) -> None:
    # Without parameters the driver leaves percent signs alone.
    op.get_bind().exec_driver_sql(statement, execution_options={"no_parameters": True})
