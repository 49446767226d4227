from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from signoff.kernel.errors import Invalid, NotAllowed, NotFound, SignInNeeded
from signoff.kernel.people import Actor, May, Role, Via
from signoff.organizations.invite import invite_member
from signoff.organizations.members import list_members
from signoff.organizations.membership import change_role, remove_member
from signoff.organizations.sign_in import token_actor
from signoff.organizations.tokens import create_token, create_token_for, list_tokens, revoke_token
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.world import Neighbour


async def use(runtime: Runtime, token: str) -> Actor:
    return await token_actor(runtime, token, ip="203.0.113.9", via=Via.API)


async def member(runtime: Runtime, owner: Actor, actor: Actor) -> Any:
    return next(each for each in await list_members(runtime, owner) if each.person_id == actor.person_id)


async def test_a_token_acts_for_its_person_within_its_scopes(runtime: Runtime, publisher: Actor) -> None:
    _, shown = await create_token(runtime, publisher, "cron", [May.READ, May.SCHEDULE])
    actor = await use(runtime, shown)
    assert (actor.person_id, actor.role, actor.ip) == (publisher.person_id, Role.PUBLISHER, "203.0.113.9")
    assert {may for may in May if actor.may(may)} == {May.READ, May.SCHEDULE}


async def test_a_token_is_shown_once_and_stored_as_a_digest(runtime: Runtime, publisher: Actor) -> None:
    token, shown = await create_token(runtime, publisher, "cron", [May.READ])
    assert shown.startswith("sgn_")
    assert len(shown) == 47
    async with runtime.worker_transaction() as tx:
        rows = (await tx.execute(text("select to_jsonb(t)::text from api_tokens t"))).scalars().all()
    assert len(rows) == 1
    assert shown not in rows[0]
    assert shown[4:] not in rows[0]
    assert [each.id for each in (await list_tokens(runtime, publisher)).items] == [token.id]


async def test_a_scope_does_not_give_what_the_role_lacks(runtime: Runtime, author: Actor) -> None:
    _, shown = await create_token(runtime, author, "greedy", list(May))
    actor = await use(runtime, shown)
    assert not actor.may(May.DECIDE)
    assert actor.may(May.WRITE_POSTS)


async def test_an_agent_reads_and_writes_and_never_decides(runtime: Runtime, owner: Actor) -> None:
    _, shown = await create_token(runtime, owner, "agent", [May.READ, May.WRITE_POSTS], is_agent=True)
    actor = await use(runtime, shown)
    assert actor.is_agent
    assert {may for may in May if actor.may(may)} == {May.READ, May.WRITE_POSTS}
    assert not actor.is_operator


@pytest.mark.parametrize(
    ("scopes", "is_agent", "expires_in"),
    [
        ([], False, timedelta(days=1)),
        (["everything"], False, timedelta(days=1)),
        ([May.DECIDE], True, timedelta(days=1)),
        ([May.READ], False, timedelta(0)),
        ([May.READ], False, timedelta(days=400)),
    ],
)
async def test_a_token_with_impossible_scopes_or_life_is_refused(
    runtime: Runtime, owner: Actor, scopes: Collection[str], is_agent: bool, expires_in: timedelta
) -> None:
    with pytest.raises(Invalid):
        await create_token(runtime, owner, "wrong", scopes, expires_in, is_agent)


async def test_unknown_expired_and_revoked_tokens_get_the_same_answer(
    runtime: Runtime, owner: Actor, clock: ShiftableClock
) -> None:
    _, short = await create_token(runtime, owner, "short", [May.READ], timedelta(hours=1))
    revoked, gone = await create_token(runtime, owner, "revoked", [May.READ])
    await revoke_token(runtime, owner, revoked.id)
    clock.advance(timedelta(hours=2))
    answers = set()
    for token in (short, gone, "sgn_made-up", ""):
        with pytest.raises(SignInNeeded) as refused:
            await use(runtime, token)
        answers.add(refused.value.detail)
    assert len(answers) == 1


async def test_a_token_has_the_present_role_and_ends_with_the_membership(
    runtime: Runtime, owner: Actor, publisher: Actor
) -> None:
    _, shown = await create_token(runtime, publisher, "cron", list(May))
    seat = await member(runtime, owner, publisher)
    await change_role(runtime, owner, seat.id, Role.VIEWER, seat.version)
    assert (await use(runtime, shown)).role is Role.VIEWER
    await remove_member(runtime, owner, seat.id)
    with pytest.raises(SignInNeeded):
        await use(runtime, shown)


async def test_a_limited_token_cannot_make_tokens(runtime: Runtime, owner: Actor) -> None:
    for kind in ({"scopes": [May.MANAGE_MEMBERS]}, {"scopes": [May.READ], "is_agent": True}):
        _, shown = await create_token(runtime, owner, "limited", **kind)
        with pytest.raises(NotAllowed):
            await create_token(runtime, await use(runtime, shown), "longer", [May.READ])


async def test_people_see_and_revoke_their_own_tokens_and_admins_all(
    runtime: Runtime, admin: Actor, author: Actor, reviewer: Actor
) -> None:
    mine, _ = await create_token(runtime, author, "mine", [May.READ])
    theirs, _ = await create_token(runtime, reviewer, "theirs", [May.READ])
    assert [each.id for each in (await list_tokens(runtime, author)).items] == [mine.id]
    assert {each.id for each in (await list_tokens(runtime, admin)).items} == {mine.id, theirs.id}
    with pytest.raises(NotFound):
        await revoke_token(runtime, author, theirs.id)
    await revoke_token(runtime, admin, theirs.id)
    assert [each.revoked_at is None for each in (await list_tokens(runtime, reviewer)).items] == [False]


async def test_a_neighbours_token_is_not_there(runtime: Runtime, owner: Actor, neighbour: Neighbour) -> None:
    foreign, shown = await create_token(runtime, neighbour.owner, "theirs", [May.READ])
    assert (await list_tokens(runtime, owner)).items == []
    with pytest.raises(NotFound):
        await revoke_token(runtime, owner, foreign.id)
    assert (await use(runtime, shown)).organization_id == neighbour.owner.organization_id


async def test_the_command_line_makes_a_token_for_a_mail_address(runtime: Runtime, owner: Actor) -> None:
    _, shown = await create_token_for(runtime, owner.email, [May.READ])
    assert (await use(runtime, shown)).person_id == owner.person_id
    with pytest.raises(NotFound):
        await create_token_for(runtime, "nobody@casaluz.example", [May.READ])


async def test_when_a_token_was_last_used_is_noted(
    runtime: Runtime, owner: Actor, clock: ShiftableClock
) -> None:
    _, shown = await create_token(runtime, owner, "cron", [May.READ])
    await use(runtime, shown)
    first = (await list_tokens(runtime, owner)).items[0].used_at
    clock.advance(timedelta(hours=1))
    await use(runtime, shown)
    later = (await list_tokens(runtime, owner)).items[0].used_at
    assert first is not None
    assert later is not None
    assert later - first > timedelta(minutes=59)


@pytest.mark.parametrize(("scopes", "is_agent"), [(["read"], False), (["read", "write_posts"], True)])
async def test_a_limited_token_ends_neither_tokens_nor_memberships(
    runtime: Runtime, owner: Actor, scopes: list[str], *, is_agent: bool
) -> None:
    """It is the key of a script: whoever finds it can't lock its person out."""
    await invite_member(runtime, owner, "second@casaluz.example", Role.OWNER)
    _, shown = await create_token(runtime, owner, "script", scopes, is_agent=is_agent)
    script = await use(runtime, shown)
    other, _ = await create_token(runtime, owner, "other", ["read"])
    own = await member(runtime, owner, owner)
    with pytest.raises(NotAllowed):
        await revoke_token(runtime, script, other.id)
    with pytest.raises(NotAllowed):
        await remove_member(runtime, script, own.id)
    await revoke_token(runtime, owner, other.id)
    await remove_member(runtime, owner, own.id)
