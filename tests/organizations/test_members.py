from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from signoff.audit import chain
from signoff.audit.models import AuditEntry
from signoff.kernel.errors import NotAllowed, NotFound, VersionChanged, WrongState
from signoff.kernel.people import Actor, Role
from signoff.organizations.members import Member, list_members
from signoff.organizations.membership import change_role, remove_member
from signoff.records.tenants import Membership
from signoff.runtime import Runtime
from tests.support.world import Join, Neighbour


async def seat_of(runtime: Runtime, actor: Actor) -> Member:
    members = await list_members(runtime, actor)
    return next(member for member in members if member.person_id == actor.person_id)


async def test_members_are_listed_owners_first(
    runtime: Runtime, owner: Actor, viewer: Actor, admin: Actor, neighbour: Neighbour
) -> None:
    members = await list_members(runtime, viewer)
    assert [member.role for member in members] == [Role.OWNER, Role.ADMIN, Role.VIEWER]
    assert [member.is_pending for member in members] == [True, True, True]  # none has signed in


async def test_an_admin_changes_roles(runtime: Runtime, admin: Actor, author: Actor) -> None:
    seat = await seat_of(runtime, author)
    changed = await change_role(runtime, admin, seat.id, Role.REVIEWER, seat.version)
    assert (changed.role, changed.version) == (Role.REVIEWER, seat.version + 1)


async def test_two_who_change_a_member_at_once_do_not_overwrite_each_other(
    runtime: Runtime, owner: Actor, author: Actor
) -> None:
    seat = await seat_of(runtime, author)
    answers = await asyncio.gather(
        change_role(runtime, owner, seat.id, Role.REVIEWER, seat.version),
        change_role(runtime, owner, seat.id, Role.VIEWER, seat.version),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, VersionChanged) for answer in answers) == 1


async def test_only_admins_manage_members(runtime: Runtime, publisher: Actor, author: Actor) -> None:
    seat = await seat_of(runtime, author)
    with pytest.raises(NotAllowed):
        await change_role(runtime, publisher, seat.id, Role.VIEWER, seat.version)
    with pytest.raises(NotAllowed):
        await remove_member(runtime, publisher, seat.id)


async def test_an_admin_neither_makes_nor_touches_an_owner(
    runtime: Runtime, owner: Actor, admin: Actor, author: Actor
) -> None:
    owners, authors = await seat_of(runtime, owner), await seat_of(runtime, author)
    with pytest.raises(NotAllowed):
        await change_role(runtime, admin, authors.id, Role.OWNER, authors.version)
    with pytest.raises(NotAllowed):
        await change_role(runtime, admin, owners.id, Role.ADMIN, owners.version)
    with pytest.raises(NotAllowed):
        await remove_member(runtime, admin, owners.id)


async def test_the_last_owner_stays(runtime: Runtime, owner: Actor) -> None:
    seat = await seat_of(runtime, owner)
    with pytest.raises(WrongState, match="at least one owner"):
        await change_role(runtime, owner, seat.id, Role.ADMIN, seat.version)
    with pytest.raises(WrongState, match="at least one owner"):
        await remove_member(runtime, owner, seat.id)


async def test_two_owners_cannot_remove_each_other_at_the_same_time(
    runtime: Runtime, owner: Actor, join: Join
) -> None:
    second = await join(Role.OWNER, "second@casaluz.example")
    seats = [await seat_of(runtime, actor) for actor in (owner, second)]
    await asyncio.gather(
        remove_member(runtime, owner, seats[1].id),
        remove_member(runtime, second, seats[0].id),
        return_exceptions=True,
    )
    async with runtime.worker_transaction() as tx:
        owners = select(func.count()).where(Membership.role == Role.OWNER, Membership.removed_at.is_(None))
        assert await tx.scalar(owners) == 1


async def test_anybody_may_leave(runtime: Runtime, owner: Actor, viewer: Actor) -> None:
    await remove_member(runtime, viewer, (await seat_of(runtime, viewer)).id)
    assert [member.person_id for member in await list_members(runtime, owner)] == [owner.person_id]


async def test_a_neighbours_member_is_not_there(runtime: Runtime, owner: Actor, neighbour: Neighbour) -> None:
    foreign = await seat_of(runtime, neighbour.owner)
    with pytest.raises(NotFound):
        await change_role(runtime, owner, foreign.id, Role.VIEWER, foreign.version)
    with pytest.raises(NotFound):
        await remove_member(runtime, owner, foreign.id)


async def test_what_happened_to_members_is_on_record_without_their_names(
    runtime: Runtime, owner: Actor, author: Actor
) -> None:
    seat = await seat_of(runtime, author)
    await change_role(runtime, owner, seat.id, Role.REVIEWER, seat.version)
    await remove_member(runtime, owner, seat.id)
    async with runtime.transaction(owner.organization_id) as tx:
        entries = list(
            await tx.scalars(
                select(AuditEntry).where(AuditEntry.subject_id == author.person_id).order_by(AuditEntry.seq)
            )
        )
        assert (await chain.verify(tx, owner.organization_id)).ok
    assert [(entry.action, entry.after) for entry in entries] == [
        ("member.invited", {"role": "author"}),
        ("member.role_changed", {"role": "reviewer"}),
        ("member.removed", {}),
    ]
    assert {entry.actor_id for entry in entries} == {owner.person_id}
