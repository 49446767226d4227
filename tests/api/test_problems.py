"""Every refusal is a problem that says what to do."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from signoff.records.tenants import Brand, Channel
from tests.api.drafts import draft
from tests.support.noticeboard import Noticeboard
from tests.support.rest import Caller, Reply

MEMBERS = {"type", "title", "status", "detail", "next_step", "request_id"}


def problem(reply: Reply) -> dict[str, Any]:
    assert reply.headers["Content-Type"] == "application/problem+json", reply.body
    found: dict[str, Any] = reply.json
    assert set(found) >= MEMBERS
    assert (found["status"], found["request_id"]) == (reply.status, reply.headers["X-Request-Id"])
    return found


async def test_an_unknown_address_is_a_problem(owner_api: Caller) -> None:
    found = problem(await owner_api.get("/nothing"))
    assert (found["status"], found["type"]) == (404, "urn:signoff:problem:not-found")


@pytest.mark.parametrize("path", ["/nothing%0A", "/nothing/%0Aat/all", "/posts/%0A/readiness"])
async def test_an_address_with_a_line_break_is_refused_as_any_other(owner_api: Caller, path: str) -> None:
    assert problem(await owner_api.get(path))["status"] in {404, 422}


async def test_a_wrong_method_names_those_that_are_taken(owner_api: Caller) -> None:
    reply = await owner_api.call("PUT", "/posts")
    assert (reply.status, problem(reply)["type"]) == (405, "urn:signoff:problem:method-not-allowed")
    assert "GET" in reply.headers["Allow"]


async def test_a_body_that_is_no_json_is_refused(owner_api: Caller) -> None:
    headers = {"Content-Type": "application/json"}
    reply = await owner_api.call("POST", "/posts", data=b"{not json", headers=headers)
    assert (reply.status, problem(reply)["detail"]) == (400, "The body isn't JSON.")


async def test_each_wrong_field_is_named(owner_api: Caller, brand: Brand) -> None:
    body = draft(brand, content_type="poem", colour="red", media=[{"alt": "no id"}])
    found = problem(await owner_api.post("/posts", body))
    assert found["type"] == "urn:signoff:problem:invalid"
    named = {error["field"].split(".")[0] for error in found["errors"]}
    assert named == {"content_type", "colour", "media"}


@pytest.mark.parametrize(
    "value",
    ["a\x00b", {"deep": ["a\x00b"]}, {"a\x00": 1}, "\ud800", 1e400],
    ids=lambda value: repr(value)[:12],
)
async def test_what_the_database_cannot_store_is_refused(
    owner_api: Caller, brand: Brand, value: object
) -> None:
    body = json.dumps(draft(brand, metadata={"value": value}))
    reply = await owner_api.call("POST", "/posts", data=body, headers={"Content-Type": "application/json"})
    assert reply.status == 422, reply.body
    assert problem(reply)["errors"]


async def test_endless_nesting_is_refused(owner_api: Caller, brand: Brand) -> None:
    nested: dict[str, Any] = {}
    for _ in range(60):
        nested = {"in": nested}
    assert problem(await owner_api.post("/posts", draft(brand, metadata=nested)))["status"] == 422


async def test_a_nul_in_the_query_is_refused(owner_api: Caller) -> None:
    assert problem(await owner_api.get("/posts", search="a\x00b"))["status"] == 422


async def padding() -> AsyncIterator[bytes]:
    yield b'{"padding": "'
    for _ in range(80):
        yield b"x" * 64 * 1024


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_beyond_the_limit_is_refused(owner_api: Caller, announced: bool) -> None:
    headers = {"Content-Type": "application/json"} | ({"Content-Length": "99999999"} if announced else {})
    reply = await owner_api.call("POST", "/posts", data=padding(), headers=headers)
    assert problem(reply)["type"] == "urn:signoff:problem:too-large"


async def test_without_a_token_nothing_is_said(owner_api: Caller, brand: Brand) -> None:
    reply = await owner_api.without_token().get(f"/brands/{brand.id}")
    assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, 'Bearer realm="signoff"')
    assert "token create" in problem(reply)["next_step"]


async def test_our_own_mistake_gets_a_reference_and_tells_no_secret(
    owner_api: Caller, brand: Brand, noticeboard: Noticeboard
) -> None:
    noticeboard.fails_with.append(RuntimeError("the password is tulip"))
    body = {"platform": "noticeboard", "credentials": {"board": "plaza", "key": "key of plaza"}}
    reply = await owner_api.post(f"/brands/{brand.id}/channels", body)
    found = problem(reply)
    assert (found["status"], found["type"]) == (500, "urn:signoff:problem:internal")
    assert found["request_id"] in found["next_step"]
    assert b"tulip" not in reply.body


async def test_a_problem_carries_what_it_is_about(owner_api: Caller, channel: Channel, brand: Brand) -> None:
    body = {"platform": "noticeboard", "credentials": {"board": "plaza", "key": "key of plaza"}}
    found = problem(await owner_api.post(f"/brands/{brand.id}/channels", body))
    assert (found["status"], found["channel_id"]) == (409, str(channel.id))


async def test_answers_are_neither_kept_nor_taken_for_pages(owner_api: Caller) -> None:
    headers = (await owner_api.get("/me")).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
