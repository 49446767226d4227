"""Who may come in: tokens, and the pages' sessions with their proof."""

from __future__ import annotations

import pytest

from signoff.kernel.people import Actor, May, Role
from signoff.organizations.sign_in import SignedIn
from signoff.runtime import Runtime
from tests.support.people import arrive
from tests.support.rest import COOKIE, CallAs, Caller


@pytest.mark.parametrize(
    "given", ["Bearer sgn_unknown", "Bearer ", "Basic b3duZXI6cGFzc3dvcmQ=", "sgn_unknown"]
)
async def test_what_is_no_token_lets_nobody_in(owner_api: Caller, given: str) -> None:
    refused = await owner_api.without_token(Authorization=given).get("/me")
    assert (refused.status, refused.json["type"]) == (401, "urn:signoff:problem:sign-in-needed")


async def test_a_token_speaks_for_its_person_within_its_scopes(call_as: CallAs, author: Actor) -> None:
    limited = await call_as(author, scopes=[May.READ, May.MANAGE_BRANDS])
    me = (await limited.get("/me")).json
    assert (me["role"], me["may"], me["email"]) == ("author", ["read"], author.email)
    refused = await limited.post("/posts", {"brand_id": str(author.person_id), "content_type": "feed_post"})
    assert refused.json["detail"] == "This token lacks the scope “write_posts”."


async def test_a_revoked_token_is_worthless_at_once(owner_api: Caller) -> None:
    made = await owner_api.post("/tokens", {"name": "import", "scopes": ["read"]})
    assert made.status == 201, made.body
    other = owner_api.without_token(Authorization=f"Bearer {made.json['text']}")
    assert (await other.get("/brands")).status == 200
    assert (await owner_api.delete(f"/tokens/{made.json['token']['id']}")).status == 204
    assert (await other.get("/brands")).status == 401
    listed = (await owner_api.get("/tokens")).json["items"]
    assert [token["name"] for token in listed if token["revoked_at"]] == ["import"]
    assert "text" not in listed[0]


async def test_a_token_with_limited_scopes_makes_no_other(call_as: CallAs, owner: Actor) -> None:
    limited = await call_as(owner, scopes=[May.READ])
    refused = await limited.post("/tokens", {"name": "more", "scopes": [may.value for may in May]})
    assert refused.status == 403


class TestSessions:
    @pytest.fixture
    async def signed_in(self, runtime: Runtime, owner: Actor) -> SignedIn:
        return await arrive(runtime, owner, Role.ADMIN)

    @pytest.fixture
    def browser(self, owner_api: Caller, signed_in: SignedIn) -> Caller:
        return owner_api.without_token(Cookie=f"{COOKIE}={signed_in.session_secret}")

    async def test_a_session_reads(self, browser: Caller) -> None:
        assert (await browser.get("/me")).json["email"] == "ana@casaluz.example"

    async def test_a_session_writes_from_our_own_page(self, browser: Caller, signed_in: SignedIn) -> None:
        proof = {"X-CSRF-Token": signed_in.csrf, "Sec-Fetch-Site": "same-origin"}
        body = {"name": "Casa Sol", "time_zone": "Europe/Madrid"}
        assert (await browser.post("/brands", body, **proof)).status == 201
        origin = {"X-CSRF-Token": signed_in.csrf, "Origin": browser.url.removesuffix("/api/v1")}
        assert (await browser.post("/brands", body | {"name": "Casa Mar"}, **origin)).status == 201

    @pytest.mark.parametrize(
        "proof",
        [
            {"Sec-Fetch-Site": "same-origin"},
            {"X-CSRF-Token": "right"},
            {"X-CSRF-Token": "wrong", "Sec-Fetch-Site": "same-origin"},
            {"X-CSRF-Token": "right", "Sec-Fetch-Site": "cross-site"},
            {"X-CSRF-Token": "right", "Sec-Fetch-Site": "same-site"},
            {"X-CSRF-Token": "right", "Origin": "http://[half"},
            {"X-CSRF-Token": "right", "Origin": "https://elsewhere.example"},
            {"X-CSRF-Token": "right", "Origin": "null"},
        ],
    )
    async def test_a_session_writes_nothing_for_another_site(
        self, browser: Caller, signed_in: SignedIn, proof: dict[str, str]
    ) -> None:
        given = {name: signed_in.csrf if value == "right" else value for name, value in proof.items()}
        refused = await browser.post("/brands", {"name": "Casa Sol", "time_zone": "Europe/Madrid"}, **given)
        assert refused.status == 403, refused.body
        assert (await browser.get("/brands")).json["items"] == []

    async def test_a_token_needs_no_such_proof_even_beside_a_cookie(
        self, owner_api: Caller, signed_in: SignedIn
    ) -> None:
        both = owner_api.without_token(**owner_api.headers, Cookie=f"{COOKIE}={signed_in.session_secret}")
        assert (await both.post("/brands", {"name": "Sol", "time_zone": "Europe/Madrid"})).status == 201
