"""The pages of the cadence, and what a page says that scheduled something."""

from __future__ import annotations

from datetime import timedelta

from signoff.organizations.cadence import brand_cadence, channel_cadence, set_brand_cadence
from signoff.organizations.closed_days import list_closed
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.posts import approved, scheduled
from tests.web.visitor import Visitor


async def test_a_brands_rules_are_set_and_shown_again(
    olga: Visitor, runtime: Runtime, brand: Brand, channel: Channel
) -> None:
    page = await olga.get("/settings/cadence")
    path = f"/settings/cadence/{brand.id}"
    assert page.path == path
    await olga.send(
        path,
        min_gap_minutes="240",
        quiet_from="22:00",
        quiet_to="07:00",
        slots="Mo-Tu 09:00, 17:30\nSa 11:00",
    )
    rules = (await brand_cadence(runtime, olga.actor, brand.id)).in_force
    assert (rules["min_gap_minutes"], rules["quiet_hours"]) == (240, {"from": "22:00", "to": "07:00"})
    page = await olga.get(path)
    assert page.form(path).value("slots") == "Mo 09:00, 17:30\nTu 09:00, 17:30\nSa 11:00"
    assert "22:00\N{EN DASH}07:00" in page.text
    assert channel.name in page.text


async def test_what_is_wrong_stands_at_its_field_and_stays_typed(olga: Visitor, brand: Brand) -> None:
    path = f"/settings/cadence/{brand.id}"
    await olga.get(path)
    page = await olga.send(path, max_per_day="0", slots="whenever")
    assert page.status == 422
    assert page.form(path).value("slots") == "whenever"
    assert "a best time: write it as" in page.text


async def test_a_channel_has_rules_of_its_own_and_gives_them_back(
    olga: Visitor, runtime: Runtime, brand: Brand, channel: Channel
) -> None:
    await set_brand_cadence(runtime, olga.actor, brand.id, {"max_per_day": 2}, version=0)
    path = f"/channels/{channel.id}/cadence"
    page = await olga.get(path)
    assert page.form(path).value("max_per_day") == "2"
    await olga.send(path, max_per_day="5", own_max_per_day="yes")
    assert (await channel_cadence(runtime, olga.actor, channel.id)).own == {"max_per_day": 5}
    await olga.get(path)
    await olga.send(path, own_max_per_day="")
    assert (await channel_cadence(runtime, olga.actor, channel.id)).own == {}


async def test_who_keeps_a_time_on_a_full_day_reads_how_full_it_is_and_when_it_is_free(
    olga: Visitor, runtime: Runtime, brand: Brand, channel: Channel, clock: ShiftableClock
) -> None:
    await set_brand_cadence(runtime, olga.actor, brand.id, {"max_per_day": 1}, version=0)
    first = await scheduled(runtime, olga.actor, channel, due_in=timedelta(days=2))
    post = (await approved(runtime, olga.actor, channel)).post
    sheet = f"/posts/{post.id}/schedule"
    await olga.get(sheet)
    page = await olga.send(sheet, when="at", due_local=first.due_local[:16], keep_time="yes")
    assert "has 1 of 1 posts on that day already. The next free time is" in page.text


async def test_scheduling_says_what_moved_and_the_delivery_keeps_saying_it(
    olga: Visitor, runtime: Runtime, brand: Brand, channel: Channel, clock: ShiftableClock
) -> None:
    await set_brand_cadence(runtime, olga.actor, brand.id, {"min_gap_minutes": 60}, version=0)
    first = await scheduled(runtime, olga.actor, channel, due_in=timedelta(days=2))
    post = (await approved(runtime, olga.actor, channel)).post
    sheet = f"/posts/{post.id}/schedule"
    await olga.get(sheet)
    page = await olga.send(sheet, when="at", due_local=first.due_local[:16])
    assert page.path.startswith("/deliveries/")
    assert "Scheduled. Moved from" in page.text
    assert "Posts here are at least 1 h apart" in page.text
    path = page.path
    await olga.get(f"{path}/reschedule")
    page = await olga.send(f"{path}/reschedule", when="at", due_local=first.due_local[:16], keep_time="yes")
    assert "It keeps its time on purpose." in page.text
    await olga.get(f"{path}/reschedule")
    page = await olga.send(f"{path}/reschedule", when="slot", due_local="")
    assert "It keeps its time" not in page.text


async def test_days_without_posts_are_added_and_lifted(
    olga: Visitor, runtime: Runtime, brand: Brand, channel: Channel
) -> None:
    page = await olga.get(f"/settings/cadence/{brand.id}")
    path = f"/settings/cadence/{brand.id}/closed-days"
    refused = await olga.send(path, first="", reason="Holidays")
    assert (refused.status, refused.form(path).value("reason")) == (422, "Holidays")
    page = await olga.send(
        path, first="2099-12-25", last="2099-12-26", reason="\x00Holidays", channel=str(channel.id)
    )
    assert f"25\N{EN DASH}26 December 2099 Holidays, {channel.name} only" in page.text
    (closed,) = await list_closed(runtime, olga.actor, brand.id)
    page = await olga.send(f"{path}/{closed.row.id}/remove")
    assert "Posts go out on every day" in page.text


async def test_days_that_come_again_are_added_in_the_words_of_a_calendar(olga: Visitor, brand: Brand) -> None:
    await olga.get(f"/settings/cadence/{brand.id}")
    path = f"/settings/cadence/{brand.id}/closed-days"
    refused = await olga.send(path, first="", repeats="weekly", reason="Rest")
    assert (refused.status, "Choose at least one day of the week." in refused.text) == (422, True)
    page = await olga.send(path, first="", last="2099-09-30", repeats="weekly", weekday="Su", reason="Rest")
    assert "Sundays until 30 September 2099" in page.text
    page = await olga.send(
        path, first="2020-12-24", last="2021-01-02", repeats="yearly", weekday="Su", reason="Holidays"
    )
    assert "24 December\N{EN DASH}2 January, every year" in page.text
