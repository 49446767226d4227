from __future__ import annotations

import asyncio

import pytest

from signoff.kernel.errors import Invalid
from signoff.kernel.people import Actor, Role
from signoff.organizations.found import found_organization
from signoff.organizations.local import local_actor
from signoff.organizations.members import list_members
from signoff.organizations.sign_in import use_link
from signoff.runtime import Runtime
from tests.support.people import secret_of


async def test_the_first_start_makes_an_owner_who_can_sign_in(runtime: Runtime) -> None:
    founded = await found_organization(runtime, "Casa Luz", "Olga@CasaLuz.example", "Olga")
    assert founded.is_new
    assert founded.link.startswith("https://signoff.example/link/")
    signed_in = await use_link(runtime, secret_of(founded.link), ip="", user_agent="")
    assert signed_in.organization_id == founded.organization_id
    assert signed_in.person.email == "olga@casaluz.example"


async def test_founding_again_gives_the_same_organization_and_a_fresh_link(runtime: Runtime) -> None:
    first = await found_organization(runtime, "Casa Luz", "olga@casaluz.example")
    again = await found_organization(runtime, " Casa Luz ", "olga@casaluz.example")
    assert not again.is_new
    assert (again.organization_id, again.person_id) == (first.organization_id, first.person_id)
    assert again.link != first.link


async def test_founding_twice_at_once_makes_one_organization(runtime: Runtime) -> None:
    both = await asyncio.gather(
        *(found_organization(runtime, "Casa Luz", "olga@casaluz.example") for _ in range(2))
    )
    assert both[0].organization_id == both[1].organization_id
    assert sorted(founded.is_new for founded in both) == [False, True]


async def test_the_first_owner_runs_the_installation_and_later_ones_do_not(runtime: Runtime) -> None:
    await found_organization(runtime, "Casa Luz", "olga@casaluz.example")
    await found_organization(runtime, "Bar Sol", "nadia@barsol.example")
    assert (await local_actor(runtime, "olga@casaluz.example")).is_operator
    assert not (await local_actor(runtime, "nadia@barsol.example")).is_operator


async def test_the_owner_is_the_only_member_at_first(runtime: Runtime, owner: Actor) -> None:
    members = await list_members(runtime, owner)
    assert [(member.email, member.role) for member in members] == [("owner@casaluz.example", Role.OWNER)]


@pytest.mark.parametrize(
    ("name", "email"),
    [
        (" ", "a@b.example"),
        ("Casa Luz", "nobody"),
        ("Casa Luz", "a@b.example, c@d.example"),
        ("Casa Luz", "a@b.example\nBcc: c@d.example"),
    ],
)
async def test_founding_needs_a_name_and_one_mail_address(runtime: Runtime, name: str, email: str) -> None:
    with pytest.raises(Invalid):
        await found_organization(runtime, name, email)


async def test_who_belongs_to_two_organizations_must_say_which_one(runtime: Runtime) -> None:
    first = await found_organization(runtime, "Casa Luz", "olga@casaluz.example")
    await found_organization(runtime, "Bar Sol", "olga@casaluz.example")
    with pytest.raises(Invalid, match="several organizations"):
        await local_actor(runtime, "olga@casaluz.example")
    chosen = await local_actor(runtime, "olga@casaluz.example", organization_id=first.organization_id)
    assert chosen.organization_id == first.organization_id
