"""A request that carries a key is carried out by one at a time, and only that one says how it ended."""

from __future__ import annotations

from datetime import timedelta

from signoff.kernel.ids import OrganizationId
from signoff.records.answers import RequestKey, answer_to, begin, give_up, is_lost, keep
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock


def key_in(organization: OrganizationId) -> RequestKey:
    return RequestKey(organization, "tests", "a key")


async def test_a_key_is_taken_once_and_keeps_its_answer(
    runtime: Runtime, organization: OrganizationId
) -> None:
    key = key_in(organization)
    ticket = await begin(runtime, key, "what was sent")
    assert ticket
    assert await begin(runtime, key, "what was sent") is None
    await keep(runtime, ticket, 201, {"location": "/there"})
    known = await answer_to(runtime, key)
    assert known
    assert (known.status, known.headers) == (201, {"location": "/there"})


async def test_who_lost_a_key_takes_it_from_nobody_and_answers_for_nobody(
    runtime: Runtime, organization: OrganizationId, clock: ShiftableClock
) -> None:
    key = key_in(organization)
    slow = await begin(runtime, key, "what was sent")
    assert slow
    assert not await is_lost(runtime, key)
    clock.advance(timedelta(seconds=61))
    assert await begin(runtime, key, "what was sent") is None
    assert await is_lost(runtime, key)
    clock.advance(timedelta(hours=24))
    assert await begin(runtime, key, "what was sent")
    await keep(runtime, slow, 201, {})
    await give_up(runtime, slow)
    known = await answer_to(runtime, key)
    assert known
    assert known.status is None


async def test_an_answer_is_kept_for_a_day(
    runtime: Runtime, organization: OrganizationId, clock: ShiftableClock
) -> None:
    key = key_in(organization)
    ticket = await begin(runtime, key, "what was sent")
    assert ticket
    await keep(runtime, ticket, 201, {})
    clock.advance(timedelta(hours=25))
    assert await begin(runtime, key, "something else")
