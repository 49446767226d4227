"""Late deliveries, the review of a pause, and publishing by hand over REST."""

from __future__ import annotations

from datetime import timedelta

import pytest

from signoff.kernel.people import Actor, May
from signoff.organizations.brands import BrandChanges, change_brand
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.api.drafts import approval, in_review
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import HOST, Note, Noticeboard
from tests.support.posts import scheduled
from tests.support.rest import CallAs, Caller
from tests.support.world import Neighbour


@pytest.fixture
async def planned(runtime: Runtime, owner: Actor, brand: Brand, channel: Channel) -> list[str]:
    """Two deliveries, due in a minute; the brand asks after an hour."""
    await change_brand(runtime, owner, brand.id, BrandChanges(late_window_s=3600), version=brand.version)
    made = [await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1)) for _ in range(2)]
    return [str(one.id) for one in made]


@pytest.fixture
async def late(planned: list[str], clock: ShiftableClock) -> list[str]:
    """The two, three hours late."""
    clock.advance(timedelta(hours=3))
    return planned


async def test_a_brands_rule_is_read_and_changed(owner_api: Caller, brand: Brand) -> None:
    read = await owner_api.get(f"/brands/{brand.id}")
    assert read.json["late_policy"] == "ask"
    changed = await owner_api.patch(f"/brands/{brand.id}", {"late_policy": "spread"}, read)
    assert changed.json["late_policy"] == "spread"
    refused = await owner_api.patch(f"/brands/{brand.id}", {"late_policy": "forget"}, changed)
    assert refused.status == 422


async def test_what_is_held_is_listed_and_let_go(
    owner_api: Caller, late: list[str], runtime: Runtime, owner: Actor
) -> None:
    held = (await owner_api.get("/deliveries", held="true")).json["items"]
    assert [one["id"] for one in held] == late
    assert held[0]["held"]
    assert held[0]["waiting"].startswith("Held (late)")
    gone = await owner_api.post(f"/deliveries/{late[0]}/release")
    assert (gone.status, gone.json["held"], gone.json["released_by"]) == (200, False, str(owner.person_id))
    again = await owner_api.post(f"/deliveries/{late[0]}/release")
    assert (again.status, again.json["type"]) == (409, "urn:signoff:problem:wrong-state")
    await Worker(runtime).run_until_idle()
    assert (await owner_api.get(f"/deliveries/{late[0]}")).json["state"] == "published"


async def test_several_are_decided_each_by_itself(
    owner_api: Caller, late: list[str], neighbour: Neighbour, runtime: Runtime
) -> None:
    theirs = await scheduled(runtime, neighbour.owner, neighbour.channel)
    body = {"deliveries": [*late, str(theirs.id)], "then": "cancel"}
    done = (await owner_api.post("/deliveries/held", body)).json["items"]
    assert [(one["delivery_id"], one["detail"]) for one in done] == [
        (late[0], ""),
        (late[1], ""),
        (str(theirs.id), "There is no such delivery."),
    ]
    assert [one["delivery"] and one["delivery"]["state"] for one in done] == ["cancelled", "cancelled", None]
    assert (await owner_api.post("/deliveries/held", {"deliveries": [], "then": "cancel"})).status == 422


async def test_a_pause_is_reviewed_and_ends_by_the_rule(
    owner_api: Caller, planned: list[str], clock: ShiftableClock
) -> None:
    body = {"scope": "organization", "reason": "Storm warning.", "on_resume": "ask"}
    assert (await owner_api.post("/pauses", body)).json["pause"]["on_resume"] == "ask"
    clock.advance(timedelta(hours=3))
    review = (await owner_api.get("/pauses/review", scope="organization")).json
    assert (review["rule"], [one["fate"] for one in review["items"]]) == ("ask", ["hold", "hold"])
    other = (await owner_api.get("/pauses/review", scope="organization", rule="publish")).json
    assert [one["fate"] for one in other["items"]] == ["publish", "publish"]
    params = {"scope": "organization", "rule": "reschedule"}
    resumed = (await owner_api.call("DELETE", "/pauses", params=params)).json
    assert (resumed["rule"], resumed["released"]) == ("reschedule", 0)
    assert [one["delivery"]["due_at"] for one in resumed["items"]] == [one["at"] for one in resumed["items"]]
    gone = await owner_api.get("/pauses/review", scope="organization")
    assert gone.status == 409


async def test_a_post_is_published_by_hand_from_end_to_end(
    owner_api: Caller, brand: Brand, channel: Channel, runtime: Runtime, noticeboard: Noticeboard
) -> None:
    post = await in_review(owner_api, brand, channel)
    schedule = {"due_at": "now", "publish_mode": "manual"}
    body = await approval(owner_api, post.json["id"], schedule=schedule)
    decided = await owner_api.post(f"/posts/{post.json['id']}/decisions", body)
    [delivery] = decided.json["deliveries"]
    assert delivery["publish_mode"] == "manual"
    await Worker(runtime).run_until_idle()
    path = f"/deliveries/{delivery['id']}"
    shown = (await owner_api.get(path)).json
    assert (shown["state"], shown["by_hand"]["texts"]["text"]) == (
        "manual_due",
        "Good morning\nFresh bread at eight.",
    )
    alerts = (await owner_api.get("/alerts")).json["items"]
    assert [alert["path"] for alert in alerts] == [path]

    missing = await owner_api.post(f"{path}/settle", {"out": True, "url": f"https://{HOST}/nowhere"})
    assert (missing.status, missing.json["errors"][0]["field"]) == (422, "url")
    noticeboard.notes.append(Note("pinned", "plaza", "Good morning\nFresh bread at eight."))
    settled = await owner_api.post(f"{path}/settle", {"out": True, "url": f"https://{HOST}/pinned"})
    assert (settled.json["state"], settled.json["external_id"]) == ("published", "pinned")
    receipt = (await owner_api.get(path)).json["receipt"]
    assert receipt["source"] == "person"
    assert (await owner_api.get("/alerts")).json["items"] == []


async def test_another_organization_finds_nothing_to_decide(
    call_as: CallAs, neighbour: Neighbour, late: list[str]
) -> None:
    theirs = await call_as(neighbour.owner)
    assert (await theirs.get("/deliveries", held="true")).json["items"] == []
    assert (await theirs.post(f"/deliveries/{late[0]}/release")).status == 404


async def test_a_token_that_only_pauses_lets_nothing_go_and_moves_nothing(
    owner_api: Caller,
    owner: Actor,
    channel: Channel,
    planned: list[str],
    clock: ShiftableClock,
    call_as: CallAs,
) -> None:
    pauses = await call_as(owner, scopes=[May.READ, May.PAUSE])
    where = {"scope": "channel", "id": str(channel.id)}
    assert (await pauses.post("/pauses", where | {"reason": "Storm warning."})).status == 201
    clock.advance(timedelta(hours=1, minutes=30))
    for rule, needed in (("publish", "operate"), ("reschedule", "schedule")):
        refused = await pauses.call("DELETE", "/pauses", params=where | {"rule": rule})
        assert (refused.status, f"“{needed}”" in refused.json["detail"]) == (403, True)
    assert (await pauses.call("DELETE", "/pauses", params=where)).status == 403, "its own rule is to publish"
    assert (await pauses.call("DELETE", "/pauses", params=where | {"rule": "ask"})).status == 200
    assert all(one["held"] for one in (await owner_api.get("/deliveries")).json["items"])

    operates = await call_as(owner, scopes=[May.OPERATE])
    moved = await operates.post("/deliveries/held", {"deliveries": planned, "then": "move"})
    assert (moved.status, "“schedule”" in moved.json["detail"]) == (403, True)
