"""The audit chain: whatever is done to it outside Signoff shows, and people can be forgotten all the same."""

from __future__ import annotations

import asyncio

import pytest
from psycopg.errors import InsufficientPrivilege

from signoff.audit.chain import Verification, record
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.records.overview.audit_trail import AuditFilter, last_entry, list_audit, verify_audit
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.posts import approved, written
from tests.support.raw_sql import Role
from tests.support.world import Neighbour

LET_GO = "alter table audit_personal drop constraint audit_personal_organization_id_seq_fkey"


@pytest.fixture
async def told(runtime: Runtime, owner: Actor, channel: Channel) -> Verification:
    """A chain with the story of a post."""
    await approved(runtime, owner, channel)
    return await verify_audit(runtime, owner)


async def tampered(sql: Role, *statements: str, actor: Actor) -> None:
    """Write past Signoff and past the database's own rules, as only its administrator can."""
    await sql.run(LET_GO)
    for statement in statements:
        await sql.run(statement, organization=actor.organization_id)


async def test_an_untouched_chain_is_whole(runtime: Runtime, owner: Actor, told: Verification) -> None:
    assert (told.ok, told.first_bad, told.reason) == (True, None, "")
    assert told.entries == await last_entry(runtime, owner) > 4


@pytest.mark.parametrize(
    "change",
    [
        "action = 'post.archive'",
        "at = at - interval '1 day'",
        "actor_id = null",
        "actor_id = gen_random_uuid()",
        "subject_id = gen_random_uuid()",
        "subject_type = 'brand'",
        "post_id = null",
        "via = 'worker'",
        'before = \'{"state": "approved"}\'',
        'after = after || \'{"state": "draft"}\'',
        "personal_digest = repeat('0', 64)",
        "hash = repeat('0', 64)",
        "previous = repeat('0', 64)",
    ],
)
async def test_an_edited_entry_is_found(
    runtime: Runtime, owner: Actor, told: Verification, owner_sql: Role, change: str
) -> None:
    bad = told.entries - 1
    await tampered(owner_sql, f"update audit_entries set {change} where seq = {bad}", actor=owner)
    found = await verify_audit(runtime, owner)
    assert (found.ok, found.first_bad, found.entries) == (False, bad, bad - 1)
    assert found.reason


async def test_a_removed_entry_is_found(
    runtime: Runtime, owner: Actor, told: Verification, owner_sql: Role
) -> None:
    await tampered(owner_sql, "delete from audit_entries where seq = 3", actor=owner)
    found = await verify_audit(runtime, owner)
    assert (found.ok, found.first_bad, found.reason) == (False, 3, "entry 3 is missing")


async def test_a_removed_entry_is_found_also_when_the_others_close_up(
    runtime: Runtime, owner: Actor, told: Verification, owner_sql: Role
) -> None:
    await tampered(
        owner_sql,
        "delete from audit_entries where seq = 3",
        "update audit_entries set seq = -seq where seq > 3",
        "update audit_entries set seq = -seq - 1 where seq < 0",
        actor=owner,
    )
    found = await verify_audit(runtime, owner)
    assert (found.ok, found.first_bad) == (False, 3)


async def test_removed_entries_at_the_end_are_found(
    runtime: Runtime, owner: Actor, told: Verification, owner_sql: Role
) -> None:
    await tampered(owner_sql, f"delete from audit_entries where seq > {told.entries - 2}", actor=owner)
    found = await verify_audit(runtime, owner)
    assert (found.ok, found.entries, found.reason) == (
        False,
        told.entries - 2,
        "entries at the end are missing",
    )


async def test_reordered_entries_are_found(
    runtime: Runtime, owner: Actor, told: Verification, owner_sql: Role
) -> None:
    await tampered(
        owner_sql,
        "update audit_entries set seq = -seq where seq in (2, 3)",
        "update audit_entries set seq = 5 + seq where seq < 0",
        actor=owner,
    )
    found = await verify_audit(runtime, owner)
    assert (found.ok, found.first_bad) == (False, 2)


async def test_an_entry_put_in_past_signoff_is_found(
    runtime: Runtime, owner: Actor, told: Verification, owner_sql: Role
) -> None:
    await tampered(
        owner_sql,
        "insert into audit_entries select organization_id, seq + 1, at, 'post.approve', subject_type,"
        " subject_id, post_id, actor_id, via, before, after, personal_digest, hash, repeat('0', 64)"
        f" from audit_entries where seq = {told.entries}",
        actor=owner,
    )
    found = await verify_audit(runtime, owner)
    assert (found.ok, found.first_bad) == (False, told.entries + 1)


async def test_another_name_under_an_entry_is_found(
    runtime: Runtime, owner: Actor, told: Verification, owner_sql: Role
) -> None:
    await owner_sql.run(
        'update audit_personal set data = data || \'{"name": "Somebody Else"}\' where seq = %s',
        told.entries,
        organization=owner.organization_id,
    )
    found = await verify_audit(runtime, owner)
    assert (found.first_bad, found.reason) == (
        told.entries,
        "the personal values of the entry were changed",
    )


async def test_a_person_can_be_forgotten_and_the_chain_still_holds(
    runtime: Runtime, owner: Actor, author: Actor, channel: Channel, owner_sql: Role
) -> None:
    post = (await written(runtime, author, channel)).post
    assert (await list_audit(runtime, owner, AuditFilter(post_id=post.id))).items[0].who == author.name
    await owner_sql.run(
        "delete from audit_personal where person_id = %s",
        author.person_id,
        organization=owner.organization_id,
    )
    assert (await verify_audit(runtime, owner)).ok
    assert (await list_audit(runtime, owner, AuditFilter(post_id=post.id))).items[0].who == "a former member"
    said = await owner_sql.run(
        "select e::text from audit_entries e where post_id = %s", post.id, organization=owner.organization_id
    )
    assert author.email not in str(said)
    assert author.name not in str(said)


async def test_the_applications_roles_only_add(app_sql: Role, worker_sql: Role, owner: Actor) -> None:
    for role in (app_sql, worker_sql):
        for statement in ("update audit_entries set via = 'web'", "delete from audit_entries"):
            with pytest.raises(InsufficientPrivilege):
                await role.run(statement, organization=owner.organization_id)


async def test_nothing_is_told_of_what_was_taken_back(runtime: Runtime, owner: Actor, brand: Brand) -> None:
    before = await last_entry(runtime, owner)

    async def fail_at_the_end() -> None:
        async with runtime.transaction(owner.organization_id) as tx:
            record(tx, owner, "brand.changed", ("brand", brand.id))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_at_the_end()
    assert await last_entry(runtime, owner) == before


async def test_writers_at_once_leave_one_whole_chain(runtime: Runtime, owner: Actor) -> None:
    before = await last_entry(runtime, owner)
    names = [f"Bakery {number}" for number in range(6)]
    drafts = [BrandDraft(name, "Europe/Madrid") for name in names]
    await asyncio.gather(*(create_brand(runtime, owner, draft) for draft in drafts))
    found = await verify_audit(runtime, owner)
    assert (found.ok, found.entries) == (True, before + len(names))


async def test_each_organization_has_a_chain_of_its_own(
    runtime: Runtime, owner: Actor, neighbour: Neighbour, told: Verification, owner_sql: Role
) -> None:
    await owner_sql.run(
        "update audit_entries set via = 'worker' where seq = 2 and organization_id = %s",
        neighbour.owner.organization_id,
    )
    assert (await verify_audit(runtime, owner)).ok
    assert (await verify_audit(runtime, neighbour.owner)).first_bad == 2
