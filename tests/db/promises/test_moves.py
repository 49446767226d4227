"""A delivery moves as the table of moves says, forward, and by whom it says."""

from __future__ import annotations

from itertools import permutations

import pytest
from psycopg.errors import CheckViolation

from signoff.db.embedded import EmbeddedPostgres
from signoff.kernel.people import Actor
from signoff.records.models import Delivery
from signoff.records.states import DELIVERY_MOVES, DeliveryState, Who
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support import raw_sql
from tests.support.intruder import publish_by_hand
from tests.support.posts import scheduled
from tests.support.publishing import row
from tests.support.raw_sql import execute


@pytest.mark.parametrize(
    "change",
    [
        "state = 'scheduled', receipt_id = null, published_at = null",
        "state = 'scheduled'",
        "state = 'cancelled'",
        "receipt_id = null",
    ],
)
async def test_what_is_out_does_not_go_back(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    app_sql: raw_sql.Role,
    worker_sql: raw_sql.Role,
    *,
    change: str,
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    await publish_by_hand(worker_sql, delivery.id)
    for sql in (app_sql, worker_sql):
        with pytest.raises(CheckViolation):
            await sql.run(
                f"update deliveries set {change} where id = %s",
                delivery.id,
                organization=owner.organization_id,
            )


async def test_a_lost_lease_is_never_good_again(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    app_sql: raw_sql.Role,
    worker_sql: raw_sql.Role,
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    change = "update deliveries set lease_token = lease_token + %s where id = %s returning lease_token"
    for sql in (app_sql, worker_sql):
        await sql.run(change, 2, delivery.id, organization=owner.organization_id)
        with pytest.raises(CheckViolation, match="does not fall"):
            await sql.run(change, -1, delivery.id, organization=owner.organization_id)
    assert await app_sql.run(change, 0, delivery.id, organization=owner.organization_id) == [(4,)]


@pytest.mark.parametrize("state", ["publishing", "unknown", "cancelled", "published"])
async def test_what_began_or_ended_keeps_its_time(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    app_sql: raw_sql.Role,
    worker_sql: raw_sql.Role,
    *,
    state: str,
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    later = "update deliveries set due_at = due_at + interval '1 day' where id = %s"
    await app_sql.run(later, delivery.id, organization=owner.organization_id)
    if state == "published":
        await publish_by_hand(worker_sql, delivery.id)
    else:
        await worker_sql.run("update deliveries set state = %s where id = %s", state, delivery.id)
    with pytest.raises(CheckViolation, match="only what is scheduled"):
        await app_sql.run(later, delivery.id, organization=owner.organization_id)


@pytest.fixture
def administrator(runtime: Runtime, postgres: EmbeddedPostgres) -> raw_sql.Role:
    return raw_sql.Role(postgres.admin_url().set(database=runtime.database.urls.worker.database))


@pytest.mark.parametrize(
    ("role", "who"), [("signoff_worker", set(Who)), ("signoff_app", {Who.PEOPLE})], ids=["workers", "people"]
)
async def test_the_database_knows_the_same_moves_as_the_code(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    worker_sql: raw_sql.Role,
    administrator: raw_sql.Role,
    *,
    role: str,
    who: set[Who],
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    await publish_by_hand(worker_sql, delivery.id)
    moves = {
        (source, move.target) for move in DELIVERY_MOVES.values() if move.by & who for source in move.sources
    }
    allowed = {
        (before, after)
        for before, after in permutations(DeliveryState, 2)
        if await goes(administrator, delivery, before, after, role=role)
    }
    assert allowed == {(before, after) for before, after in moves if before is not after}


async def goes(sql: raw_sql.Role, delivery: Delivery, before: str, after: str, *, role: str) -> bool:
    """The database lets a role take a delivery about which people were asked from one state to the other."""
    async with sql.transaction(delivery.organization_id) as connection:
        await execute(connection, "set local session_replication_role = replica")
        change = "update deliveries set state = %s, asks_person = true where id = %s"
        await execute(connection, change, before, delivery.id)
        await execute(connection, "set local session_replication_role = origin")
        await execute(connection, f"set local role {role}")
        try:
            await execute(connection, "update deliveries set state = %s where id = %s", after, delivery.id)
        except CheckViolation:
            return False
        finally:
            await connection.rollback()
        return True


@pytest.mark.parametrize("state", ["scheduled", "cancelled"])
async def test_nobody_rules_out_what_no_worker_asked_people_about(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    app_sql: raw_sql.Role,
    worker_sql: raw_sql.Role,
    *,
    state: str,
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    await worker_sql.run("update deliveries set state = 'unknown' where id = %s", delivery.id)
    rule_out = f"update deliveries set state = '{state}' where id = %s"
    for change, why in [
        (rule_out, "asked before people are"),
        ("update deliveries set asks_person = true where id = %s", "only a worker asks"),
    ]:
        with pytest.raises(CheckViolation, match=why):
            await app_sql.run(change, delivery.id, organization=owner.organization_id)
    await worker_sql.run("update deliveries set asks_person = true where id = %s", delivery.id)
    await app_sql.run(rule_out, delivery.id, organization=owner.organization_id)
    assert (await row(runtime, owner, delivery)).state == state


@pytest.mark.parametrize(
    ("wanted", "instead"), [("cancelled", None), ("recovered", None), ("recovered", "cancelled")]
)
async def test_what_is_wanted_is_not_taken_back(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    app_sql: raw_sql.Role,
    worker_sql: raw_sql.Role,
    *,
    wanted: str,
    instead: str | None,
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    change = "update deliveries set wanted = %s where id = %s"
    await app_sql.run(change, wanted, delivery.id, organization=owner.organization_id)
    for sql in (app_sql, worker_sql):
        with pytest.raises(CheckViolation, match="not taken back"):
            await sql.run(change, instead, delivery.id, organization=owner.organization_id)
    await app_sql.run(change, "recovered", delivery.id, organization=owner.organization_id)
