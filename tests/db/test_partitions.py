"""Attempts stand in months and the audit in parts: nothing is lost, nobody gets at a part past the rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from psycopg.errors import InsufficientPrivilege, LockNotAvailable, UniqueViolation

from signoff.db import migrate
from signoff.db.partitions import MONTHS_AHEAD, keep_months, last_month
from signoff.kernel.people import Actor
from signoff.records.models import Delivery
from signoff.records.overview.audit_trail import verify_audit
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import scheduled
from tests.support.raw_sql import Role, execute

PARTS: Final = """
    select c.relname, c.relrowsecurity from pg_class c
     where c.relnamespace = 'partitions'::regnamespace and c.relkind = 'r'
"""
REACHABLE: Final = """
    select c.relname from pg_class c cross join unnest(array['signoff_app', 'signoff_worker']) as role
     where c.relnamespace = 'partitions'::regnamespace and c.relkind = 'r'
       and has_table_privilege(role, c.oid, 'select, insert, update, delete, truncate')
"""
ATTEMPT: Final = """
    insert into attempts (id, organization_id, delivery_id, kind, token, worker, started_at, ended_at, phase,
        outcome) values (gen_random_uuid(), %s, %s, 'publish', 1, 'w', %s, %s, 'claim', %s)
"""
WHERE_THEY_STAND: Final = "select outcome, tableoid::regclass::text from attempts order by outcome"
YEAR: Final = timedelta(days=400)


@pytest.fixture
async def delivery(runtime: Runtime, owner: Actor, channel: Channel) -> Delivery:
    return await scheduled(runtime, owner, channel)


async def tried(worker_sql: Role, delivery: Delivery, at: datetime, name: str) -> None:
    await worker_sql.run(ATTEMPT, delivery.organization_id, delivery.id, at, at, name)


async def test_nobody_gets_at_a_part_past_the_rules_of_the_whole(
    owner_sql: Role, app_sql: Role, worker_sql: Role
) -> None:
    parts = await owner_sql.run(PARTS)
    assert len(parts) > 16 + MONTHS_AHEAD
    assert [name for name, is_secured in parts if not is_secured] == []
    assert await owner_sql.run(REACHABLE) == []
    for role in (app_sql, worker_sql):
        with pytest.raises(InsufficientPrivilege):
            await role.run("select 1 from partitions.attempts_default")


async def test_months_are_made_ahead_and_only_once(runtime: Runtime) -> None:
    urls = runtime.database.urls
    assert (await keep_months(urls)).made == ()
    later = await keep_months(urls, clock_offset=YEAR)
    assert len(later.made) == MONTHS_AHEAD + 1
    assert (await keep_months(urls, clock_offset=YEAR)).made == ()
    assert await last_month(urls) > datetime.now(UTC) + YEAR + timedelta(days=60)


async def test_what_comes_before_its_month_is_kept_and_moves_in(
    runtime: Runtime, delivery: Delivery, owner_sql: Role, worker_sql: Role
) -> None:
    await tried(worker_sql, delivery, datetime.now(UTC), "today")
    await tried(worker_sql, delivery, datetime.now(UTC) + YEAR, "early")
    before: dict[str, str] = dict(await owner_sql.run(WHERE_THEY_STAND))
    assert before == {"early": "partitions.attempts_default", "today": "partitions.attempts_first"}
    made = (await keep_months(runtime.database.urls, clock_offset=YEAR)).made
    after: dict[str, str] = dict(await owner_sql.run(WHERE_THEY_STAND))
    assert after["early"].removeprefix("partitions.") in made
    assert [row[0] for row in await worker_sql.run("select outcome from attempts order by 1")] == [
        "early",
        "today",
    ]


async def test_a_month_goes_when_its_time_is_over_and_not_before(
    runtime: Runtime, delivery: Delivery, worker_sql: Role
) -> None:
    await tried(worker_sql, delivery, datetime.now(UTC), "today")
    urls = runtime.database.urls
    assert (await keep_months(urls, clock_offset=YEAR)).dropped == ()
    assert (await keep_months(urls, clock_offset=YEAR, kept_months=24)).dropped == ()
    assert "attempts_first" in (await keep_months(urls, clock_offset=YEAR, kept_months=6)).dropped
    assert await worker_sql.run("select outcome from attempts") == []
    assert len(await worker_sql.run("select id from deliveries")) == 1
    await tried(worker_sql, delivery, datetime.now(UTC), "restored")
    assert await worker_sql.run("select outcome from attempts") == [("restored",)]


async def test_a_table_in_use_is_left_alone(
    runtime: Runtime, delivery: Delivery, owner_sql: Role, worker_sql: Role
) -> None:
    await tried(worker_sql, delivery, datetime.now(UTC), "today")
    async with owner_sql.transaction() as busy:
        await execute(busy, "lock table attempts in access exclusive mode")
        with pytest.raises(LockNotAvailable):
            await keep_months(runtime.database.urls, clock_offset=YEAR)
    assert len((await keep_months(runtime.database.urls, clock_offset=YEAR)).made) == MONTHS_AHEAD + 1


async def test_a_number_is_taken_once_in_a_chain(delivery: Delivery, worker_sql: Role) -> None:
    with pytest.raises(UniqueViolation):
        await worker_sql.run("insert into audit_entries select * from audit_entries where seq = 1")


async def test_the_way_back_and_forth_keeps_every_row(
    runtime: Runtime, owner: Actor, delivery: Delivery, owner_sql: Role, worker_sql: Role
) -> None:
    urls = runtime.database.urls
    await tried(worker_sql, delivery, datetime.now(UTC), "today")
    await tried(worker_sql, delivery, datetime.now(UTC) + YEAR, "early")
    rows = [
        "select * from audit_entries order by organization_id, seq",
        "select * from audit_personal order by organization_id, seq",
        "select * from attempts order by id",
    ]
    before = [await worker_sql.run(statement) for statement in rows]
    await migrate.downgrade(urls, "2026_11_21_late_looks")
    assert [await worker_sql.run(statement) for statement in rows] == before
    await migrate.upgrade(urls)
    assert [await worker_sql.run(statement) for statement in rows] == before
    assert (await verify_audit(runtime, owner)).ok
    assert (await owner_sql.run(WHERE_THEY_STAND))[0] == ("early", "partitions.attempts_first")
