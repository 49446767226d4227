"""The cadence over REST: setting it, and what scheduling says because of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from signoff.kernel.people import Actor
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.posts import approved
from tests.support.rest import Caller

NIGHT = {"from": "22:00", "to": "07:00"}


async def test_rules_are_set_for_a_brand_and_replaced_on_a_channel(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    path = f"/brands/{brand.id}/cadence"
    empty = await owner_api.get(path)
    assert (empty.json["own"], empty.headers["ETag"]) == ({}, '"0"')
    body = {"min_gap_minutes": 240, "quiet_hours": NIGHT, "slots": ["Mo,Tu 09:00"]}
    rules = await owner_api.put(path, body, empty)
    assert rules.json["in_force"] == body | {"max_per_day": None, "slots": ["Mo 09:00", "Tu 09:00"]}
    assert (await owner_api.put(path, body, empty)).status == 412

    of_channel = await owner_api.get(f"/channels/{channel.id}/cadence")
    changed = await owner_api.put(f"/channels/{channel.id}/cadence", {"min_gap_minutes": None}, of_channel)
    assert changed.json["own"] == {"min_gap_minutes": None}
    assert changed.json["in_force"] == rules.json["in_force"] | {"min_gap_minutes": None}
    assert changed.json["time_zone"] == "Europe/Madrid"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"min_gap_minutes": 0}, "min_gap_minutes"),
        ({"min_gap_minutes": 10**30}, "min_gap_minutes"),
        ({"max_per_day": "two"}, "max_per_day"),
        ({"quiet_hours": {"from": "22:00", "to": "22:00"}}, "quiet_hours"),
        ({"quiet_hours": {"from": "22:00"}}, "quiet_hours.to"),
        ({"slots": ["tomorrow"]}, "slots"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_named(
    owner_api: Caller, brand: Brand, body: dict[str, object], field: str
) -> None:
    present = await owner_api.get(f"/brands/{brand.id}/cadence")
    refused = await owner_api.put(f"/brands/{brand.id}/cadence", body, present)
    assert (refused.status, [each["field"] for each in refused.json["errors"]]) == (422, [field])


async def test_scheduling_says_from_when_to_when_and_why(
    owner_api: Caller, runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    present = await owner_api.get(f"/brands/{brand.id}/cadence")
    await owner_api.put(f"/brands/{brand.id}/cadence", {"min_gap_minutes": 60}, present)
    due = (datetime.now(UTC) + timedelta(days=3)).replace(second=0, microsecond=0)
    wish = {"due_at": due.isoformat()}
    posts = [(await approved(runtime, owner, channel)).post.id for _ in range(4)]
    (first,) = (await owner_api.post(f"/posts/{posts[0]}/deliveries", wish)).json["items"]
    assert (first["moved_from"], first["moved_why"], first["keeps_time"]) == (None, "", False)
    (second,) = (await owner_api.post(f"/posts/{posts[1]}/deliveries", wish)).json["items"]
    assert datetime.fromisoformat(second["moved_from"]) == due
    assert datetime.fromisoformat(second["due_at"]) == due + timedelta(hours=1)
    assert second["moved_why"].startswith("Posts here are at least 1 h apart")
    (kept,) = (await owner_api.post(f"/posts/{posts[2]}/deliveries", wish | {"keep_time": True})).json[
        "items"
    ]
    assert (datetime.fromisoformat(kept["due_at"]), kept["moved_from"], kept["keeps_time"]) == (
        due,
        None,
        True,
    )
    (slot,) = (await owner_api.post(f"/posts/{posts[3]}/deliveries", {"due_at": "next_slot"})).json["items"]
    assert datetime.fromisoformat(slot["due_at"]) < due
    path = f"/deliveries/{kept['id']}/reschedule"
    moved = await owner_api.post(path, {"due_at": due.isoformat()})
    assert datetime.fromisoformat(moved.json["due_at"]) == due + timedelta(hours=2)
    assert (await owner_api.post(path, {"due_at": "next_slot", "keep_time": True})).status == 422


async def test_scheduling_onto_a_full_day_on_purpose_is_warned_of(
    owner_api: Caller, runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    present = await owner_api.get(f"/brands/{brand.id}/cadence")
    await owner_api.put(f"/brands/{brand.id}/cadence", {"max_per_day": 1}, present)
    due = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=400)
    answers = []
    for _ in range(2):
        post = (await approved(runtime, owner, channel)).post
        body = {"due_at": due.isoformat(), "keep_time": True}
        answers.append((await owner_api.post(f"/posts/{post.id}/deliveries", body)).json["items"][0])
    first, second = answers
    assert first["warnings"] == []
    (warning,) = second["warnings"]
    assert (warning["limit"], warning["planned"], warning["most"]) == ("max_per_day", 1, 1)
    assert warning["next_free_at"] > second["due_at"]
    assert (await owner_api.get(f"/deliveries/{second['id']}")).json["warnings"] == []
