from __future__ import annotations

import asyncio

import pytest

from signoff.kernel.errors import Invalid, NotAllowed, NotFound, SignInNeeded, WrongState
from signoff.kernel.people import Actor, May, Role, Via
from signoff.organizations.found import found_organization
from signoff.organizations.invite import invite_member, operators_link
from signoff.organizations.local import local_actor
from signoff.organizations.members import list_members
from signoff.organizations.membership import remove_member
from signoff.organizations.sign_in import (
    peek_link,
    session_actor,
    set_password,
    sign_in,
    switch_organization,
    token_actor,
    use_link,
)
from signoff.organizations.tokens import create_token
from signoff.runtime import Runtime
from tests.support.people import PASSWORD, SOMEWHERE, arrive, reset_secret, secret_of
from tests.support.world import Neighbour

EMAIL = "ana@casaluz.example"


async def test_an_invited_person_is_a_member_who_has_not_arrived(runtime: Runtime, admin: Actor) -> None:
    invited = await invite_member(runtime, admin, " Ana@CasaLuz.example ", Role.REVIEWER, "Ana")
    assert (invited.member.email, invited.member.name, invited.member.role) == (EMAIL, "Ana", Role.REVIEWER)
    assert invited.member.is_pending
    assert invited.link
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


class TestKnownElsewhere:
    """A neighbour may have made the account of somebody whose address they merely typed."""

    VICTIM = "nils@elsewhere.example"
    NEW = "what only nils knows"

    async def test_whoever_is_known_elsewhere_belongs_here_once_they_accept(
        self, runtime: Runtime, owner: Actor, neighbour: Neighbour
    ) -> None:
        held = await arrive(runtime, neighbour.owner, Role.AUTHOR, self.VICTIM)
        invited = await invite_member(runtime, owner, self.VICTIM, Role.ADMIN)
        assert invited.link is None
        assert invited.member.is_pending
        signed = await session_actor(runtime, held.session_secret, ip="", via=Via.WEB)
        assert [place.organization for place in signed.memberships] == ["Bar Sol"]
        with pytest.raises(NotFound):
            await switch_organization(runtime, signed, owner.organization_id)

    async def test_accepting_ends_what_a_neighbour_may_hold(
        self, runtime: Runtime, owner: Actor, neighbour: Neighbour
    ) -> None:
        held = await arrive(runtime, neighbour.owner, Role.AUTHOR, self.VICTIM)
        await invite_member(runtime, owner, self.VICTIM, Role.ADMIN)
        secret = secret_of(await operators_link(runtime, self.VICTIM))
        with pytest.raises(Invalid):  # the password may be somebody else's
            await use_link(runtime, secret, **SOMEWHERE)
        arrived = await use_link(runtime, secret, **SOMEWHERE, new_password=self.NEW)
        signed = await session_actor(runtime, arrived.session_secret, ip="", via=Via.WEB)
        assert (signed.organization, signed.actor.role) == ("Casa Luz", Role.ADMIN)
        assert {place.organization for place in signed.memberships} == {"Bar Sol", "Casa Luz"}
        with pytest.raises(SignInNeeded):
            await session_actor(runtime, held.session_secret, ip="", via=Via.WEB)
        with pytest.raises(SignInNeeded):
            await sign_in(runtime, self.VICTIM, PASSWORD, **SOMEWHERE)

    async def test_a_link_that_was_shown_is_worthless_once_the_address_is_proven(
        self, runtime: Runtime, owner: Actor, neighbour: Neighbour
    ) -> None:
        held = await invite_member(runtime, neighbour.owner, self.VICTIM, Role.VIEWER)
        await invite_member(runtime, owner, self.VICTIM, Role.ADMIN)
        secret = secret_of(await operators_link(runtime, self.VICTIM))
        await use_link(runtime, secret, **SOMEWHERE, new_password=self.NEW)
        with pytest.raises(WrongState):
            await use_link(runtime, secret_of(held.link), **SOMEWHERE, new_password=PASSWORD)
        with pytest.raises(WrongState):
            await invite_member(runtime, neighbour.owner, self.VICTIM, Role.VIEWER)

    async def test_whoever_holds_the_account_cannot_spoil_the_links_that_were_mailed(
        self, runtime: Runtime, owner: Actor, neighbour: Neighbour
    ) -> None:
        held = await arrive(runtime, neighbour.owner, Role.AUTHOR, self.VICTIM)
        await invite_member(runtime, owner, self.VICTIM, Role.ADMIN)
        secret = secret_of(await operators_link(runtime, self.VICTIM))
        forgotten = await reset_secret(runtime, self.VICTIM)
        holder = (await session_actor(runtime, held.session_secret, ip="", via=Via.WEB)).actor
        await set_password(runtime, holder, "the holder chose again", PASSWORD, keep=held.session_id)
        assert (await peek_link(runtime, forgotten)).valid
        arrived = await use_link(runtime, secret, **SOMEWHERE, new_password=self.NEW)
        assert arrived.organization_id == owner.organization_id
        assert not (await peek_link(runtime, forgotten)).valid
        with pytest.raises(SignInNeeded):
            await session_actor(runtime, held.session_secret, ip="", via=Via.WEB)

    @pytest.mark.parametrize("way", ["invitation", "forgotten"])
    async def test_a_token_made_before_the_address_is_proven_ends_with_the_proof(
        self, runtime: Runtime, owner: Actor, neighbour: Neighbour, way: str
    ) -> None:
        held = await arrive(runtime, neighbour.owner, Role.AUTHOR, self.VICTIM)
        holder = (await session_actor(runtime, held.session_secret, ip="", via=Via.WEB)).actor
        _, token = await create_token(runtime, holder, "kept for later", [May.READ])
        _, others = await create_token(runtime, neighbour.owner, "cron", [May.READ])
        await invite_member(runtime, owner, self.VICTIM, Role.ADMIN)
        if way == "invitation":
            secret = secret_of(await operators_link(runtime, self.VICTIM))
            await use_link(runtime, secret, **SOMEWHERE, new_password=self.NEW)
        else:
            await set_password(runtime, await reset_secret(runtime, self.VICTIM), self.NEW)
        with pytest.raises(SignInNeeded):
            await token_actor(runtime, token, ip="", via=Via.API)
        assert await token_actor(runtime, others, ip="", via=Via.API)

    async def test_a_shown_link_leads_only_to_who_showed_it(
        self, runtime: Runtime, owner: Actor, neighbour: Neighbour
    ) -> None:
        held = await invite_member(runtime, neighbour.owner, self.VICTIM, Role.VIEWER)
        await invite_member(runtime, owner, self.VICTIM, Role.ADMIN)
        arrived = await use_link(runtime, secret_of(held.link), **SOMEWHERE, new_password=PASSWORD)
        signed = await session_actor(runtime, arrived.session_secret, ip="", via=Via.WEB)
        assert [place.organization for place in signed.memberships] == ["Bar Sol"]

    async def test_another_organizations_link_stays_good(
        self, runtime: Runtime, owner: Actor, neighbour: Neighbour
    ) -> None:
        ours = await invite_member(runtime, owner, self.VICTIM, Role.VIEWER)
        await invite_member(runtime, neighbour.owner, self.VICTIM, Role.ADMIN)
        assert await use_link(runtime, secret_of(ours.link), **SOMEWHERE, new_password=PASSWORD)

    async def test_an_account_that_was_dropped_is_no_way_in_either(
        self, runtime: Runtime, owner: Actor, neighbour: Neighbour
    ) -> None:
        await arrive(runtime, neighbour.owner, Role.AUTHOR, self.VICTIM)
        theirs = await list_members(runtime, neighbour.owner)
        await remove_member(
            runtime, neighbour.owner, next(one.id for one in theirs if one.email == self.VICTIM)
        )
        assert (await invite_member(runtime, owner, self.VICTIM, Role.ADMIN)).link is None
        with pytest.raises(NotAllowed):
            await sign_in(runtime, self.VICTIM, PASSWORD, **SOMEWHERE)

    async def test_a_new_owner_is_not_whoever_made_the_account(
        self, runtime: Runtime, neighbour: Neighbour
    ) -> None:
        held = await arrive(runtime, neighbour.owner, Role.AUTHOR, self.VICTIM)
        founded = await found_organization(runtime, "Nils and Co", self.VICTIM)
        signed = await session_actor(runtime, held.session_secret, ip="", via=Via.WEB)
        assert [place.organization for place in signed.memberships] == ["Bar Sol"]
        secret = secret_of(founded.link)
        arrived = await use_link(runtime, secret, **SOMEWHERE, new_password=self.NEW)
        own = await session_actor(runtime, arrived.session_secret, ip="", via=Via.WEB)
        assert (own.organization, own.actor.role) == ("Nils and Co", Role.OWNER)
        again = await found_organization(runtime, "Nils and Co", self.VICTIM)
        assert (again.organization_id, again.is_new) == (founded.organization_id, False)

    async def test_what_they_are_called_elsewhere_is_not_told(
        self, runtime: Runtime, owner: Actor, neighbour: Neighbour
    ) -> None:
        await invite_member(runtime, neighbour.owner, self.VICTIM, Role.VIEWER, "Nils Holm")
        await invite_member(runtime, owner, self.VICTIM, Role.VIEWER)
        assert {one.name for one in await list_members(runtime, owner)} == {"Olga Owner", "nils"}

    async def test_who_has_not_accepted_decides_nothing_and_nobody_waits_twice(
        self, runtime: Runtime, owner: Actor, neighbour: Neighbour
    ) -> None:
        await arrive(runtime, neighbour.owner, Role.AUTHOR, self.VICTIM)
        await invite_member(runtime, owner, self.VICTIM, Role.ADMIN)
        with pytest.raises(NotFound):
            await local_actor(runtime, self.VICTIM, organization_id=owner.organization_id)
        with pytest.raises(NotFound):
            await operators_link(runtime, owner.email)


async def test_being_invited_elsewhere_does_not_lock_a_new_owner_out(runtime: Runtime, owner: Actor) -> None:
    founded = await found_organization(runtime, "Bar Sol", "nadia@barsol.example")
    await invite_member(runtime, owner, "nadia@barsol.example", Role.VIEWER)
    assert await use_link(runtime, secret_of(founded.link), **SOMEWHERE)


async def test_there_is_no_way_in_for_strangers(runtime: Runtime, owner: Actor) -> None:
    with pytest.raises(Exception, match="wrong"):
        await sign_in(runtime, "stranger@elsewhere.example", PASSWORD, **SOMEWHERE)
    assert len(await list_members(runtime, owner)) == 1
