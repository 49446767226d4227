from __future__ import annotations

import pytest

from signoff.connectors.errors import Reconnect, Refused
from signoff.connectors.facebook import Facebook
from signoff.connectors.graph.api import GraphApi
from signoff.http.client import Http
from signoff.kernel.clock import SystemClock
from signoff.sandbox.seeds import PERSON_TOKEN
from tests.connectors.graph.unmarked import unmarked
from tests.connectors.graph.world import SHORT
from tests.support.sandbox import Account, Sandbox


def credentials(account: Account, **changes: str) -> dict[str, str]:
    return {"page_id": account.id, "access_token": account.token, **changes}


async def test_a_working_page_says_who_it_is_and_what_it_can(
    facebook: Facebook, account: Account, sandbox: Sandbox
) -> None:
    health = await facebook.check(credentials(account), {})
    host = sandbox.url.removeprefix("http://")
    assert health.account.key == f"facebook:{host}:{account.id}"
    assert health.account.name == "Casa Luz"
    assert health.account.is_sandbox
    assert health.can == ("publish texts, links and photos", "take posts down")
    assert health.warnings == ()
    assert health.expires_at is None, "a Page token has no end, and its permissions don't lapse after 90 days"


async def test_a_persons_token_is_not_the_pages(
    facebook: Facebook, account: Account, sandbox: Sandbox
) -> None:
    with pytest.raises(Reconnect, match="person's access token") as problem:
        await facebook.check(credentials(account, access_token=PERSON_TOKEN), {})
    assert "/me/accounts" in problem.value.advice


async def test_missing_permissions_and_an_end_in_sight_are_told(
    facebook: Facebook, account: Account, sandbox: Sandbox
) -> None:
    sandbox.token(account.token, expires_in_s=86400)
    (warning,) = (await facebook.check(credentials(account), {})).warnings
    assert "expires on" in warning
    sandbox.token(account.token, scopes=["pages_read_engagement"])
    with pytest.raises(Reconnect, match="permission to publish"):
        await facebook.check(credentials(account), {})
    sandbox.token(account.token, dead=460)
    with pytest.raises(Reconnect, match="password was changed"):
        await facebook.check(credentials(account), {})


async def test_wrong_credentials_are_told_apart(facebook: Facebook, account: Account) -> None:
    with pytest.raises(Reconnect):
        await facebook.check(credentials(account, access_token="unknown"), {})
    with pytest.raises(Reconnect, match="doesn't exist, or this token"):
        await facebook.check(credentials(account, page_id="999"), {})
    with pytest.raises(Refused):
        await facebook.check(credentials(account, page_id="casaluz"), {})


async def test_a_platform_that_does_not_tell_about_tokens_is_no_fault(
    facebook: Facebook, account: Account, sandbox: Sandbox
) -> None:
    sandbox.fault("login.debug_token", "error_before", code=100)
    (warning,) = (await facebook.check(credentials(account), {})).warnings
    assert "doesn't tell what this token may do" in warning


async def test_an_address_of_ours_that_meta_cannot_reach_is_told(
    http: Http, account: Account, sandbox: Sandbox
) -> None:
    async with unmarked(sandbox.url) as real_url:
        api = GraphApi(http, SystemClock(), url=f"{real_url}/graph", version="v26.0")
        facebook = Facebook(api, public_url="https://10.0.0.4", times=SHORT)
        health = await facebook.check(credentials(account), {})
    (warning,) = health.warnings
    assert "SIGNOFF_PUBLIC_URL (https://10.0.0.4)" in warning
