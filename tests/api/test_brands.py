"""Brands, channels and members over REST."""

from __future__ import annotations

import pytest

from signoff.kernel.people import Actor
from signoff.records.tenants import Brand, Channel
from tests.support.noticeboard import Noticeboard
from tests.support.rest import Caller
from tests.support.world import Neighbour

BAKERY = {
    "name": "Corner Bakery",
    "time_zone": "Europe/Madrid",
    "website": "https://bakery.example.com",
    "category": "Bakery",
    "address": {"street": "Calle Mayor 1", "city": "Madrid"},
    "hours": [{"days": "Mo,Tu,We", "opens": "09:00", "closes": "18:00"}],
    "facts": {"price_range": "€", "seats": 12.5},
}


async def test_a_brand_is_added_read_changed_and_removed(owner_api: Caller) -> None:
    added = await owner_api.post("/brands", BAKERY)
    assert added.status == 201, added.body
    path = f"/brands/{added.json['id']}"
    assert added.headers["Location"] == f"/api/v1{path}"
    assert {name: added.json[name] for name in BAKERY} == BAKERY
    changed = await owner_api.patch(path, {"telephone": "+34 911 234 567"}, added)
    assert (changed.json["telephone"], changed.json["name"]) == ("+34 911 234 567", "Corner Bakery")
    stale = await owner_api.delete(path, added)
    assert (stale.status, stale.json["version"]) == (412, 2)
    assert (await owner_api.delete(path)).status == 428
    assert (await owner_api.delete(path, changed)).status == 204
    assert (await owner_api.get(path)).status == 404


async def test_each_wrong_field_of_a_brand_is_named(owner_api: Caller) -> None:
    wrong = BAKERY | {"time_zone": "Mars/Olympus", "color": "red", "late_window_s": 0}
    refused = await owner_api.post("/brands", wrong)
    named = [error["field"] for error in refused.json["errors"]]
    assert (refused.status, named) == (422, ["time_zone", "color", "late_window_s"])


class TestChannels:
    async def test_a_channel_is_connected_and_keeps_its_credentials_to_itself(
        self, owner_api: Caller, brand: Brand
    ) -> None:
        body = {"platform": "noticeboard", "credentials": {"board": "plaza", "key": "key of plaza"}}
        connected = await owner_api.post(f"/brands/{brand.id}/channels", body)
        assert connected.status == 201, connected.body
        assert (connected.json["name"], connected.json["state"]) == ("Plaza", "connected")
        assert b"key of plaza" not in connected.body
        for path in (f"/brands/{brand.id}/channels", "/channels"):
            assert [one["name"] for one in (await owner_api.get(path)).json["items"]] == ["Plaza"]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"platform": "carrier-pigeon"}, "platform"),
            ({"platform": "noticeboard", "credentials": {"board": "plaza"}}, "credentials.key"),
            ({"platform": "noticeboard", "credentials": {"board": "plaza", "key": "no"}}, "credentials"),
        ],
    )
    async def test_what_does_not_work_is_not_connected(
        self, owner_api: Caller, brand: Brand, body: dict[str, object], field: str
    ) -> None:
        refused = await owner_api.post(f"/brands/{brand.id}/channels", body)
        assert (refused.status, refused.json["errors"][0]["field"]) == (422, field)
        assert refused.json["next_step"] or field == "credentials.key"
        assert (await owner_api.get("/channels")).json["items"] == []

    async def test_a_lost_connection_shows_and_is_mended(
        self, owner_api: Caller, channel: Channel, noticeboard: Noticeboard
    ) -> None:
        noticeboard.keys["plaza"] = "another key"
        path = f"/channels/{channel.id}"
        checked = await owner_api.post(f"{path}/check")
        assert (checked.status, checked.json["state"]) == (200, "reconnect")
        assert checked.json["next_step"] == "Ask for a new key."
        mended = await owner_api.post(f"{path}/reconnect", {"credentials": {"key": "another key"}})
        assert (mended.json["channel"]["state"], mended.json["retryable"]) == ("connected", [])

    async def test_a_channel_is_renamed_and_removed_on_its_version(
        self, owner_api: Caller, channel: Channel
    ) -> None:
        path = f"/channels/{channel.id}"
        read = await owner_api.get(path)
        renamed = await owner_api.patch(path, {"name": "On the square"}, read)
        assert (renamed.json["name"], renamed.json["version"]) == ("On the square", 2)
        stale = await owner_api.delete(path, read)
        assert (stale.status, stale.json["version"]) == (412, 2)
        removed = await owner_api.delete(path, renamed)
        assert (removed.status, removed.json) == (200, {"on_their_way": []})
        assert (await owner_api.get(path)).status == 404

    async def test_platforms_say_what_they_ask_for(self, owner_api: Caller) -> None:
        found = {one["platform"]: one for one in (await owner_api.get("/platforms")).json["items"]}
        asked = [(field["name"], field["kind"]) for field in found["noticeboard"]["credentials"]]
        assert asked == [("board", "text"), ("key", "secret")]
        assert found["noticeboard"]["limits"]["text_chars"] == 500
        assert found["html"]["credentials"] == []


class TestMembers:
    async def test_somebody_is_invited_promoted_and_removed(self, owner_api: Caller) -> None:
        invited = await owner_api.post("/members", {"email": "Ana@Example.com", "role": "author"})
        assert invited.status == 201, invited.body
        member = invited.json["member"]
        assert (member["email"], member["role"], member["is_pending"]) == ("ana@example.com", "author", True)
        assert invited.json["link"].startswith("https://signoff.example/link/")
        path = f"/members/{member['id']}"
        promoted = await owner_api.call("PATCH", path, json={"role": "reviewer"}, headers={"If-Match": '"1"'})
        assert (promoted.json["role"], promoted.headers["ETag"]) == ("reviewer", '"2"')
        stale = await owner_api.call("PATCH", path, json={"role": "admin"}, headers={"If-Match": '"1"'})
        assert (stale.status, stale.json["version"]) == (412, 2)
        assert (await owner_api.delete(path)).status == 204
        assert len((await owner_api.get("/members")).json["items"]) == 1

    async def test_somebody_known_elsewhere_is_not_entered_by_their_link(
        self, owner_api: Caller, neighbour: Neighbour
    ) -> None:
        invited = await owner_api.post("/members", {"email": neighbour.owner.email, "role": "author"})
        assert (invited.json["link"], invited.json["is_mailed"]) == (None, False)
        assert invited.json["member"]["is_pending"]
        assert invited.json["member"]["name"] == "owner"

    async def test_the_last_owner_stays(self, owner_api: Caller, owner: Actor) -> None:
        [member] = (await owner_api.get("/members")).json["items"]
        assert member["email"] == owner.email
        assert (await owner_api.delete(f"/members/{member['id']}")).status == 409


async def test_credentials_that_are_no_texts_are_refused(owner_api: Caller, channel: Channel) -> None:
    body = {"credentials": {"key": ["key", "of", "plaza"], "board": {"name": "plaza"}}}
    refused = await owner_api.post(f"/channels/{channel.id}/reconnect", body)
    assert refused.status == 422
    assert {error["field"] for error in refused.json["errors"]} == {"credentials.key", "credentials.board"}
