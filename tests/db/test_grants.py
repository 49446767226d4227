"""What the two roles that work with rows may do. The grants are walked, so that a new one is noticed."""

from __future__ import annotations

import pytest
from psycopg.errors import InsufficientPrivilege

from tests.support.raw_sql import Role

ROLES = ("signoff_app", "signoff_worker")
ONLY_EVER_ADDED = {
    "alert_mails",
    "attempts",
    "audit_entries",
    "decisions",
    "ending_mails",
    "job_runs",
    "receipts",
    "revisions",
    "seals",
    "stale_notices",
    "statement_checks",
    "taken_back",
    "variants",
    "withdrawals",
}
MAY_DELETE = {
    ("signoff_app", "audit_personal"),  # somebody's data is erased; the chain holds digests
    ("signoff_app", "idempotency_keys"),
    ("signoff_app", "sign_in_attempts"),
    ("signoff_worker", "call_counts"),  # yesterday's
    ("signoff_app", "saved_views"),
    ("signoff_worker", "idempotency_keys"),
    ("signoff_worker", "job_runs"),  # what is older than two weeks
    ("signoff_worker", "news"),  # what is a day old
    ("signoff_worker", "one_time_links"),
    ("signoff_worker", "periodic_jobs"),  # what an earlier release had on its timetable
    ("signoff_worker", "publish_hours"),
    ("signoff_worker", "sessions"),
    ("signoff_worker", "sign_in_attempts"),
    ("signoff_worker", "undos"),  # what can't be taken back any more
    ("signoff_worker", "watchers"),
    ("signoff_worker", "workers"),
    ("signoff_worker", "working_copies"),  # windows that closed long ago
}
WORKERS_ADD = {
    "accounts",
    "alarms",
    "alert_mails",
    "alerts",
    "attempts",
    "audit_entries",
    "audit_heads",
    "audit_personal",
    "call_counts",
    "ending_mails",
    "job_runs",
    "pauses",
    "periodic_jobs",
    "publish_counted",
    "publish_hours",
    "publish_totals",
    "receipts",
    "restores",
    "stale_notices",
    "watchers",
    "withdrawals",
    "workers",
}
BOUND_BY_THE_SEAL = {
    "account_key",
    "brand_id",
    "channel_id",
    "claimable_at",
    "created_at",
    "created_by",
    "has_leftovers",
    "id",
    "occurrence",
    "organization_id",
    "post_id",
    "revision_id",
    "seal_id",
}
"""Columns of a delivery that nobody changes."""

TABLES = """
    select r.rolname, c.relname from pg_class c cross join pg_roles r
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and r.rolname in ('signoff_app', 'signoff_worker')
      and has_table_privilege(r.rolname, c.oid, %s)
"""
CHANGEABLE_COLUMNS = """
    select r.rolname, c.relname, a.attname from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    cross join pg_roles r
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and r.rolname in ('signoff_app', 'signoff_worker')
      and has_column_privilege(r.rolname, c.oid, a.attnum, 'UPDATE')
"""


async def changeable(owner_sql: Role, role: str, table: str) -> set[str]:
    rows = await owner_sql.run(CHANGEABLE_COLUMNS)
    return {column for who, where, column in rows if (who, where) == (role, table)}


async def test_what_is_on_record_is_never_changed(owner_sql: Role) -> None:
    rows = await owner_sql.run(CHANGEABLE_COLUMNS)
    assert len(rows) > 50
    assert [row for row in rows if row[1] in ONLY_EVER_ADDED] == []


async def test_rows_are_deleted_only_where_that_is_meant(owner_sql: Role) -> None:
    assert set(await owner_sql.run(TABLES, "DELETE")) == MAY_DELETE


@pytest.mark.parametrize("privilege", ["TRUNCATE", "REFERENCES", "TRIGGER"])
async def test_tables_are_neither_emptied_nor_tampered_with(owner_sql: Role, privilege: str) -> None:
    assert await owner_sql.run(TABLES, privilege) == []


@pytest.mark.parametrize("role", ROLES)
async def test_what_the_seal_binds_is_never_changed(owner_sql: Role, role: str) -> None:
    assert await changeable(owner_sql, role, "deliveries") & BOUND_BY_THE_SEAL == set()


async def test_workers_add_what_publishing_needs_and_nothing_else(owner_sql: Role) -> None:
    added = {table for role, table in await owner_sql.run(TABLES, "INSERT") if role == "signoff_worker"}
    assert added == WORKERS_ADD


@pytest.mark.parametrize("table", ["posts", "media", "people", "memberships", "api_tokens", "brands"])
async def test_workers_change_neither_content_nor_people(owner_sql: Role, table: str) -> None:
    assert await changeable(owner_sql, "signoff_worker", table) == set()


@pytest.mark.parametrize("column", ["organization_id", "account_key", "account_remote_id", "platform"])
async def test_a_channel_stays_the_account_it_was(owner_sql: Role, column: str) -> None:
    for role in ROLES:
        assert column not in await changeable(owner_sql, role, "channels")


async def test_nobody_makes_themselves_an_operator(owner_sql: Role) -> None:
    assert "is_operator" not in await changeable(owner_sql, "signoff_app", "people")


@pytest.mark.parametrize(
    "statement",
    [
        "set role signoff_owner",
        "set session_replication_role = replica",  # would switch triggers and foreign keys off
        "alter table deliveries disable trigger delivery_is_approved",
        "alter table posts disable row level security",
        "drop policy own_organization on posts",
        "create or replace function post_starts_as_draft() returns trigger language sql as ''",
        "create table public.mine (n int)",
        "create schema mine",
        "truncate decisions",
        "lock table posts in access exclusive mode",
    ],
)
async def test_the_rules_themselves_are_out_of_reach(app_sql: Role, worker_sql: Role, statement: str) -> None:
    for role in (app_sql, worker_sql):
        with pytest.raises(InsufficientPrivilege):
            await role.run(statement)


async def test_no_function_lends_its_owners_rights(owner_sql: Role) -> None:
    lending = "select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef"
    assert await owner_sql.run(lending) == []
