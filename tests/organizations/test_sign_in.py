from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from signoff.kernel.errors import NotAllowed, SignInNeeded, TooMany
from signoff.kernel.people import Actor, Role, Via
from signoff.organizations.members import list_members
from signoff.organizations.membership import remove_member
from signoff.organizations.passwords import HASHER, NOBODYS_HASH, check_password
from signoff.organizations.sign_in import SignedIn, session_actor, sign_in
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.people import PASSWORD

EMAIL = "ana@casaluz.example"


async def enter(
    runtime: Runtime, password: str = PASSWORD, email: str = EMAIL, ip: str = "192.0.2.7"
) -> SignedIn:
    return await sign_in(runtime, email, password, ip=ip, user_agent="a browser")


async def test_the_right_password_opens_a_session(runtime: Runtime, ana: SignedIn) -> None:
    signed_in = await enter(runtime, email=f" {EMAIL.upper()} ")
    signed = await session_actor(runtime, signed_in.session_secret, ip="", via=Via.WEB)
    assert (signed.actor.email, signed.actor.role, signed.organization) == (EMAIL, Role.AUTHOR, "Casa Luz")
    assert signed.session.user_agent == "a browser"
    assert signed.session.csrf == signed_in.csrf


async def test_an_address_that_cannot_exist_is_just_wrong(runtime: Runtime, ana: SignedIn) -> None:
    for email in ("", "\x00", "no address", "a" * 10_000):
        with pytest.raises(SignInNeeded):
            await enter(runtime, email=email)


async def test_nothing_tells_which_part_was_wrong(runtime: Runtime, ana: SignedIn) -> None:
    answers = []
    for attempt in (enter(runtime, "not the password"), enter(runtime, email="nobody@casaluz.example")):
        with pytest.raises(SignInNeeded) as refused:
            await attempt
        answers.append((refused.value.detail, refused.value.next_step, refused.value.extra))
    assert answers[0] == answers[1]


async def test_an_unknown_address_takes_as_long_as_a_wrong_password(runtime: Runtime, ana: SignedIn) -> None:
    assert not HASHER.check_needs_rehash(NOBODYS_HASH)  # made with the same parameters, so it costs the same
    wrong = await shortest(lambda: enter(runtime, "not the password"))
    unknown = await shortest(lambda: enter(runtime, email="nobody@casaluz.example"))
    assert unknown > wrong / 5  # without the hash it would be a tenth; the rest is for busy machines


async def shortest(attempt: Callable[[], Awaitable[object]]) -> float:
    """The shortest of some tries, in seconds: what else the machine does only makes them longer."""
    spans = []
    for _ in range(5):
        start = time.perf_counter()
        with pytest.raises(SignInNeeded):
            await attempt()
        spans.append(time.perf_counter() - start)
    return min(spans)


async def test_the_eleventh_try_for_an_address_has_to_wait(
    runtime: Runtime, ana: SignedIn, clock: ShiftableClock
) -> None:
    for _ in range(10):
        with pytest.raises(SignInNeeded):
            await enter(runtime, "not the password")
    with pytest.raises(TooMany) as refused:
        await enter(runtime)
    assert 800 < refused.value.extra["retry_after_s"] <= 900
    clock.advance(timedelta(minutes=15))
    assert await enter(runtime)


async def test_many_tries_at_once_do_not_slip_through(runtime: Runtime, ana: SignedIn) -> None:
    answers = await asyncio.gather(
        *(enter(runtime, "not the password") for _ in range(15)), return_exceptions=True
    )
    assert sum(isinstance(answer, SignInNeeded) for answer in answers) == 10
    assert sum(isinstance(answer, TooMany) for answer in answers) == 5


async def test_one_place_cannot_try_many_addresses(runtime: Runtime, ana: SignedIn) -> None:
    for number in range(50):
        with pytest.raises(SignInNeeded):
            await enter(runtime, email=f"guess-{number}@casaluz.example", ip="198.51.100.1")
    with pytest.raises(TooMany):
        await enter(runtime, ip="198.51.100.1")
    assert await enter(runtime, ip="198.51.100.2")


async def test_signing_in_does_not_use_up_the_tries(runtime: Runtime, ana: SignedIn) -> None:
    for _ in range(12):
        assert await enter(runtime)


async def test_a_removed_member_does_not_get_in(runtime: Runtime, owner: Actor, ana: SignedIn) -> None:
    member = next(each for each in await list_members(runtime, owner) if each.email == EMAIL)
    await remove_member(runtime, owner, member.id)
    with pytest.raises(NotAllowed, match="any organization"):
        await enter(runtime)


async def test_who_never_set_a_password_cannot_sign_in_with_one(runtime: Runtime, owner: Actor) -> None:
    for guess in ("", NOBODYS_HASH, "nobody has this"):
        with pytest.raises(SignInNeeded):
            await enter(runtime, guess, owner.email)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 10"),
        ("a" * 201, "at most 200"),
        ("Password123", "among the first"),
        ("abababababab", "among the first"),
        ("Ana@CasaLuz.example", "mail address"),
    ],
)
def test_a_password_that_would_be_guessed_is_refused(password: str, why: str) -> None:
    with pytest.raises(Exception, match=why):
        check_password(password, EMAIL)
