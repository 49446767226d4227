"""The OpenAPI description: complete, with examples that work, and true."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok

from signoff.kernel import errors
from signoff.kernel.errors import Problem
from signoff.records.tenants import Brand, Channel
from tests.api.drafts import in_review, png
from tests.api.operations import read_operations
from tests.support.rest import Caller

DOCS = Path(__file__).parents[2] / "docs/rest.md"


@pytest.fixture
async def described(owner_api: Caller) -> dict[str, Any]:
    reply = await owner_api.without_token().get("/openapi.json")
    found: dict[str, Any] = reply.json
    return found


def operations_of(described: dict[str, Any]) -> list[dict[str, Any]]:
    return [said for methods in described["paths"].values() for said in methods.values()]


async def test_every_operation_says_what_it_does_and_how_it_refuses(described: dict[str, Any]) -> None:
    for said in operations_of(described):
        assert said["summary"], said
        assert said["description"], said
        assert len(said["tags"]) == 1, said
        assert {"401", "403", "422"} <= set(said["responses"]), said["operationId"]
        assert said["security"] == [{"token": []}, {"session": []}]
    names = [said["operationId"] for said in operations_of(described)]
    assert len(names) == len(set(names))


async def test_every_field_that_is_given_or_taken_is_described_by_name_or_words(
    described: dict[str, Any],
) -> None:
    schemas = described["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    lists = ("ListOut_", "PageOut_")
    named = {name: said for name, said in schemas.items() if not name.startswith(lists)}
    assert {name for name, said in named.items() if not said.get("description")} == set()


async def test_the_examples_of_bodies_are_accepted_as_they_stand(owner_api: Caller) -> None:
    for one in await read_operations(owner_api):
        if one.example is None:
            continue
        ids = dict.fromkeys(one.ids, "01980c7a-7bb0-7c3e-9a7b-2f6d1c0e8a11")
        reply = await one.call(owner_api, ids)
        assert reply.status not in {400, 415}, (one, reply.body)
        if reply.status == 422:  # about what it refers to, not about its form
            assert "brand" in reply.json["detail"] or "address" in reply.json["detail"], (one, reply.body)


def test_every_kind_of_problem_is_documented() -> None:
    kinds = {
        kind.type for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Problem)
    }
    assert kinds <= set(re.findall(r"`([a-z-]+)`", DOCS.read_text()))


async def test_every_operation_is_documented(owner_api: Caller) -> None:
    documented = set(re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^` ]*)`", DOCS.read_text()))
    described = {(one.method, one.path) for one in await read_operations(owner_api)} | {("GET", "/events")}
    assert documented == described


# Generated requests are refused or carried out, and answered as described. These checks don't apply:
_LEFT_OUT = {
    "unsupported_method",  # asks for 405 on paths of other ids, where 404 comes first
    "use_after_free",  # what is removed leaves lists, which stay readable
    "ensure_resource_availability",  # a channel can't be made from a generated password
    "ignored_auth",  # that each route needs somebody is tested by name
    "missing_required_header",  # 428 rather than a 4xx of its choice
    "positive_data_acceptance",  # ids of the right form mostly lead nowhere
    "negative_data_rejection",  # what is ignored in a query does no harm
}


_NOT_GENERATED = {
    "GET /events",  # never ends by itself
    "POST /media",  # would fetch from addresses of the real world
}


_PATIENCE_S = 60
"""A machine that is busy with other things answers late, too."""


@pytest.mark.slow
async def test_no_generated_request_breaks_the_server_or_the_description(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    post = await in_review(owner_api, brand, channel)
    own = {"post_id": post.json["id"], "brand_id": str(brand.id), "channel_id": str(channel.id)}
    own["media_id"] = (await owner_api.upload(png())).json["id"]
    await asyncio.to_thread(_generate, owner_api.url, owner_api.headers, own)


def _generate(url: str, headers: dict[str, str], own: dict[str, str]) -> None:
    """Call each operation, now with ids that are there, now with others."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    checks: Any = [check for check in CHECKS.get_all() if check.__name__ not in _LEFT_OUT]
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.label in _NOT_GENERATED:
            continue

        @hypothesis.given(case=operation.as_strategy(), is_there=strategies.booleans())
        @hypothesis.settings(
            max_examples=15, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
        )
        def answers_as_described(case: schemathesis.Case[Any], is_there: bool) -> None:
            if is_there:
                case.path_parameters |= {name: own[name] for name in case.path_parameters if name in own}
                if isinstance(case.body, dict) and "brand_id" in case.body:
                    case.body |= {"brand_id": own["brand_id"]}
            case.call_and_validate(base_url=url, headers=headers, checks=checks, timeout=_PATIENCE_S)

        answers_as_described()
