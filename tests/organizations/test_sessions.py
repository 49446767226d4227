from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from signoff.kernel.errors import NotFound, SignInNeeded
from signoff.kernel.people import Actor, Role, Via
from signoff.organizations.found import found_organization
from signoff.organizations.invite import invite_member
from signoff.organizations.members import list_members
from signoff.organizations.membership import change_role, remove_member
from signoff.organizations.sign_in import (
    Signed,
    SignedIn,
    list_sessions,
    revoke_session,
    session_actor,
    sign_in,
    sign_out,
    switch_organization,
    use_link,
)
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.people import PASSWORD, SOMEWHERE, secret_of

EMAIL = "ana@casaluz.example"


async def signed(runtime: Runtime, signed_in: SignedIn) -> Signed:
    return await session_actor(runtime, signed_in.session_secret, ip="203.0.113.9", via=Via.WEB)


async def member_id(runtime: Runtime, owner: Actor) -> tuple[UUID, int]:
    member = next(each for each in await list_members(runtime, owner) if each.email == EMAIL)
    return member.id, member.version


async def test_a_session_tells_who_and_from_where(runtime: Runtime, ana: SignedIn) -> None:
    actor = (await signed(runtime, ana)).actor
    assert (actor.person_id, actor.ip, actor.via) == (ana.person.id, "203.0.113.9", Via.WEB)


async def test_a_made_up_session_is_nobody(runtime: Runtime, ana: SignedIn) -> None:
    for secret in ("", "made-up", ana.csrf):
        with pytest.raises(SignInNeeded):
            await session_actor(runtime, secret, ip="", via=Via.WEB)


async def test_a_session_lasts_thirty_days_from_its_last_use(
    runtime: Runtime, ana: SignedIn, clock: ShiftableClock
) -> None:
    for _ in range(3):
        clock.advance(timedelta(days=29))
        assert await signed(runtime, ana)
    clock.advance(timedelta(days=31))
    with pytest.raises(SignInNeeded):
        await signed(runtime, ana)


async def test_signing_out_ends_this_session_only(runtime: Runtime, ana: SignedIn) -> None:
    elsewhere = await sign_in(runtime, EMAIL, PASSWORD, **SOMEWHERE)
    await sign_out(runtime, ana.session_secret)
    await sign_out(runtime, ana.session_secret)
    assert await signed(runtime, elsewhere)
    with pytest.raises(SignInNeeded):
        await signed(runtime, ana)


async def test_a_session_can_be_revoked_from_another(runtime: Runtime, ana: SignedIn) -> None:
    lost = await sign_in(runtime, EMAIL, PASSWORD, ip="198.51.100.4", user_agent="a lost phone")
    actor = (await signed(runtime, ana)).actor
    mine = await list_sessions(runtime, actor)
    assert {session.id for session in mine} == {ana.session_id, lost.session_id}
    await revoke_session(runtime, actor, lost.session_id)
    assert [session.id for session in await list_sessions(runtime, actor)] == [ana.session_id]
    with pytest.raises(SignInNeeded):
        await signed(runtime, lost)


async def test_nobody_sees_or_ends_the_sessions_of_others(
    runtime: Runtime, owner: Actor, ana: SignedIn
) -> None:
    assert await list_sessions(runtime, owner) == []
    with pytest.raises(NotFound):
        await revoke_session(runtime, owner, ana.session_id)
    assert await signed(runtime, ana)


async def test_another_role_counts_from_the_next_request_on(
    runtime: Runtime, owner: Actor, ana: SignedIn
) -> None:
    membership, version = await member_id(runtime, owner)
    await change_role(runtime, owner, membership, Role.PUBLISHER, version)
    assert (await signed(runtime, ana)).actor.role is Role.PUBLISHER


async def test_a_removed_member_is_out_at_once(runtime: Runtime, owner: Actor, ana: SignedIn) -> None:
    membership, _ = await member_id(runtime, owner)
    await remove_member(runtime, owner, membership)
    with pytest.raises(SignInNeeded):
        await signed(runtime, ana)


async def test_who_belongs_to_two_organizations_switches_between_them(
    runtime: Runtime, owner: Actor, ana: SignedIn
) -> None:
    second = await found_organization(runtime, "Bar Sol", EMAIL)
    there = await use_link(runtime, secret_of(second.link), **SOMEWHERE, new_password=PASSWORD)
    before = await signed(runtime, there)
    assert (before.organization, before.actor.role) == ("Bar Sol", Role.OWNER)
    assert [place.organization for place in before.memberships] == ["Casa Luz", "Bar Sol"]
    await switch_organization(runtime, before, owner.organization_id)
    after = await signed(runtime, there)
    assert (after.organization, after.actor.role) == ("Casa Luz", Role.AUTHOR)
    again = await sign_in(runtime, EMAIL, PASSWORD, **SOMEWHERE)
    assert again.organization_id == owner.organization_id  # where they were last


async def test_nobody_switches_into_an_organization_they_do_not_belong_to(
    runtime: Runtime, owner: Actor, ana: SignedIn
) -> None:
    foreign = await found_organization(runtime, "Bar Sol", "nadia@barsol.example")
    with pytest.raises(NotFound):
        await switch_organization(runtime, await signed(runtime, ana), foreign.organization_id)
    assert (await signed(runtime, ana)).organization == "Casa Luz"


async def test_leaving_one_organization_keeps_the_sessions_in_another(
    runtime: Runtime, owner: Actor, ana: SignedIn
) -> None:
    founded = await found_organization(runtime, "Bar Sol", EMAIL)
    elsewhere = await use_link(runtime, secret_of(founded.link), **SOMEWHERE, new_password=PASSWORD)
    await switch_organization(runtime, await signed(runtime, elsewhere), founded.organization_id)
    membership, _ = await member_id(runtime, owner)
    await remove_member(runtime, owner, membership)
    assert (await signed(runtime, elsewhere)).organization == "Bar Sol"


async def test_old_sessions_stay_ended_when_somebody_is_invited_again(
    runtime: Runtime, owner: Actor, ana: SignedIn
) -> None:
    membership, _ = await member_id(runtime, owner)
    await remove_member(runtime, owner, membership)
    await invite_member(runtime, owner, EMAIL, Role.VIEWER)
    with pytest.raises(SignInNeeded):
        await signed(runtime, ana)
    again = await sign_in(runtime, EMAIL, PASSWORD, **SOMEWHERE)
    assert (await signed(runtime, again)).actor.role is Role.VIEWER
