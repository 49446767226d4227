"""Each fault of the sandbox at each call: the right class of error, and one post in the end."""

from __future__ import annotations

from typing import Any

import pytest

from signoff.connectors.errors import Ambiguous, ConnectorError, Reconnect, Refused
from signoff.connectors.facebook import Facebook
from tests.connectors.graph.faults import assert_nothing_is_concluded, cases, times_for_a_read
from tests.connectors.graph.world import Carrier, parcel_for, shot, source
from tests.support.graph import Pictures
from tests.support.sandbox import Account, Sandbox

pytestmark = pytest.mark.slow

WAYS = {"draft first": ({}, "facebook.publish"), "directly": ({"draft_first": False}, "facebook.direct")}
LATE = "lost_and_late"


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def carrier(facebook: Facebook, account: Account, pictures: Pictures, way: str) -> Carrier:
    taken = [shot(pictures, colour) for colour in ("red", "green")]
    parcel = parcel_for(facebook, account, source("Two colours", *taken), *taken, options=WAYS[way][0])
    return Carrier(facebook, parcel)


async def assert_one_post_in_the_end(carrier: Carrier, sandbox: Sandbox, account: Account) -> None:
    sandbox.clear_faults()
    sandbox.token(account.token, revive=True)
    receipt = await carrier.until_out()
    sandbox.advance(2 * 3600)  # what was lost and takes effect late has done so
    posts = sandbox.posts(account.id)
    assert [post["id"] for post in posts] == [receipt.external_id]


@pytest.mark.parametrize("call", ["facebook.photo", "facebook.draft"])
@pytest.mark.parametrize(("fault", "options", "before", "_"), cases())
async def test_a_fault_before_the_commit_is_certain(  # noqa: PLR0917 - the case and the world
    carrier: Carrier,
    sandbox: Sandbox,
    account: Account,
    way: str,
    call: str,
    fault: str,
    options: dict[str, Any],
    before: type[ConnectorError],
    _: object,
) -> None:
    if way == "directly" and call == "facebook.draft":
        return
    sandbox.fault(call, fault, **options)
    with pytest.raises(ConnectorError) as problem:
        await carrier.prepare()
    assert type(problem.value) is before
    assert not sandbox.posts(account.id)
    await assert_one_post_in_the_end(carrier, sandbox, account)


@pytest.mark.parametrize(("fault", "options", "_", "at_commit"), cases())
async def test_a_fault_at_the_commit_is_certain_only_where_the_answer_says_so(  # noqa: PLR0917
    carrier: Carrier,
    sandbox: Sandbox,
    account: Account,
    way: str,
    fault: str,
    options: dict[str, Any],
    _: object,
    at_commit: type[ConnectorError],
) -> None:
    sandbox.fault(WAYS[way][1], fault, **options)
    await carrier.prepare()
    with pytest.raises(ConnectorError) as problem:
        await carrier.commit()
    assert type(problem.value) is at_commit
    carrier.in_doubt = at_commit is Ambiguous
    if way == "directly" and fault == LATE:
        sandbox.advance(2 * 3600)  # only the protocol's settle time guards a post that nothing identifies
    await assert_one_post_in_the_end(carrier, sandbox, account)


@pytest.mark.parametrize(("fault", "options", "before", "_"), cases())
async def test_a_look_that_fails_tells_nothing(  # noqa: PLR0917 - the case and the world
    carrier: Carrier,
    sandbox: Sandbox,
    account: Account,
    way: str,
    fault: str,
    options: dict[str, Any],
    before: type[ConnectorError],
    _: object,
) -> None:
    sandbox.fault(WAYS[way][1], "close_after")
    await carrier.prepare()
    with pytest.raises(Ambiguous):
        await carrier.commit()
    call = "facebook.read" if way == "draft first" else "facebook.list"
    sandbox.fault(call, fault, times_for_a_read(fault), **options)
    await assert_nothing_is_concluded(carrier, before)
    await assert_one_post_in_the_end(carrier, sandbox, account)


@pytest.mark.parametrize(
    ("code", "subcode", "expected"),
    [
        (1, 99, Ambiguous),
        (506, 0, Ambiguous),
        (1366051, 0, Ambiguous),
        (100, 33, Ambiguous),
        (200, 0, Reconnect),
        (1404078, 0, Reconnect),
        (100, 1366046, Refused),
        (1609008, 0, Refused),
    ],
)
async def test_what_facebook_answers_to_publishing(  # noqa: PLR0917 - the case and the world
    carrier: Carrier,
    sandbox: Sandbox,
    account: Account,
    way: str,
    code: int,
    subcode: int,
    expected: type[ConnectorError],
) -> None:
    if way == "directly" and (code, subcode) == (100, 33):
        expected = Reconnect  # the call was about the Page itself
    sandbox.fault(WAYS[way][1], "error_before", code=code, subcode=subcode)
    await carrier.prepare()
    with pytest.raises(ConnectorError) as problem:
        await carrier.commit()
    assert type(problem.value) is expected
    carrier.in_doubt = expected is Ambiguous
    await assert_one_post_in_the_end(carrier, sandbox, account)
