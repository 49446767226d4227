"""Days without posts over REST, and what scheduling says because of them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from signoff.kernel.people import Actor
from signoff.records.planning.foresight import foresee_post
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.posts import approved
from tests.support.raw_sql import Role
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


async def test_a_brand_keeps_no_days_without_end(
    owner_api: Caller, owner: Actor, brand: Brand, app_sql: Role
) -> None:
    await app_sql.run(
        """
        insert into closed_days (id, organization_id, brand_id, first_day, last_day, reason)
        select gen_random_uuid(), %(organization_id)s, %(brand_id)s, '2099-01-01', '2099-01-01', 'Holidays'
        from generate_series(1, 200)
        """,
        organization=owner.organization_id,
        organization_id=owner.organization_id,
        brand_id=brand.id,
    )
    body = {"first": "2099-01-02", "reason": "One more"}
    refused = await owner_api.post(f"/brands/{brand.id}/closed-days", body)
    assert (refused.status, refused.json["detail"]) == (422, "A brand has at most 200 entries.")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"first": "2099-12-26", "last": "2099-12-25", "reason": "Holidays"}, ["last"]),
        ({"first": "2099-01-01", "last": "2101-01-01", "reason": "Holidays"}, ["last"]),
        ({"first": "2020-01-01", "reason": " "}, ["last", "reason"]),
        ({"first": "tomorrow", "reason": "Holidays"}, ["first"]),
        ({"reason": "Holidays"}, ["first"]),
        (
            {"first": "2027-01-01", "last": "2028-01-01", "repeats": "yearly", "reason": "Holidays"},
            ["last"],
        ),
        ({"repeats": "weekly", "reason": "Rest"}, ["weekdays"]),
        ({"repeats": "weekly", "weekdays": ["Mo-Su"], "reason": "Rest"}, ["weekdays"]),
        ({"repeats": "weekly", "weekdays": ["Sunday"], "reason": "Rest"}, ["weekdays"]),
        ({"first": "2099-12-25", "weekdays": ["Su"], "reason": "Rest"}, ["weekdays"]),
        ({"repeats": "weekly", "weekdays": ["Su"], "last": "2020-01-01", "reason": "Rest"}, ["last"]),
        (
            {
                "first": "2099-12-21",
                "last": "2099-12-22",
                "repeats": "weekly",
                "weekdays": ["Su"],
                "reason": "Rest",
            },
            ["last"],
        ),
    ],
)
async def test_days_that_make_no_sense_are_named(
    owner_api: Caller, brand: Brand, body: dict[str, object], fields: list[str]
) -> None:
    refused = await owner_api.post(f"/brands/{brand.id}/closed-days", body)
    assert (refused.status, [each["field"] for each in refused.json["errors"]]) == (422, fields)


async def test_another_brands_channel_isnt_closed(
    owner_api: Caller, runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    made = await owner_api.post("/brands", {"name": "Northlight", "time_zone": "Europe/London"})
    body = {"first": "2099-12-25", "reason": "Holidays", "channel_id": str(channel.id)}
    assert (await owner_api.post(f"/brands/{made.json['id']}/closed-days", body)).status == 404


async def test_what_comes_again_moves_posts_every_time_and_free_slots_leave_it_out(
    owner_api: Caller, runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    path = f"/brands/{brand.id}/closed-days"
    today = noon(runtime.clock.now().astimezone(MADRID).date()).date()
    sunday = today + timedelta(days=(6 - today.weekday()) % 7 + 21)
    feast = sunday + timedelta(days=2)
    years_ago = feast.replace(year=feast.year - 4)  # also of 29 February
    weekly = await owner_api.post(path, {"repeats": "weekly", "weekdays": ["Sa-Su"], "reason": "Rest"})
    assert (weekly.json["first"], weekly.json["last"]) == (today.isoformat(), None)
    assert weekly.json["weekdays"] == ["Sa", "Su"]
    body = {"first": years_ago.isoformat(), "repeats": "yearly", "reason": "Feast"}
    assert (await owner_api.post(path, body)).status == 201

    async def placed(due_at: str, text: str) -> tuple[date, str]:
        post = (await approved(runtime, owner, channel, body=text)).post.id
        (item,) = (await owner_api.post(f"/posts/{post}/deliveries", {"due_at": due_at})).json["items"]
        return datetime.fromisoformat(item["due_at"]).astimezone(MADRID).date(), item["moved_why"] or ""

    on_feast = await placed(noon(feast).isoformat(), "Rye bread.")
    assert on_feast == (
        feast + timedelta(days=1),
        f"No posts every year on {feast.day} {feast:%b}: Feast.",
    )
    moved_to, why = await placed(noon(sunday).isoformat(), "Spelt bread.")
    assert (moved_to, why) == (sunday + timedelta(days=1), "No posts on Saturdays and Sundays: Rest.")
    weekdays = [f"{name} 12:00" for name in ("Sa", "Su")]
    rules = await owner_api.get(f"/brands/{brand.id}/cadence")
    assert (await owner_api.put(f"/brands/{brand.id}/cadence", {"slots": weekdays}, rules)).status == 200
    nowhere = await approved(runtime, owner, channel, body="Oat bread.")
    answer = await owner_api.post(f"/posts/{nowhere.post.id}/deliveries", {"due_at": "next_slot"})
    assert answer.status == 409
