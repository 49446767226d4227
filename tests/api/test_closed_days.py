"""Days without posts over REST, and what scheduling says because of them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from signoff.kernel.people import Actor
from signoff.records.planning.foresight import foresee_post
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.posts import approved
from tests.support.rest import Caller
from tests.support.world import MADRID, connect_board

NOON = time(12)


def noon(day: date) -> datetime:
    return datetime.combine(day, NOON, MADRID)


async def test_what_is_scheduled_for_such_a_day_goes_out_on_the_next_one(
    owner_api: Caller, runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    free = await connect_board(runtime, owner, brand, "mercado")
    day = runtime.clock.now().date() + timedelta(days=10)
    path = f"/brands/{brand.id}/closed-days"
    body = {"first": day.isoformat(), "last": (day + timedelta(days=1)).isoformat(), "reason": "Holidays"}
    made = await owner_api.post(path, body | {"channel_id": str(channel.id)})
    assert (made.status, (await owner_api.get(path)).json["items"]) == (201, [made.json])

    post = (await approved(runtime, owner, channel, free)).post.id
    told = {each.channel.id: each.why for each in await foresee_post(runtime, owner, post, noon(day))}
    assert (told[channel.id].startswith("No posts from "), told[free.id]) == (True, "")
    placed = (await owner_api.post(f"/posts/{post}/deliveries", {"due_at": noon(day).isoformat()})).json
    due = {each["channel_id"]: each for each in placed["items"]}
    there = due[str(channel.id)]
    midnight = datetime.combine(day + timedelta(days=2), time(), MADRID)
    assert datetime.fromisoformat(there["due_at"]) == midnight
    assert there["moved_why"].endswith(": Holidays.")
    assert datetime.fromisoformat(due[str(free.id)]["due_at"]) == noon(day)

    assert (await owner_api.call("DELETE", f"{path}/{made.json['id']}")).status == 204
    assert (await owner_api.get(path)).json["items"] == []
    assert (await owner_api.call("DELETE", f"{path}/{made.json['id']}")).status == 404
    again = (await approved(runtime, owner, channel, body="Rye bread.")).post.id
    (kept,) = (await owner_api.post(f"/posts/{again}/deliveries", {"due_at": noon(day).isoformat()})).json[
        "items"
    ]
    assert kept["moved_from"] is None


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"first": "2099-12-26", "last": "2099-12-25", "reason": "Holidays"}, ["last"]),
        ({"first": "2099-01-01", "last": "2101-01-01", "reason": "Holidays"}, ["last"]),
        ({"first": "2020-01-01", "reason": " "}, ["last", "reason"]),
        ({"first": "tomorrow", "reason": "Holidays"}, ["first"]),
    ],
)
async def test_days_that_make_no_sense_are_named(
    owner_api: Caller, brand: Brand, body: dict[str, str], fields: list[str]
) -> None:
    refused = await owner_api.post(f"/brands/{brand.id}/closed-days", body)
    assert (refused.status, [each["field"] for each in refused.json["errors"]]) == (422, fields)


async def test_another_brands_channel_isnt_closed(
    owner_api: Caller, runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    made = await owner_api.post("/brands", {"name": "Northlight", "time_zone": "Europe/London"})
    body = {"first": "2099-12-25", "reason": "Holidays", "channel_id": str(channel.id)}
    assert (await owner_api.post(f"/brands/{made.json['id']}/closed-days", body)).status == 404
