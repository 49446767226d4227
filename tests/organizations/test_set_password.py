from __future__ import annotations

from datetime import timedelta

import pytest

from signoff.kernel.errors import Invalid, NotAllowed, SignInNeeded, TooMany, WrongState
from signoff.kernel.people import Actor, May, Via
from signoff.organizations.found import found_organization
from signoff.organizations.sign_in import (
    SignedIn,
    peek_link,
    session_actor,
    set_password,
    sign_in,
    token_actor,
    use_link,
)
from signoff.organizations.tokens import create_token
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.people import PASSWORD, SOMEWHERE, reset_secret, secret_of

EMAIL = "ana@casaluz.example"
NEW = "another four random words"


async def actor_of(runtime: Runtime, signed_in: SignedIn) -> Actor:
    return (await session_actor(runtime, signed_in.session_secret, ip="", via=Via.WEB)).actor


async def test_a_new_password_replaces_the_old_one(runtime: Runtime, ana: SignedIn) -> None:
    await set_password(runtime, await actor_of(runtime, ana), NEW, PASSWORD)
    assert await sign_in(runtime, EMAIL, NEW, **SOMEWHERE)
    with pytest.raises(SignInNeeded):
        await sign_in(runtime, EMAIL, PASSWORD, **SOMEWHERE)


async def test_the_current_password_is_needed(runtime: Runtime, ana: SignedIn) -> None:
    actor = await actor_of(runtime, ana)
    for current in (None, "a wrong password"):
        with pytest.raises(Invalid, match="current password is wrong"):
            await set_password(runtime, actor, NEW, current)
    assert await sign_in(runtime, EMAIL, PASSWORD, **SOMEWHERE)


async def test_the_current_password_cannot_be_guessed_with_a_stolen_session(
    runtime: Runtime, ana: SignedIn
) -> None:
    actor = await actor_of(runtime, ana)
    for _ in range(10):
        with pytest.raises(Invalid):
            await set_password(runtime, actor, NEW, "a wrong password")
    with pytest.raises(TooMany):
        await set_password(runtime, actor, NEW, PASSWORD)


async def test_a_new_password_ends_all_sessions_but_one_and_no_token(runtime: Runtime, ana: SignedIn) -> None:
    elsewhere = await sign_in(runtime, EMAIL, PASSWORD, **SOMEWHERE)
    actor = await actor_of(runtime, ana)
    _, token = await create_token(runtime, actor, "script", [May.READ])
    await set_password(runtime, actor, NEW, PASSWORD, keep=ana.session_id)
    assert await actor_of(runtime, ana)
    with pytest.raises(SignInNeeded):
        await actor_of(runtime, elsewhere)
    assert await token_actor(runtime, token, ip="", via=Via.API)


async def test_the_first_password_needs_no_current_one(runtime: Runtime) -> None:
    founded = await found_organization(runtime, "Casa Luz", "owner@casaluz.example")
    signed_in = await use_link(runtime, secret_of(founded.link), **SOMEWHERE)
    await set_password(runtime, await actor_of(runtime, signed_in), NEW, keep=signed_in.session_id)
    assert await sign_in(runtime, "owner@casaluz.example", NEW, **SOMEWHERE)


async def test_a_limited_token_cannot_change_the_password(runtime: Runtime, ana: SignedIn) -> None:
    _, text = await create_token(runtime, await actor_of(runtime, ana), "script", [May.READ])
    limited = await token_actor(runtime, text, ip="", via=Via.API)
    with pytest.raises(NotAllowed):
        await set_password(runtime, limited, NEW, PASSWORD)


async def test_a_reset_link_sets_a_password_once_and_ends_every_session(
    runtime: Runtime, ana: SignedIn
) -> None:
    secret = await reset_secret(runtime, EMAIL)
    await set_password(runtime, secret, NEW)
    assert await sign_in(runtime, EMAIL, NEW, **SOMEWHERE)
    with pytest.raises(SignInNeeded):
        await actor_of(runtime, ana)
    with pytest.raises(WrongState):
        await set_password(runtime, secret, "yet another password")


async def test_a_weak_password_does_not_use_up_the_link(runtime: Runtime, ana: SignedIn) -> None:
    secret = await reset_secret(runtime, EMAIL)
    with pytest.raises(Invalid):
        await set_password(runtime, secret, EMAIL)
    assert (await peek_link(runtime, secret)).valid


async def test_a_reset_link_needs_a_new_password_to_sign_in(runtime: Runtime, ana: SignedIn) -> None:
    secret = await reset_secret(runtime, EMAIL)
    with pytest.raises(Invalid, match="new password"):
        await use_link(runtime, secret, **SOMEWHERE)
    assert await use_link(runtime, secret, **SOMEWHERE, new_password=NEW)


async def test_a_reset_link_is_good_for_an_hour(
    runtime: Runtime, ana: SignedIn, clock: ShiftableClock
) -> None:
    secret = await reset_secret(runtime, EMAIL)
    clock.advance(timedelta(minutes=61))
    with pytest.raises(WrongState):
        await set_password(runtime, secret, NEW)


async def test_a_new_password_makes_other_links_worthless(runtime: Runtime, ana: SignedIn) -> None:
    other = await reset_secret(runtime, EMAIL)
    await set_password(runtime, await reset_secret(runtime, EMAIL), NEW)
    assert not (await peek_link(runtime, other)).valid
