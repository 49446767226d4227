"""What an account or an application may call within an hour: refused beyond it, in Meta's words."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from tests.support.graph import Graph, Reply
from tests.support.sandbox import Sandbox


async def asked(graph: Graph, times: int = 1) -> Reply:
    """The last of some calls about the account."""
    return [await graph.get(graph.account.id) for _ in range(times)][-1]


def usage(reply: Reply, account: str) -> dict[str, Any]:
    (own,) = json.loads(reply.headers["X-Business-Use-Case-Usage"])[account]
    return dict(own)


@pytest.mark.parametrize(("platform", "code"), [("instagram", 80002), ("facebook", 80001)])
async def test_an_account_beyond_its_limit_is_refused_until_the_hour_is_over(
    facebook: Graph, instagram: Graph, sandbox: Sandbox, platform: str, code: int
) -> None:
    graph = {"facebook": facebook, "instagram": instagram}[platform]
    sandbox.limit(graph.account.id, 4)
    assert usage(await asked(graph, 3), graph.account.id)["call_count"] == 75
    sandbox.advance(600)
    last = await asked(graph)
    assert (last.status, usage(last, graph.account.id)["call_count"]) == (200, 100)

    refused = await asked(graph)
    assert (refused.status, refused.error) == (400, (code, 0))
    told = usage(refused, graph.account.id)
    assert (told["call_count"], told["estimated_time_to_regain_access"]) == (100, 50)

    sandbox.advance(told["estimated_time_to_regain_access"] * 60)
    assert (await asked(graph)).status == 200


async def test_calls_that_are_refused_count_so_that_pressing_on_takes_longer(
    facebook: Graph, sandbox: Sandbox
) -> None:
    sandbox.limit(facebook.account.id, 2)
    await asked(facebook, 2)
    sandbox.advance(1800)
    told = usage(await asked(facebook, 5), facebook.account.id)
    assert told["estimated_time_to_regain_access"] == 60
    assert [line["error"] for line in sandbox.requests()] == ["", ""] + ["80001"] * 5


async def test_the_applications_limit_is_one_for_all_its_accounts(
    facebook: Graph, instagram: Graph, sandbox: Sandbox
) -> None:
    sandbox.limit("", 3)
    await asked(facebook, 2)
    await asked(instagram)
    for graph in (facebook, instagram):
        refused = await asked(graph)
        assert (refused.status, refused.error) == (400, (4, 0))
        assert '"call_count": 100' in refused.headers["X-App-Usage"]
    sandbox.limit("", None)
    assert (await asked(facebook)).status == 200


async def test_a_refused_call_does_nothing_and_leaves_faults_waiting(
    facebook: Graph, sandbox: Sandbox
) -> None:
    sandbox.limit(facebook.account.id, 0)
    sandbox.fault("facebook.direct", "reset_after")
    refused = await facebook.post(f"{facebook.account.id}/feed", message="Hello")
    assert refused.error == (80001, 0)
    assert sandbox.posts(facebook.account.id) == []
    assert len(sandbox.faults()) == 1


async def test_a_limit_for_nobody_is_refused(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    body = {"account": "nobody", "calls_per_hour": 5}
    async with http.post(f"{sandbox.url}/control/limits", json=body) as answer:
        assert answer.status == 404
    async with http.get(f"{sandbox.url}/control/limits") as answer:
        assert await answer.json() == []
