"""Deciding and scheduling over REST."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from signoff.kernel.people import Actor
from signoff.records.tenants import Brand, Channel
from tests.api.drafts import approval, draft, in_review
from tests.support.clock import ShiftableClock
from tests.support.rest import CallAs, Caller


async def test_what_is_previewed_is_what_is_approved(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    post = await in_review(owner_api, brand, channel)
    shown = (await owner_api.get(f"/posts/{post.json['id']}/preview")).json
    assert shown["variants"][0]["payload"]["text"] == "Good morning\nFresh bread at eight."
    assert shown["can_submit"]
    body = {"verdict": "approve", "seen": shown["seen"], "comment": "Lovely"}
    decided = await owner_api.post(f"/posts/{post.json['id']}/decisions", body)
    assert decided.status == 201, decided.body
    assert (decided.json["post"]["state"], decided.json["seal"]) == ("approved", shown["seen"])
    assert decided.json["decision"]["person"] == "Olga Owner"
    assert decided.json["decision"]["via"] == "api"


async def test_the_queue_lists_what_waits_longest_first(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    first = await in_review(owner_api, brand, channel, title="First")
    await in_review(owner_api, brand, channel, title="Second")
    queue = await owner_api.get("/review-queue")
    assert [post["title"] for post in queue.json["items"]] == ["First", "Second"]
    await owner_api.post(f"/posts/{first.json['id']}/decisions", await approval(owner_api, first.json["id"]))
    queue = await owner_api.get("/review-queue", brand=str(brand.id))
    assert [post["title"] for post in queue.json["items"]] == ["Second"]


async def test_a_decision_about_something_else_is_refused(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    post = await in_review(owner_api, brand, channel)
    body = {"verdict": "approve", "seen": "0" * 64}
    refused = await owner_api.post(f"/posts/{post.json['id']}/decisions", body)
    assert (refused.status, refused.json["type"]) == (409, "urn:signoff:problem:content-changed")
    assert (await owner_api.get(f"/posts/{post.json['id']}")).json["state"] == "in_review"


async def test_an_approval_can_schedule_in_the_same_step(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    post = await in_review(owner_api, brand, channel)
    body = await approval(owner_api, post.json["id"], schedule={"due_at": "now"})
    decided = await owner_api.post(f"/posts/{post.json['id']}/decisions", body)
    assert [one["state"] for one in decided.json["deliveries"]] == ["scheduled"]


async def test_changes_are_requested_and_the_approval_is_gone(
    owner_api: Caller, brand: Brand, channel: Channel, clock: ShiftableClock
) -> None:
    post = await in_review(owner_api, brand, channel)
    path = f"/posts/{post.json['id']}"
    due = (clock.now() + timedelta(days=1)).isoformat()
    body = await approval(owner_api, post.json["id"], schedule={"due_at": due})
    seen = body["seen"]
    await owner_api.post(f"{path}/decisions", body)
    silent = await owner_api.post(f"{path}/decisions", {"verdict": "request_changes", "seen": seen})
    assert (silent.status, silent.json["errors"][0]["field"]) == (422, "comment")
    back = await owner_api.post(
        f"{path}/decisions", {"verdict": "request_changes", "seen": seen, "comment": "The price is wrong"}
    )
    assert (back.json["post"]["state"], back.json["post"]["seal"]) == ("draft", None)
    assert [one["state"] for one in back.json["post"]["deliveries"]] == ["cancelled"]


async def test_what_is_over_a_limit_is_refused_with_by_how_much(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    written = await owner_api.post("/posts", draft(brand, channel, body="x" * 600))
    refused = await owner_api.post(f"/posts/{written.json['id']}/submit")
    assert (refused.status, refused.json["type"]) == (422, "urn:signoff:problem:over-limit")
    assert refused.json["errors"] == [{"field": "body", "message": "The text is 113 characters too long."}]


class TestScheduling:
    @pytest.fixture
    async def path(self, owner_api: Caller, brand: Brand, channel: Channel) -> str:
        post = await in_review(owner_api, brand, channel)
        path = f"/posts/{post.json['id']}"
        decided = await owner_api.post(f"{path}/decisions", await approval(owner_api, post.json["id"]))
        assert decided.status == 201
        return path

    async def test_a_moment_or_a_local_time_places_one_delivery(
        self, owner_api: Caller, path: str, channel: Channel, clock: ShiftableClock
    ) -> None:
        day = f"{clock.now() + timedelta(days=40):%Y-%m-%d}"
        placed = await owner_api.post(f"{path}/deliveries", {"due_local": f"{day}T09:00"})
        assert placed.status == 201, placed.body
        [delivery] = placed.json["items"]
        assert (delivery["due_local"], delivery["due_zone"]) == (f"{day}T09:00", "Europe/Madrid")
        assert delivery["due_at"].endswith("Z")
        moved = await owner_api.post(
            f"/deliveries/{delivery['id']}/reschedule", {"due_at": f"{day}T12:00:00+00:00"}
        )
        assert moved.json["due_at"] == f"{day}T12:00:00Z"
        again = await owner_api.post(f"{path}/deliveries", {"due_at": "now"})
        assert (again.status, again.json["channel_id"]) == (409, str(channel.id))

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            ({"due_at": "2020-01-01T09:00:00Z"}, "past"),
            ({"due_at": "2030-01-01T09:00:00"}, "offset"),
            ({"due_at": "tomorrow"}, "2026-03-29T09:00:00Z"),
            ({"due_at": 1798761600}, "2026-03-29T09:00:00Z"),
            ({"due_at": "0001-01-01T00:00:00+23:59"}, "between"),
            ({"due_at": "next_slot", "keep_time": True}, "no time to keep"),
            ({"due_local": "2027-03-28T02:30"}, "doesn't exist"),
            ({"due_local": "2027-10-31T02:30"}, "happens twice"),
            ({}, "Say when"),
            ({"due_at": "now", "due_local": "2027-01-01T09:00"}, "Say when"),
            ({"due_at": "now", "publish_mode": "by hand"}, "manual"),
            ({"due_at": "now", "channels": []}, "other channels"),
            ({"due_at": "now", "channels": [str(uuid4())]}, "other channels"),
            ({"due_at": "now", "again": "yes"}, "boolean"),
        ],
    )
    async def test_a_wrong_time_or_place_is_refused_in_words(
        self, owner_api: Caller, path: str, body: dict[str, object], words: str
    ) -> None:
        refused = await owner_api.post(f"{path}/deliveries", body)
        assert refused.status == 422, refused.body
        assert words in refused.json["detail"]
        assert (await owner_api.get(path)).json["deliveries"] == []

    async def test_a_delivery_is_found_read_and_cancelled(
        self, owner_api: Caller, path: str, brand: Brand, channel: Channel, clock: ShiftableClock
    ) -> None:
        due = clock.now() + timedelta(days=1)
        placed = await owner_api.post(f"{path}/deliveries", {"due_at": due.isoformat()})
        [delivery] = placed.json["items"]
        filters = {
            "state": "scheduled",
            "brand": str(brand.id),
            "channel": str(channel.id),
            "from": due.isoformat(),
            "to": (due + timedelta(seconds=1)).isoformat(),
        }
        assert [one["id"] for one in (await owner_api.get("/deliveries", **filters)).json["items"]] == [
            delivery["id"]
        ]
        in_calendar = await owner_api.get("/calendar", **{name: filters[name] for name in ("from", "to")})
        assert [one["id"] for one in in_calendar.json["items"]] == [delivery["id"]]
        detail = (await owner_api.get(f"/deliveries/{delivery['id']}")).json
        assert detail["variant"]["payload"]["text"] == "Good morning\nFresh bread at eight."
        assert detail["seal"]["approved_by"] == "Olga Owner"
        assert "delivery.schedule" in [event["action"] for event in detail["timeline"]]
        assert (detail["attempts"], detail["receipt"]) == ([], None)
        cancelled = await owner_api.post(f"/deliveries/{delivery['id']}/cancel", {"reason": "Rain"})
        assert cancelled.json["state"] == "cancelled"
        again = await owner_api.post(f"/deliveries/{delivery['id']}/cancel")
        assert (again.status, again.json["type"]) == (409, "urn:signoff:problem:wrong-state")

    async def test_a_pause_holds_it_and_says_so(self, owner_api: Caller, path: str, channel: Channel) -> None:
        await owner_api.post(f"{path}/deliveries", {"due_at": "now"})
        scope = {"scope": "channel", "id": str(channel.id)}
        paused = await owner_api.post("/pauses", scope | {"reason": "Wrong prices"})
        assert (paused.status, paused.json["pause"]["reason"]) == (201, "Wrong prices")
        [delivery] = (await owner_api.get("/deliveries")).json["items"]
        assert delivery["waiting"] == "Paused: Wrong prices"
        twice = await owner_api.post("/pauses", scope | {"reason": "Again"})
        assert twice.status == 409
        by_body = await owner_api.call("DELETE", "/pauses", json=scope)
        assert (by_body.status, by_body.json["released"]) == (200, 1)
        by_query = await owner_api.call("DELETE", "/pauses", params=scope)
        assert by_query.status == 409
        assert (await owner_api.call("DELETE", "/pauses")).json["errors"][0]["field"] == "scope"


async def test_an_agent_never_approves_or_publishes(
    call_as: CallAs, owner_api: Caller, owner: Actor, brand: Brand, channel: Channel
) -> None:
    agent = await call_as(owner, scopes=["read", "write_posts"], is_agent=True)
    post = await in_review(agent, brand, channel)
    path = f"/posts/{post.json['id']}"
    body = await approval(agent, post.json["id"])
    refused = await agent.post(f"{path}/decisions", body)
    assert (refused.status, refused.json["next_step"]) == (403, "Ask a person to do it.")
    await owner_api.post(f"{path}/decisions", body)
    assert (await agent.post(f"{path}/deliveries", {"due_at": "now"})).status == 403
