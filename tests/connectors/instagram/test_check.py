from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from signoff.connectors.errors import Reconnect, Refused, Throttled, TryLater
from signoff.connectors.graph.api import GraphApi
from signoff.connectors.instagram import Instagram
from signoff.http.client import Http
from signoff.kernel.clock import SystemClock
from tests.connectors.graph.unmarked import unmarked
from tests.connectors.graph.world import SHORT
from tests.support.sandbox import Account, Sandbox


def credentials(account: Account, **changes: str) -> dict[str, str]:
    return {"ig_user_id": account.id, "access_token": account.token, **changes}


async def test_a_working_account_says_who_it_is_and_what_it_can(
    instagram: Instagram, account: Account, sandbox: Sandbox
) -> None:
    health = await instagram.check(credentials(account), {})
    host = sandbox.url.removeprefix("http://")
    assert health.account.key == f"instagram:{host}:{account.id}"
    assert health.account.name == "casaluz"
    assert health.account.is_sandbox
    assert health.can == ("publish pictures and carousels, 50 in 24 hours", "take posts down")
    assert health.warnings == ()
    assert health.expires_at
    assert timedelta(days=89) < health.expires_at - datetime.now(UTC) < timedelta(days=91)


async def test_what_runs_out_is_told_two_weeks_before(
    instagram: Instagram, account: Account, sandbox: Sandbox
) -> None:
    week_s = 7 * 86400
    sandbox.token(account.token, expires_in_s=week_s, data_access_expires_in_s=week_s + 86400)
    health = await instagram.check(credentials(account), {})
    assert len(health.warnings) == 2
    assert "access token expires on" in health.warnings[0]
    assert "consent to data access ends on" in health.warnings[1]
    assert health.expires_at
    assert health.expires_at - datetime.now(UTC) < timedelta(days=7)


async def test_missing_permissions_are_told(instagram: Instagram, account: Account, sandbox: Sandbox) -> None:
    sandbox.token(account.token, scopes=["instagram_basic", "instagram_content_publish"])
    health = await instagram.check(credentials(account), {})
    assert health.warnings == (
        "Posts can be taken down by hand only: the token lacks instagram_manage_contents.",
    )
    assert "take posts down" not in health.can
    sandbox.token(account.token, scopes=["instagram_basic"])
    with pytest.raises(Reconnect, match="permission to publish"):
        await instagram.check(credentials(account), {})


async def test_a_nearly_used_up_publishing_limit_is_told(instagram: Instagram, sandbox: Sandbox) -> None:
    account = sandbox.seed_instagram(name="None", username="none", quota_total=1)
    health = await instagram.check(credentials(account), {})
    assert not health.warnings
    assert health.can[0] == "publish pictures and carousels, 1 in 24 hours"


async def test_a_platform_that_does_not_tell_about_tokens_is_no_fault(
    instagram: Instagram, account: Account, sandbox: Sandbox
) -> None:
    for fault in ({"code": 10}, {"code": 100}, {"code": 1}):
        sandbox.fault("login.debug_token", "error_before", **fault)
        health = await instagram.check(credentials(account), {})
        assert health.expires_at is None
        assert "doesn't tell what this token may do" in health.warnings[0]


async def test_a_dead_token_must_be_replaced(
    instagram: Instagram, account: Account, sandbox: Sandbox
) -> None:
    sandbox.token(account.token, dead=463)
    with pytest.raises(Reconnect, match="expired") as problem:
        await instagram.check(credentials(account), {})
    assert problem.value.code == "190/463"


async def test_wrong_credentials_are_told_apart(
    instagram: Instagram, account: Account, sandbox: Sandbox
) -> None:
    with pytest.raises(Reconnect, match="isn't valid"):
        await instagram.check(credentials(account, access_token="unknown"), {})
    with pytest.raises(Reconnect, match="doesn't exist, or this token"):
        await instagram.check(credentials(account, ig_user_id="17841999999999999"), {})
    with pytest.raises(Refused, match="digits"):
        await instagram.check(credentials(account, ig_user_id="casaluz"), {})
    sandbox.fault("instagram.account", "app_throttle")
    with pytest.raises(Throttled):
        await instagram.check(credentials(account), {})
    sandbox.fault("instagram.account", "error_500_before")
    with pytest.raises(TryLater):
        await instagram.check(credentials(account), {})


async def test_an_address_of_ours_that_meta_cannot_reach_is_told_unless_it_is_a_sandbox(
    http: Http, account: Account, sandbox: Sandbox
) -> None:
    def at(graph_url: str) -> Instagram:
        api = GraphApi(http, SystemClock(), url=graph_url, version="v26.0")
        return Instagram(api, public_url="http://127.0.0.1:8000", times=SHORT)

    in_sandbox = await at(sandbox.graph_url).check(credentials(account), {})
    assert not in_sandbox.warnings
    async with unmarked(sandbox.url) as real_url:
        real = await at(f"{real_url}/graph").check(credentials(account), {})
    (warning,) = real.warnings
    assert "SIGNOFF_PUBLIC_URL (http://127.0.0.1:8000)" in warning
    assert not real.account.is_sandbox
