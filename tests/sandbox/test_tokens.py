"""Tokens: how they are made, what they may do, how they die."""

from __future__ import annotations

from dataclasses import replace

import aiohttp
import pytest

from tests.support.graph import Graph, Reply
from tests.support.sandbox import Sandbox

APP = {"client_id": "1020304050", "client_secret": "sandbox-app-secret"}
APP_TOKEN = "1020304050|sandbox-app-secret"


def with_token(graph: Graph, http: aiohttp.ClientSession, sandbox: Sandbox, token: str) -> Graph:
    return Graph(http, sandbox.graph_url, replace(graph.account, token=token))


async def test_a_call_needs_a_token_that_exists(facebook: Graph) -> None:
    page = facebook.account.id
    assert (await facebook.call("GET", page, headers={})).error == (104, 0)
    unknown = await facebook.call("GET", page, headers={"Authorization": "Bearer nonsense"})
    assert unknown.error == (190, 0)
    error = unknown.body["error"]
    assert error["type"] == "OAuthException"
    assert error["fbtrace_id"]


@pytest.mark.parametrize("subcode", [458, 459, 460, 463, 467, 492])
async def test_a_dead_token_is_refused_until_it_is_revived(
    instagram: Graph, sandbox: Sandbox, subcode: int, image_url: str
) -> None:
    sandbox.token(instagram.account.token, dead=subcode)
    assert (await instagram.container(image_url)).error == (190, subcode)
    assert (await instagram.get(instagram.account.id)).error == (190, subcode)
    sandbox.token(instagram.account.token, revive=True)
    assert (await instagram.get(instagram.account.id)).status == 200


async def test_a_token_expires_on_the_sandbox_clock(facebook: Graph, sandbox: Sandbox) -> None:
    sandbox.token(facebook.account.token, expires_in_s=3600)
    assert (await facebook.get(facebook.account.id)).status == 200
    sandbox.advance(3600)
    assert (await facebook.get(facebook.account.id)).error == (190, 463)


async def test_a_checkpoint_ends_the_token(instagram: Graph, sandbox: Sandbox) -> None:
    sandbox.fault("instagram.account", "checkpoint")
    for _ in range(2):
        assert (await instagram.get(instagram.account.id)).error == (190, 459)


async def test_missing_permissions_are_named(
    instagram: Graph, facebook: Graph, sandbox: Sandbox, image_url: str
) -> None:
    sandbox.token(instagram.account.token, scopes=["instagram_basic"])
    assert (await instagram.get(instagram.account.id)).status == 200
    refused = await instagram.container(image_url)
    assert (refused.status, refused.error) == (403, (10, 0))
    sandbox.token(facebook.account.token, scopes=["pages_read_engagement"])
    refused = await facebook.post(f"{facebook.account.id}/feed", message="No")
    assert refused.error == (200, 0)
    assert "pages_manage_posts" in refused.body["error"]["message"]
    assert sandbox.posts() == []


async def test_a_token_is_good_for_its_own_account_only(
    instagram: Graph, facebook: Graph, sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    foreign = with_token(instagram, http, sandbox, facebook.account.token)
    assert (await foreign.get(instagram.account.id)).error == (100, 33)


async def test_instagram_login_publishes_but_cannot_delete(
    sandbox: Sandbox, http: aiohttp.ClientSession, image_url: str
) -> None:
    graph = Graph(http, sandbox.graph_url, sandbox.seed_instagram(login="instagram"))
    published = await graph.publish((await graph.container(image_url)).id)
    refused = await graph.delete(published.id)
    assert "Unsupported delete request" in refused.body["error"]["message"]
    assert len(sandbox.posts(graph.account.id)) == 1


async def test_deleting_needs_its_own_permission(instagram: Graph, sandbox: Sandbox, image_url: str) -> None:
    published = await instagram.publish((await instagram.container(image_url)).id)
    sandbox.token(instagram.account.token, scopes=["instagram_basic", "instagram_content_publish"])
    assert (await instagram.delete(published.id)).error == (10, 0)
    assert len(sandbox.posts(instagram.account.id)) == 1


async def test_from_a_login_to_a_page_token(
    facebook: Graph, sandbox: Sandbox, http: aiohttp.ClientSession, image_url: str
) -> None:
    linked = sandbox.seed_instagram(page_id=facebook.account.id)
    exchange = "oauth/access_token"
    short = await facebook.call("GET", exchange, params=APP | {"code": sandbox.code()}, headers={})
    long = await facebook.call(
        "GET",
        exchange,
        params=APP | {"grant_type": "fb_exchange_token", "fb_exchange_token": short.body["access_token"]},
        headers={},
    )
    assert short.body["expires_in"] < long.body["expires_in"] == 60 * 86400
    person = with_token(facebook, http, sandbox, long.body["access_token"])
    pages = (await person.get("me/accounts")).body["data"]
    [token] = [page["access_token"] for page in pages if page["id"] == facebook.account.id]

    page = with_token(facebook, http, sandbox, token)
    assert (await page.get("me")).body == {"name": "Casa Luz", "id": facebook.account.id}
    assert (await page.get("me/accounts")).error == (100, 0)
    assert (await page.get("me/permissions")).error == (100, 0)
    assert (await page.post(f"{facebook.account.id}/feed", message="Hello")).status == 200
    assert (await page.post(f"{linked.id}/media", image_url=image_url)).status == 200


async def test_a_code_is_used_once_and_an_expired_token_is_not_exchanged(
    facebook: Graph, sandbox: Sandbox
) -> None:
    async def exchange(**params: str) -> Reply:
        return await facebook.call("GET", "oauth/access_token", params=APP | params, headers={})

    code = sandbox.code()
    token = (await exchange(code=code)).body["access_token"]
    assert (await exchange(code=code)).error == (100, 0)
    assert (await exchange(client_secret="wrong", code=sandbox.code())).error == (101, 0)
    sandbox.advance(2 * 3600)
    expired = await exchange(grant_type="fb_exchange_token", fb_exchange_token=token)
    assert expired.error == (190, 463)


async def test_a_token_is_inspected(facebook: Graph, sandbox: Sandbox) -> None:
    async def inspect(token: str) -> dict[str, object]:
        params = {"input_token": token, "access_token": APP_TOKEN}
        found = await facebook.call("GET", "debug_token", params=params, headers={})
        data: dict[str, object] = found.body["data"]
        return data

    token = facebook.account.token
    alive = await inspect(token)
    assert (alive["is_valid"], alive["expires_at"], alive["type"]) == (True, 0, "PAGE")
    assert "pages_manage_posts" in str(alive["scopes"])
    assert alive["profile_id"] == facebook.account.id
    sandbox.token(token, dead=460)
    dead = await inspect(token)
    assert dead["is_valid"] is False
    assert dict(dead["error"])["subcode"] == 460  # type: ignore[call-overload]
    assert (await inspect("nonsense"))["is_valid"] is False
