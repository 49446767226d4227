"""Each fault of the sandbox at each call: the right class of error, and one post in the end."""

from __future__ import annotations

from typing import Any

import pytest

from signoff.connectors.base import CannotTell
from signoff.connectors.errors import Ambiguous, ConnectorError, Reconnect, TryLater
from signoff.connectors.instagram import Instagram
from signoff.sandbox.faults import FAULTS
from tests.connectors.graph.faults import (
    CALL_FAULTS,
    WITHIN,
    assert_nothing_is_concluded,
    cases,
    times_for_a_read,
)
from tests.connectors.graph.world import Carrier, parcel_for, shot, source
from tests.support.graph import Pictures
from tests.support.sandbox import Account, Sandbox

BEFORE_THE_COMMIT = ("instagram.limit", "instagram.container", "instagram.status")


pytestmark = pytest.mark.slow


@pytest.fixture
def carrier(instagram: Instagram, account: Account, pictures: Pictures) -> Carrier:
    taken = [shot(pictures, colour) for colour in ("red", "green")]
    return Carrier(instagram, parcel_for(instagram, account, source("Two colours", *taken), *taken))


def test_every_fault_of_the_sandbox_is_tried() -> None:
    assert set(CALL_FAULTS) | WITHIN == set(FAULTS)


async def assert_one_post_in_the_end(carrier: Carrier, sandbox: Sandbox, account: Account) -> None:
    sandbox.clear_faults()
    sandbox.token(account.token, revive=True)
    receipt = await carrier.until_out()
    sandbox.advance(2 * 3600)  # what was lost and takes effect late has done so
    posts = sandbox.posts(account.id)
    assert [post["id"] for post in posts] == [receipt.external_id]


@pytest.mark.parametrize("call", BEFORE_THE_COMMIT)
@pytest.mark.parametrize(("fault", "options", "before", "_"), cases())
async def test_a_fault_before_the_commit_is_certain(  # noqa: PLR0917 - the case and the world
    carrier: Carrier,
    sandbox: Sandbox,
    account: Account,
    call: str,
    fault: str,
    options: dict[str, Any],
    before: type[ConnectorError],
    _: object,
) -> None:
    times = 1 if call == "instagram.container" else times_for_a_read(fault)
    sandbox.fault(call, fault, times, **options)
    with pytest.raises(ConnectorError) as problem:
        await carrier.prepare()
    assert type(problem.value) is before
    assert not sandbox.posts(account.id)
    await assert_one_post_in_the_end(carrier, sandbox, account)


@pytest.mark.parametrize(("fault", "options", "_", "at_commit"), cases())
async def test_a_fault_at_the_commit_is_certain_only_where_the_answer_says_so(
    carrier: Carrier,
    sandbox: Sandbox,
    account: Account,
    fault: str,
    options: dict[str, Any],
    _: object,
    at_commit: type[ConnectorError],
) -> None:
    sandbox.fault("instagram.publish", fault, **options)
    await carrier.prepare()
    with pytest.raises(ConnectorError) as problem:
        await carrier.commit()
    assert type(problem.value) is at_commit
    carrier.in_doubt = at_commit is Ambiguous
    await assert_one_post_in_the_end(carrier, sandbox, account)


@pytest.mark.parametrize("call", ["instagram.status", "instagram.list"])
@pytest.mark.parametrize(("fault", "options", "before", "_"), cases())
async def test_a_look_that_fails_tells_nothing(  # noqa: PLR0917 - the case and the world
    carrier: Carrier,
    sandbox: Sandbox,
    account: Account,
    call: str,
    fault: str,
    options: dict[str, Any],
    before: type[ConnectorError],
    _: object,
) -> None:
    sandbox.fault("instagram.publish", "close_after")
    await carrier.prepare()
    with pytest.raises(Ambiguous):
        await carrier.commit()
    sandbox.fault(call, fault, times_for_a_read(fault), **options)
    await assert_nothing_is_concluded(carrier, before)
    await assert_one_post_in_the_end(carrier, sandbox, account)


@pytest.mark.parametrize(
    ("code", "subcode", "expected"),
    [
        (24, 2207008, Ambiguous),
        (24, 2207006, Ambiguous),
        (-2, 2207020, Ambiguous),
        (-1, 2207001, Ambiguous),
        (9007, 2207027, TryLater),
        (25, 2207050, Reconnect),
        (10, 0, Reconnect),
        (31337, 0, Ambiguous),
    ],
)
async def test_what_instagram_answers_to_publishing(
    carrier: Carrier,
    sandbox: Sandbox,
    account: Account,
    code: int,
    subcode: int,
    expected: type[ConnectorError],
) -> None:
    sandbox.fault("instagram.publish", "error_after", code=code, subcode=subcode)
    await carrier.prepare()
    with pytest.raises(ConnectorError) as problem:
        await carrier.commit()
    assert type(problem.value) is expected
    carrier.in_doubt = expected is Ambiguous
    await assert_one_post_in_the_end(carrier, sandbox, account)


async def test_a_token_that_ends_after_the_commit_leaves_the_outcome_open(
    carrier: Carrier, sandbox: Sandbox, account: Account
) -> None:
    sandbox.fault("instagram.publish", "close_after")
    await carrier.prepare()
    with pytest.raises(Ambiguous):
        await carrier.commit()
    sandbox.token(account.token, dead=460)
    finding = await carrier.look()
    assert isinstance(finding, CannotTell)
    assert "password was changed" in finding.reason
    await assert_one_post_in_the_end(carrier, sandbox, account)
