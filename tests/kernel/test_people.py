"""The permission table: who may do what, and what is said to those who may not."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from signoff.kernel.errors import NotAllowed
from signoff.kernel.ids import OrganizationId, PersonId, new_id
from signoff.kernel.people import LEAST_ROLE, Actor, May, Role, Via, worker_actor

WHAT_EACH_ROLE_ADDS = {
    Role.VIEWER: {May.READ},
    Role.AUTHOR: {May.WRITE_POSTS},
    Role.REVIEWER: {May.DECIDE},
    Role.PUBLISHER: {May.SCHEDULE, May.OPERATE, May.PAUSE},
    Role.ADMIN: {
        May.EDIT_ALL_POSTS,
        May.MANAGE_BRANDS,
        May.MANAGE_CHANNELS,
        May.MANAGE_MEMBERS,
        May.READ_AUDIT,
    },
    Role.OWNER: {May.MANAGE_OWNERS},
}


def somebody(role: Role) -> Actor:
    return Actor(OrganizationId(new_id()), PersonId(new_id()), role, Via.WEB)


def allowed(actor: Actor) -> set[May]:
    return {what for what in May if actor.may(what)}


def test_each_role_may_what_the_one_before_may_and_something_more() -> None:
    for less, more in pairwise(Role):
        assert allowed(somebody(more)) - allowed(somebody(less)) == WHAT_EACH_ROLE_ADDS[more]
    assert allowed(somebody(Role.VIEWER)) == WHAT_EACH_ROLE_ADDS[Role.VIEWER]
    assert allowed(somebody(Role.OWNER)) == set(May)


def test_everything_that_may_be_done_has_a_least_role() -> None:
    assert set(LEAST_ROLE) == set(May)


@pytest.mark.parametrize("role", Role)
def test_a_machine_reads_and_writes_and_never_more(role: Role) -> None:
    machine = replace(somebody(role), is_agent=True)
    assert allowed(machine) <= {May.READ, May.WRITE_POSTS}
    with pytest.raises(NotAllowed, match="made for an agent") as refused:
        machine.need(May.DECIDE)
    assert refused.value.next_step == "Ask a person to do it."


def test_a_limited_token_may_what_it_was_made_for() -> None:
    limited = replace(somebody(Role.OWNER), scopes=frozenset({May.READ, May.SCHEDULE}))
    assert allowed(limited) == {May.READ, May.SCHEDULE}
    with pytest.raises(NotAllowed, match="lacks the scope “decide”"):
        limited.need(May.DECIDE)


def test_a_token_gives_nobody_more_than_the_role() -> None:
    author = replace(somebody(Role.AUTHOR), scopes=frozenset(May))
    with pytest.raises(NotAllowed, match="needs the role reviewer or above; yours is author"):
        author.need(May.DECIDE)


def test_the_worker_acts_for_one_organization_and_is_no_person() -> None:
    organization = OrganizationId(new_id())
    worker = worker_actor(organization)
    assert (worker.organization_id, worker.person_id, worker.via) == (organization, None, Via.WORKER)
