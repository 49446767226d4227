from __future__ import annotations

import asyncio

import pytest

from signoff.kernel.errors import Invalid, NotAllowed, WrongState
from signoff.kernel.people import Actor, Role
from signoff.organizations.found import found_organization
from signoff.organizations.invite import invite_member
from signoff.organizations.members import list_members
from signoff.organizations.sign_in import peek_link, sign_in, use_link
from signoff.runtime import Runtime
from tests.support.people import PASSWORD, SOMEWHERE, arrive, secret_of
from tests.support.world import Neighbour

EMAIL = "ana@casaluz.example"


async def test_an_invited_person_is_a_member_who_has_not_arrived(runtime: Runtime, admin: Actor) -> None:
    invited = await invite_member(runtime, admin, " Ana@CasaLuz.example ", Role.REVIEWER, "Ana")
    assert (invited.member.email, invited.member.name, invited.member.role) == (EMAIL, "Ana", Role.REVIEWER)
    assert invited.member.is_pending
    assert invited.signs_in
    assert not invited.is_mailed  # no mail server here: the link is passed on by hand


async def test_who_has_not_arrived_is_invited_again_with_a_fresh_link(runtime: Runtime, owner: Actor) -> None:
    first = await invite_member(runtime, owner, EMAIL, Role.AUTHOR)
    again = await invite_member(runtime, owner, EMAIL, Role.REVIEWER)
    assert again.member.id == first.member.id
    assert again.member.role is Role.REVIEWER
    assert not (await peek_link(runtime, secret_of(first.link))).valid
    assert (await peek_link(runtime, secret_of(again.link))).valid


async def test_who_has_arrived_is_a_member_already(runtime: Runtime, owner: Actor) -> None:
    await arrive(runtime, owner)
    with pytest.raises(WrongState, match="member already"):
        await invite_member(runtime, owner, EMAIL, Role.ADMIN)
    assert {member.role for member in await list_members(runtime, owner)} == {Role.OWNER, Role.AUTHOR}


async def test_inviting_the_same_person_twice_at_once_makes_one_member(
    runtime: Runtime, owner: Actor
) -> None:
    await asyncio.gather(*(invite_member(runtime, owner, EMAIL, Role.AUTHOR) for _ in range(3)))
    assert [member.email for member in await list_members(runtime, owner)].count(EMAIL) == 1


async def test_only_owners_invite_owners(runtime: Runtime, owner: Actor, admin: Actor) -> None:
    with pytest.raises(NotAllowed):
        await invite_member(runtime, admin, EMAIL, Role.OWNER)
    assert (await invite_member(runtime, owner, EMAIL, Role.OWNER)).member.role is Role.OWNER
    with pytest.raises(NotAllowed):
        await invite_member(runtime, admin, EMAIL, Role.VIEWER)


async def test_only_admins_invite(runtime: Runtime, publisher: Actor) -> None:
    with pytest.raises(NotAllowed):
        await invite_member(runtime, publisher, EMAIL, Role.VIEWER)


async def test_an_invitation_needs_a_mail_address(runtime: Runtime, owner: Actor) -> None:
    with pytest.raises(Invalid):
        await invite_member(runtime, owner, "Ana", Role.VIEWER)


async def test_inviting_a_neighbours_person_gives_no_link_that_signs_in_as_them(
    runtime: Runtime, owner: Actor, neighbour: Neighbour
) -> None:
    await arrive(runtime, neighbour.owner, Role.AUTHOR, "nils@barsol.example")
    invited = await invite_member(runtime, owner, "nils@barsol.example", Role.VIEWER)
    assert not invited.signs_in
    assert invited.link == "https://signoff.example/sign-in"
    signed_in = await sign_in(runtime, "nils@barsol.example", PASSWORD, **SOMEWHERE)
    assert signed_in.person.id == invited.member.person_id


async def test_a_link_from_one_organization_does_not_open_another(
    runtime: Runtime, owner: Actor, neighbour: Neighbour
) -> None:
    """Whoever invited first may hold a link that signs in; being invited elsewhere makes it worthless."""
    held = await invite_member(runtime, neighbour.owner, "nils@elsewhere.example", Role.VIEWER)
    invited = await invite_member(runtime, owner, "nils@elsewhere.example", Role.ADMIN)
    assert not invited.signs_in
    with pytest.raises(WrongState):
        await use_link(runtime, secret_of(held.link), **SOMEWHERE, new_password=PASSWORD)


async def test_being_invited_elsewhere_does_not_lock_a_new_owner_out(runtime: Runtime, owner: Actor) -> None:
    founded = await found_organization(runtime, "Bar Sol", "nadia@barsol.example")
    await invite_member(runtime, owner, "nadia@barsol.example", Role.VIEWER)
    assert await use_link(runtime, secret_of(founded.link), **SOMEWHERE)


async def test_there_is_no_way_in_for_strangers(runtime: Runtime, owner: Actor) -> None:
    with pytest.raises(Exception, match="wrong"):
        await sign_in(runtime, "stranger@elsewhere.example", PASSWORD, **SOMEWHERE)
    assert len(await list_members(runtime, owner)) == 1
