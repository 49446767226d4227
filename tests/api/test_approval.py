"""Approval rules over REST: setting them, and what a decision says because of them."""

from __future__ import annotations

import pytest

from signoff.kernel.people import Actor, Role
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.posts import in_review, seen
from tests.support.rest import CallAs, Caller
from tests.support.world import Join

DEFAULTS = {"approvals": 1, "four_eyes": False, "least_score": None, "stale_after_hours": 4}


async def test_rules_are_set_for_a_brand_and_replaced_on_a_channel(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    path = f"/brands/{brand.id}/approval"
    empty = await owner_api.get(path)
    assert (empty.json["own"], empty.json["in_force"], empty.headers["ETag"]) == ({}, DEFAULTS, '"0"')
    body = {"approvals": 2, "four_eyes": True, "least_score": 70}
    rules = await owner_api.put(path, body, empty)
    assert rules.json["in_force"] == body | {"stale_after_hours": 4}
    assert (await owner_api.put(path, body, empty)).status == 412

    of_channel = await owner_api.get(f"/channels/{channel.id}/approval")
    changed = await owner_api.put(f"/channels/{channel.id}/approval", {"approvals": 3}, of_channel)
    assert changed.json["own"] == {"approvals": 3}
    assert changed.json["in_force"] == rules.json["in_force"] | {"approvals": 3}
    back = await owner_api.put(f"/channels/{channel.id}/approval", {}, changed)
    assert (back.json["own"], back.json["in_force"]) == ({}, rules.json["in_force"])
    told = (await owner_api.get("/audit?action=approval.changed")).json["items"]
    assert [(each["before"], each["after"]) for each in told[-1:]] == [({}, body)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"approvals": 0}, "approvals"),
        ({"approvals": 6}, "approvals"),
        ({"approvals": True}, "approvals"),
        ({"least_score": 101}, "least_score"),
        ({"stale_after_hours": 10**30}, "stale_after_hours"),
        ({"stages": 2}, "stages"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_named(
    owner_api: Caller, brand: Brand, body: dict[str, object], field: str
) -> None:
    present = await owner_api.get(f"/brands/{brand.id}/approval")
    refused = await owner_api.put(f"/brands/{brand.id}/approval", body, present)
    assert (refused.status, [each["field"] for each in refused.json["errors"]]) == (422, [field])


async def test_a_decision_says_how_far_the_approval_is(
    owner_api: Caller, call_as: CallAs, join: Join, runtime: Runtime, author: Actor, channel: Channel
) -> None:
    path = f"/brands/{channel.brand_id}/approval"
    await owner_api.put(path, {"approvals": 2, "four_eyes": True}, await owner_api.get(path))
    post = (await in_review(runtime, author, channel)).post.id
    body = {"verdict": "approve", "seen": await seen(runtime, author, post)}
    first = await owner_api.post(f"/posts/{post}/decisions", body)
    standing = first.json["post"]["approval"]
    assert (first.status, first.json["seal"], first.json["post"]["state"]) == (201, None, "in_review")
    assert (standing["needed"], standing["missing"], standing["four_eyes"]) == (2, 1, True)
    assert [each["person"] for each in standing["approved_by"]] == ["Olga Owner"]
    reviewer = await call_as(await join(Role.REVIEWER))
    second = await reviewer.post(f"/posts/{post}/decisions", body)
    assert (second.json["seal"], second.json["post"]["approval"]["missing"]) == (body["seen"], 0)
