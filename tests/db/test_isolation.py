"""Row-level security: every tenant table has it, and one organization's rows don't exist for another."""

from __future__ import annotations

import pytest
from psycopg.errors import CheckViolation, ForeignKeyViolation, InsufficientPrivilege

from signoff.kernel.people import Actor
from signoff.organizations.sign_in import request_reset
from signoff.organizations.tokens import create_token
from signoff.pipeline.schedule.pause import pause
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.posts import approved, scheduled
from tests.support.raw_sql import Role
from tests.support.world import Neighbour

OF_NOBODY = {
    "accounts": "by the channels that use it",
    "alarms": "the installation's; by whether they concern everybody",
    "alembic_version": "the schema's version",
    "call_counts": "by workers only: an account may be several organizations'",
    "job_runs": "the installation's",
    "people": "by membership, person or address",
    "periodic_jobs": "the installation's",
    "publish_counted": "the installation's",
    "publish_hours": "counts without names",
    "publish_totals": "counts without names",
    "restores": "the installation's",
    "sign_in_attempts": "digests only",
    "watchers": "the installation's",
    "workers": "the installation's",
}
"""Tables without an organization, and by what their rows are seen instead."""
OF_WORKERS = {"call_counts"}
"""Of these, what the pages have no right to read at all."""
WITHOUT_POLICIES = set(OF_NOBODY) - OF_WORKERS - {"accounts", "alarms", "people"}

TENANT_TABLES = """
    select c.relname, c.relrowsecurity from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and a.attname = 'organization_id' and not a.attisdropped
"""
ALL_TABLES = """
    select relname, relrowsecurity from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
"""
POLICIES = "select tablename, unnest(roles)::text, cmd from pg_policies where schemaname = 'public'"


async def test_every_table_with_an_organization_has_row_level_security(owner_sql: Role) -> None:
    tables = await owner_sql.run(TENANT_TABLES)
    assert len(tables) > 15
    assert [name for name, is_secured in tables if not is_secured] == []


async def test_every_table_with_an_organization_has_policies_for_both_roles(owner_sql: Role) -> None:
    policies = await owner_sql.run(POLICIES)
    for_all = {(table, role) for table, role, command in policies if command == "ALL"}
    names = [name for name, _ in await owner_sql.run(TENANT_TABLES)]
    expected = {(name, role) for name in names for role in ("signoff_app", "signoff_worker")}
    assert expected - for_all == set()


async def test_a_table_without_an_organization_is_one_of_those_known_here(owner_sql: Role) -> None:
    tenant = {name for name, _ in await owner_sql.run(TENANT_TABLES)} | {"organizations"}
    others = {name: secured for name, secured in await owner_sql.run(ALL_TABLES) if name not in tenant}
    assert set(others) == set(OF_NOBODY)
    assert {name for name, is_secured in others.items() if not is_secured} == WITHOUT_POLICIES


async def test_neither_role_gets_around_row_level_security(owner_sql: Role) -> None:
    roles = await owner_sql.run(
        "select rolname, rolsuper or rolbypassrls, pg_has_role(rolname, 'signoff_owner', 'member')"
        " from pg_roles where rolname in ('signoff_app', 'signoff_worker')"
    )
    assert sorted(roles) == [("signoff_app", False, False), ("signoff_worker", False, False)]


@pytest.fixture
async def busy_neighbour(runtime: Runtime, neighbour: Neighbour, worker_sql: Role) -> Neighbour:
    """A neighbour with rows in as many tables as possible."""
    delivery = await scheduled(runtime, neighbour.owner, neighbour.channel)
    post = await approved(runtime, neighbour.owner, neighbour.channel)
    await create_token(runtime, neighbour.owner, "cron", ["read"])
    await pause(runtime, neighbour.owner, "brand", neighbour.brand.id, reason="holiday")
    await request_reset(runtime, neighbour.owner.email, "192.0.2.1")
    organization = neighbour.owner.organization_id
    await worker_sql.run(
        "insert into receipts (id, organization_id, delivery_id, account_key, external_id, permalink, source)"
        " values (gen_random_uuid(), %s, %s, %s, 'e', 'p', 'commit')",
        organization,
        delivery.id,
        delivery.account_key,
    )
    await worker_sql.run(
        "insert into attempts (id, organization_id, delivery_id, kind, token, worker, started_at, ended_at,"
        " phase, outcome) values (gen_random_uuid(), %s, %s, 'publish', 1, 'w', now(), now(), 'claim', 'x')",
        organization,
        delivery.id,
    )
    await worker_sql.run(
        "insert into alerts (id, organization_id, fold_key, title, cause, next_step, path)"
        " values (gen_random_uuid(), %s, 'f', 't', 'c', 'n', '/')",
        organization,
    )
    await worker_sql.run(
        "insert into withdrawals (seal_id, organization_id) values (%s, %s)", post.post.seal_id, organization
    )
    return neighbour


async def tables_with_rows(worker_sql: Role, neighbour: Neighbour) -> list[str]:
    names = [name for name, _ in await worker_sql.run(TENANT_TABLES)]
    found = []
    for name in sorted(names):
        rows = await worker_sql.run(
            f"select 1 from {name} where organization_id = %s limit 1", neighbour.owner.organization_id
        )
        found += [name] if rows else []
    return found


async def test_another_organizations_rows_are_not_there_even_in_raw_sql(
    runtime: Runtime, owner: Actor, app_sql: Role, worker_sql: Role, busy_neighbour: Neighbour
) -> None:
    tables = await tables_with_rows(worker_sql, busy_neighbour)
    assert len(tables) > 15
    for name in tables:
        foreign = await app_sql.run(
            f"select 1 from {name} where organization_id = %s",
            busy_neighbour.owner.organization_id,
            organization=owner.organization_id,
        )
        assert foreign == [], name


async def test_without_an_organization_nothing_is_there(
    runtime: Runtime, owner: Actor, app_sql: Role, busy_neighbour: Neighbour
) -> None:
    names = {name for name, _ in await app_sql.run(ALL_TABLES)} - WITHOUT_POLICIES - OF_WORKERS
    for name in sorted(names):
        assert await app_sql.run(f"select * from {name} limit 1") == [], name


@pytest.mark.parametrize("name", sorted(OF_WORKERS))
async def test_what_only_workers_need_the_pages_can_t_even_read(app_sql: Role, name: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        await app_sql.run(f"select * from {name} limit 1")


async def test_another_organizations_people_and_accounts_are_not_there(
    owner: Actor, channel: Channel, app_sql: Role, busy_neighbour: Neighbour
) -> None:
    ours = owner.organization_id
    assert await app_sql.run("select email from people", organization=ours) == [(owner.email,)]
    assert await app_sql.run("select key from accounts", organization=ours) == [(channel.account_key,)]
    assert await app_sql.run("select name from organizations", organization=ours) == [("Casa Luz",)]
    assert await app_sql.run("select token_hash from one_time_links", organization=ours) == []


@pytest.mark.parametrize(
    "change",
    [
        "update brands set name = 'Mine' where id = %s",
        "update channels set removed_at = now() where brand_id = %s",
        "update posts set title = 'Mine' where brand_id = %s",
        "update deliveries set wanted = 'cancelled' where brand_id = %s",
    ],
)
async def test_another_organizations_rows_cannot_be_changed(
    owner: Actor, app_sql: Role, worker_sql: Role, busy_neighbour: Neighbour, change: str
) -> None:
    changed = await app_sql.run(
        f"{change} returning 1", busy_neighbour.brand.id, organization=owner.organization_id
    )
    assert changed == []


async def test_rows_cannot_be_put_into_another_organization(
    owner: Actor, app_sql: Role, neighbour: Neighbour
) -> None:
    insert = (
        "insert into brands (id, organization_id, name, time_zone) values (gen_random_uuid(), %s, 'x', 'UTC')"
    )
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        await app_sql.run(insert, neighbour.owner.organization_id, organization=owner.organization_id)


async def test_rows_cannot_refer_to_another_organizations_rows(
    runtime: Runtime, owner: Actor, brand: Brand, app_sql: Role, neighbour: Neighbour
) -> None:
    insert = (
        "insert into channels (id, organization_id, brand_id, platform, name, account_key, account_host,"
        " account_remote_id) values (gen_random_uuid(), %s, %s, 'noticeboard', 'x', 'k', 'h', 'r')"
    )
    with pytest.raises(ForeignKeyViolation):
        await app_sql.run(
            insert, owner.organization_id, neighbour.brand.id, organization=owner.organization_id
        )


@pytest.mark.parametrize(
    "insert",
    [
        "insert into withdrawals (seal_id, organization_id) values (%(seal)s, %(home)s)",
        (
            "insert into pauses (id, organization_id, scope, target_id, reason)"
            " values (gen_random_uuid(), %(home)s, 'brand', %(brand)s, 'x')"
        ),
        (
            "insert into pauses (id, organization_id, scope, target_id, reason)"
            " values (gen_random_uuid(), %(home)s, 'channel', %(channel)s, 'x')"
        ),
        (
            "insert into receipts (id, organization_id, delivery_id, account_key, external_id, permalink,"
            " source)"
            " values (gen_random_uuid(), %(home)s, %(delivery)s, %(account)s, 'e', 'p', 'commit')"
        ),
        (
            "insert into alerts (id, organization_id, fold_key, title, cause, next_step, path, delivery_id)"
            " values (gen_random_uuid(), %(home)s, 'f', 't', 'c', 'n', '/', %(delivery)s)"
        ),
    ],
)
async def test_another_organizations_deliveries_cannot_be_held(
    runtime: Runtime, owner: Actor, app_sql: Role, worker_sql: Role, neighbour: Neighbour, *, insert: str
) -> None:
    delivery = await scheduled(runtime, neighbour.owner, neighbour.channel)
    theirs = {
        "seal": delivery.seal_id,
        "account": delivery.account_key,
        "brand": neighbour.brand.id,
        "channel": neighbour.channel.id,
        "delivery": delivery.id,
    }
    for sql in (app_sql, worker_sql):
        with pytest.raises((ForeignKeyViolation, CheckViolation, InsufficientPrivilege)) as refused:
            await sql.run(insert, organization=owner.organization_id, home=owner.organization_id, **theirs)
        assert "row-level security" not in str(refused.value)
