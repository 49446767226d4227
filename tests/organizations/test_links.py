from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from signoff.kernel.errors import Invalid, NotAllowed, WrongState
from signoff.kernel.people import Actor, Role, Via
from signoff.organizations.found import found_organization
from signoff.organizations.invite import invite_member
from signoff.organizations.members import list_members
from signoff.organizations.membership import remove_member
from signoff.organizations.sign_in import peek_link, session_actor, sign_in, use_link
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.people import PASSWORD, SOMEWHERE, secret_of

EMAIL = "ana@casaluz.example"


async def invite(runtime: Runtime, owner: Actor, email: str = EMAIL) -> str:
    return secret_of((await invite_member(runtime, owner, email, Role.AUTHOR)).link)


async def first_start(runtime: Runtime) -> str:
    return secret_of((await found_organization(runtime, "Casa Luz", "owner@casaluz.example")).link)


async def test_looking_at_a_link_does_not_use_it(runtime: Runtime, owner: Actor) -> None:
    secret = await invite(runtime, owner)
    for _ in range(3):
        about = await peek_link(runtime, secret)
        assert (about.purpose, about.email, about.valid) == ("invite", EMAIL, True)
        assert about.organization == "Casa Luz"
    assert await use_link(runtime, secret, **SOMEWHERE, new_password=PASSWORD)


async def test_a_link_works_once(runtime: Runtime) -> None:
    secret = await first_start(runtime)
    await use_link(runtime, secret, **SOMEWHERE)
    assert not (await peek_link(runtime, secret)).valid
    with pytest.raises(WrongState):
        await use_link(runtime, secret, **SOMEWHERE)


async def test_of_two_who_use_a_link_at_once_one_gets_in(runtime: Runtime) -> None:
    secret = await first_start(runtime)
    answers = await asyncio.gather(
        *(use_link(runtime, secret, **SOMEWHERE) for _ in range(4)), return_exceptions=True
    )
    assert sum(not isinstance(answer, WrongState) for answer in answers) == 1


async def test_an_invitation_asks_for_a_password_and_stays_good_until_one_is_good(
    runtime: Runtime, owner: Actor
) -> None:
    secret = await invite(runtime, owner)
    assert (await peek_link(runtime, secret)).needs_password
    for password in (None, "short"):
        with pytest.raises(Invalid):
            await use_link(runtime, secret, **SOMEWHERE, new_password=password)
    await use_link(runtime, secret, **SOMEWHERE, new_password=PASSWORD)
    assert await sign_in(runtime, EMAIL, PASSWORD, **SOMEWHERE)


async def test_an_invited_person_has_the_role_they_were_invited_with(runtime: Runtime, owner: Actor) -> None:
    signed_in = await use_link(runtime, await invite(runtime, owner), **SOMEWHERE, new_password=PASSWORD)
    signed = await session_actor(runtime, signed_in.session_secret, ip="", via=Via.WEB)
    assert signed.actor.role is Role.AUTHOR


@pytest.mark.parametrize(("purpose", "hours"), [("sign_in", 24), ("invite", 7 * 24)])
async def test_links_grow_old(
    runtime: Runtime, owner: Actor, clock: ShiftableClock, purpose: str, hours: int
) -> None:
    secret = await (first_start(runtime) if purpose == "sign_in" else invite(runtime, owner))
    clock.advance(timedelta(hours=hours, minutes=-1))
    assert (await peek_link(runtime, secret)).valid
    clock.advance(timedelta(minutes=2))
    assert not (await peek_link(runtime, secret)).valid
    with pytest.raises(WrongState):
        await use_link(runtime, secret, **SOMEWHERE, new_password=PASSWORD)


async def test_a_link_nobody_made_is_answered_as_a_used_one(runtime: Runtime, owner: Actor) -> None:
    assert not (await peek_link(runtime, "made-up")).valid
    with pytest.raises(WrongState, match="used already or is too old"):
        await use_link(runtime, "made-up", **SOMEWHERE)


async def test_a_link_does_not_let_a_removed_member_in(runtime: Runtime, owner: Actor) -> None:
    secret = await invite(runtime, owner)
    member = next(each for each in await list_members(runtime, owner) if each.email == EMAIL)
    await remove_member(runtime, owner, member.id)
    with pytest.raises(NotAllowed):
        await use_link(runtime, secret, **SOMEWHERE, new_password=PASSWORD)
