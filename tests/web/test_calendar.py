"""The calendar over real HTTP: what stands on which day, and what moving it does."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from signoff.kernel.closed_days import Repeats
from signoff.kernel.people import Actor, Role
from signoff.organizations.cadence import set_channel_cadence
from signoff.organizations.closed_days import close_days
from signoff.organizations.closed_fields import ClosedDraft
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.publish.hand_over import hand_over
from signoff.pipeline.schedule.place import place
from signoff.records.deliveries.queries import read_delivery
from signoff.records.models import Delivery
from signoff.records.planning.placement import Schedule
from signoff.records.states import DeliveryAction, PublishMode
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.web.calendar.holidays import holidays_of
from signoff.web.calendar.period import midnight, read_period
from tests.support.clock import ShiftableClock
from tests.support.posts import approved, in_review, moved, scheduled, written
from tests.support.world import Neighbour, connect_board
from tests.web.conftest import Arrive
from tests.web.visitor import Page, Visitor

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def day_of(page: Page, day: date) -> str:
    """What stands on a day of the month view."""
    begin = page.html.index(f'data-label="{day:%A} {day.day} {day:%B}"')
    return page.html[begin:].partition("</section>")[0]


async def now_due(runtime: Runtime, actor: Actor, delivery: Delivery) -> datetime:
    async with runtime.transaction(actor.organization_id) as tx:
        return (await read_delivery(tx, delivery.id)).delivery.due_at


async def test_what_is_planned_stands_on_its_day(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    delivery = await scheduled(runtime, olga.actor, channel, due_in=timedelta(days=2))
    page = await olga.get(f"/calendar?at={delivery.due_at.date()}&zone=UTC")
    chip = day_of(page, delivery.due_at.date())
    assert f"/deliveries/{delivery.id}" in chip
    assert f"{delivery.due_at:%H:%M}" in chip
    assert 'data-drag="deliveries"' in chip


@pytest.mark.parametrize("view", ["month", "week", "list"])
async def test_each_view_shows_it(olga: Visitor, runtime: Runtime, channel: Channel, view: str) -> None:
    delivery = await scheduled(runtime, olga.actor, channel, due_in=timedelta(hours=2))
    page = await olga.get(f"/calendar?view={view}&at={delivery.due_at.date()}&zone=UTC")
    assert f"/deliveries/{delivery.id}" in page.links


async def test_a_day_is_the_zones_own(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    soon = (runtime.clock.now() + timedelta(days=3)).replace(hour=23, minute=30)
    delivery = await scheduled(runtime, olga.actor, channel, due_in=soon - runtime.clock.now())
    auckland = await olga.get(f"/calendar?at={soon.date()}&zone=Pacific/Auckland")
    assert f"/deliveries/{delivery.id}" in day_of(auckland, soon.date() + timedelta(days=1))


async def test_open_posts_wait_beside_it(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    draft = await written(runtime, olga.actor, channel)
    waits = await in_review(runtime, olga.actor, channel)
    sealed = await approved(runtime, olga.actor, channel)
    tray = (await olga.get("/calendar")).html.partition('class="tray"')[2]
    for view, moves in ((draft, 'data-drag="wish"'), (waits, ""), (sealed, 'data-drag="schedule"')):
        chip = tray.partition(f'id="ev-{view.post.id}"')[2].partition("</a>")[0]
        assert chip
        assert (moves in chip) if moves else ("data-drag" not in chip)


async def test_what_somebody_publishes_by_hand_stands_there_too(
    olga: Visitor, runtime: Runtime, channel: Channel, clock: ShiftableClock
) -> None:
    post = await approved(runtime, olga.actor, channel)
    due = Schedule(due_at=runtime.clock.now() + timedelta(minutes=5), publish_mode=PublishMode.MANUAL)
    (view,) = await place(runtime, olga.actor, post.post.id, due)
    clock.advance(timedelta(minutes=6))
    assert await hand_over(runtime) == 1
    page = await olga.get(f"/calendar?view=list&at={view.delivery.due_at.date()}&zone=UTC&group=scheduled")
    assert f"/deliveries/{view.delivery.id}" in page.links
    assert "To do by hand" in page.text


async def test_filters_leave_out_the_others(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    delivery = await scheduled(runtime, olga.actor, channel)
    path = f"/deliveries/{delivery.id}"
    base = f"/calendar?view=list&at={delivery.due_at.date()}"
    assert path in (await olga.get(f"{base}&channel={channel.id}&brand={channel.brand_id}")).links
    assert path in (await olga.get(f"{base}&group=scheduled")).links
    assert path not in (await olga.get(f"{base}&group=published")).links
    assert path not in (await olga.get(f"{base}&channel={olga.actor.organization_id}")).links


async def test_two_posts_on_one_channel_within_an_hour_are_pointed_out(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    for minutes in (120, 150):
        await scheduled(runtime, olga.actor, channel, due_in=timedelta(minutes=minutes))
    page = await olga.get("/calendar")
    assert "are close together" in page.text
    assert page.html.count(" clash") >= 2


@pytest.fixture
async def strict(runtime: Runtime, owner: Actor, channel: Channel) -> Channel:
    """A channel with posts at least four hours apart, and two of them a day."""
    await set_channel_cadence(
        runtime, owner, channel.id, {"min_gap_minutes": 240, "max_per_day": 2}, version=0
    )
    return channel


async def two_on_a_day(
    runtime: Runtime, actor: Actor, channel: Channel, *hours: int
) -> tuple[datetime, list[Delivery]]:
    """Deliveries at hours of the day after tomorrow, whatever the rules say; gives that day's midnight."""
    day = (runtime.clock.now() + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    placed = []
    for hour in hours:
        post = (await approved(runtime, actor, channel)).post
        due = Schedule(due_at=day + hour * HOUR, keep_time=True)
        placed += await place(runtime, actor, post.id, due)
    return day, [view.delivery for view in placed]


async def test_a_conflict_names_the_rule_and_a_way_out(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    for minutes in (24 * 60, 24 * 60 + 90):
        await scheduled(runtime, olga.actor, channel, due_in=timedelta(minutes=minutes))
    await set_channel_cadence(runtime, olga.actor, channel.id, {"min_gap_minutes": 240}, version=0)
    page = await olga.get("/calendar?view=list")
    assert "Posts here are at least 4 h apart, and one is planned for" in page.text
    assert "2 in conflict" in page.text
    assert "Allow once" in page.text
    assert "are close together" not in page.text


async def test_what_stands_there_on_purpose_is_no_conflict(
    olga: Visitor, runtime: Runtime, strict: Channel
) -> None:
    await two_on_a_day(runtime, olga.actor, strict, 10, 11)
    assert "conflict" not in (await olga.get("/calendar")).text


async def test_a_full_day_is_marked(olga: Visitor, runtime: Runtime, strict: Channel) -> None:
    day, _ = await two_on_a_day(runtime, olga.actor, strict, 9, 14)
    for view in ("month", "week", "list"):
        page = await olga.get(f"/calendar?view={view}&at={day.date()}&zone=Europe/Madrid")
        assert f"{strict.name}: 2 of 2 a day by its cadence" in page.html, view


async def check(visitor: Visitor, **asked: str) -> dict[str, str | bool]:
    page = await visitor.get(f"/calendar/check?{urlencode({'zone': 'UTC'} | asked)}")
    told: dict[str, str | bool] = json.loads(page.html)
    return told


async def test_a_place_is_judged_before_something_is_dropped_there(
    olga: Visitor, runtime: Runtime, strict: Channel
) -> None:
    day, (first, second) = await two_on_a_day(runtime, olga.actor, strict, 8, 20)
    there = {"delivery": str(second.id), "to_local": f"{day:%Y-%m-%d}T10:00"}
    told = await check(olga, **there)
    assert told["is_clear"] is False
    assert "Posts here are at least 4 h apart" in str(told["said"])
    assert "It would go to" in str(told["said"])
    assert str(told["said"]).endswith("12:00.")
    assert (await check(olga, **there | {"delivery": str(first.id)}))["is_clear"] is True
    post = (await approved(runtime, olga.actor, strict)).post
    told = await check(olga, post=str(post.id), to_local=f"{day:%Y-%m-%d}T14:00")
    assert "At most 2 posts a day" in str(told["said"])


async def test_others_plans_arent_judged(
    olga: Visitor, runtime: Runtime, strict: Channel, neighbour: Neighbour
) -> None:
    theirs = await scheduled(runtime, neighbour.owner, neighbour.channel)
    told = await check(olga, delivery=str(theirs.id), to_local="2027-01-05T09:00")
    assert told == {"said": "Nothing speaks against it", "is_clear": True}
    assert strict


async def test_a_drop_into_a_conflict_says_where_it_went_and_can_stay(
    olga: Visitor, runtime: Runtime, strict: Channel
) -> None:
    day, (_, second) = await two_on_a_day(runtime, olga.actor, strict, 8, 20)
    where, which = f"{day:%Y-%m-%d}T10:00", str(second.id)
    told = await move(olga, delivery=which, to_local=where)
    assert (told["shifted"], told["kept"]) == (True, True)
    assert await now_due(runtime, olga.actor, second) == day + 12 * HOUR
    await move(olga, delivery=which, to_local=where, keep="yes")
    assert await now_due(runtime, olga.actor, second) == day + 10 * HOUR


async def test_moving_says_what_it_did_and_how_to_take_it_back(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    delivery = await scheduled(runtime, olga.actor, channel, due_in=timedelta(days=1))
    wanted = (delivery.due_at + timedelta(days=2)).replace(second=0, microsecond=0)
    answer = await move(olga, delivery=str(delivery.id), to_local=f"{wanted:%Y-%m-%dT%H:%M}")
    assert await now_due(runtime, olga.actor, delivery) == wanted
    assert "The seal still holds" in answer["said"]
    await move(olga, delivery=str(delivery.id), to=answer["back"])
    assert await now_due(runtime, olga.actor, delivery) == delivery.due_at


async def test_a_wish_of_a_draft_is_moved_too(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    post = (await written(runtime, olga.actor, channel)).post
    wish = runtime.clock.now() + timedelta(days=1)
    post = (
        await edit_post(runtime, olga.actor, post.id, {"suggested_time": wish}, version=post.version)
    ).post
    version = str(post.version)
    answer = await move(olga, post=str(post.id), version=version, to_local="2027-01-05T09:00")
    assert "still needs an approval" in answer["said"]
    assert answer["back"] == wish.isoformat()
    late = await move(olga, 412, post=str(post.id), version=version, to_local="2027-01-06T09:00")
    assert late["next_step"]


async def test_what_is_due_within_five_minutes_stays(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    delivery = await scheduled(runtime, olga.actor, channel, due_in=timedelta(minutes=4))
    page = await olga.get("/calendar")
    assert 'data-drag="deliveries"' not in page.html
    answer = await move(olga, 409, delivery=str(delivery.id), to_local="2027-01-05T09:00")
    assert "five minutes" in answer["detail"]
    assert await now_due(runtime, olga.actor, delivery) == delivery.due_at


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"to_local": "2020-01-01T09:00"}, "past"),
        ({"to_local": "2027-03-28T02:30", "zone": "Europe/Berlin"}, "clock is set forward"),
        ({"to_local": "soon"}, "isn't a local time"),
        ({"to": "2027-01-01T00:00:00"}, "time zone"),
        ({}, "Say when"),
    ],
)
async def test_what_can_t_be_is_refused(
    olga: Visitor, runtime: Runtime, channel: Channel, fields: dict[str, str], said: str
) -> None:
    delivery = await scheduled(runtime, olga.actor, channel)
    answer = await move(olga, 422, delivery=str(delivery.id), **fields)
    assert said in answer["detail"]
    assert await now_due(runtime, olga.actor, delivery) == delivery.due_at


async def test_what_goes_out_isn_t_moved(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    delivery = await scheduled(runtime, olga.actor, channel)
    await moved(runtime, delivery.id, DeliveryAction.CLAIM)
    answer = await move(olga, 409, delivery=str(delivery.id), to_local="2027-01-05T09:00")
    assert "going out now" in answer["detail"]


async def test_who_may_not_schedule_moves_nothing(
    arrive: Arrive, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    viewer = await arrive(Role.VIEWER)
    assert "data-drag" not in (await viewer.get("/calendar")).html
    await move(viewer, 403, delivery=str(delivery.id), to_local="2027-01-05T09:00")
    assert await now_due(runtime, owner, delivery) == delivery.due_at


async def test_a_dropped_post_opens_the_sheet_with_that_time(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    post = (await approved(runtime, olga.actor, channel)).post
    sheet = await olga.get(f"/posts/{post.id}/schedule?at=2027-01-05T09:00&zone=UTC")
    form = sheet.form(f"/posts/{post.id}/schedule")
    assert form.value("due_local") == "2027-01-05T10:00"  # the brand is in Madrid


async def move(visitor: Visitor, status: int = 200, **fields: str) -> dict[str, Any]:
    """Send a move as the page's script does, and read the answer."""
    await visitor.get("/calendar")
    sent = {"csrf": visitor.csrf, "zone": "UTC"} | fields
    page = await visitor.post("/calendar/move", sent.items())
    assert page.status == status, page.html
    told: dict[str, Any] = json.loads(page.html)
    return told


def test_a_month_has_whole_weeks() -> None:
    period = read_period("month", "2026-11-21", "Europe/Dublin", NOW)
    assert (period.first, period.end_day) == (date(2026, 10, 26), date(2026, 12, 7))
    assert period.start == datetime(2026, 10, 26, tzinfo=UTC)
    assert (period.earlier, period.later) == (date(2026, 10, 1), date(2026, 12, 1))


def test_what_can_t_be_read_is_this_month() -> None:
    period = read_period("year", "tomorrow", "Pacific/Auckland", NOW.replace(hour=23))
    assert (period.view, period.at) == ("month", date(2026, 11, 22))


def test_a_day_begins_after_a_midnight_that_is_skipped() -> None:
    assert midnight(date(2026, 4, 24), "Africa/Cairo") == datetime(2026, 4, 23, 22, tzinfo=UTC)


async def test_days_without_posts_are_named_in_every_view_and_in_the_legend(
    olga: Visitor, runtime: Runtime, brand: Brand, channel: Channel
) -> None:
    await connect_board(runtime, olga.actor, brand, "mercado")
    whole = ClosedDraft(date(2090, 12, 25), "Christmas", repeats=Repeats.YEARLY)
    await close_days(runtime, olga.actor, brand.id, whole)
    one = ClosedDraft(date(2097, 12, 24), "Stocktaking", channel_id=channel.id)
    await close_days(runtime, olga.actor, brand.id, one)
    for view in ("month", "week", "list"):
        page = await olga.get(f"/calendar?view={view}&at=2097-12-23")
        assert "No posts: Christmas" in page.text
        assert f"No posts: Stocktaking ({channel.name})" in page.text
        assert "Days without posts" in page.text
    month = await olga.get("/calendar?at=2097-12-23")
    assert "closed" in classes_of(month, date(2097, 12, 25))
    assert "closed" not in classes_of(month, date(2097, 12, 24))
    alone = await olga.get(f"/calendar?at=2097-12-23&channel={channel.id}")
    assert "closed" in classes_of(alone, date(2097, 12, 24))
    assert "No posts" not in (await olga.get("/calendar?at=2097-11-05")).text
    assert "No posts" not in (await olga.get("/calendar?at=2089-12-23")).text


def classes_of(page: Page, day: date) -> list[str]:
    """How a day of the month view looks."""
    (found,) = re.findall(rf'class="([^"]*)" aria-label="{day:%A} {day.day} {day:%B}', page.html)
    return str(found).split()


def test_holidays_are_those_of_the_zones_country() -> None:
    december = date(2026, 12, 1), date(2027, 1, 1)
    assert holidays_of("Europe/Dublin", *december)[date(2026, 12, 26)] == "Saint Stephen's Day"
    assert holidays_of("UTC", *december) == {}


@pytest.mark.parametrize("to", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"])
async def test_a_wish_at_the_end_of_time_is_refused(
    olga: Visitor, runtime: Runtime, channel: Channel, to: str
) -> None:
    post = (await written(runtime, olga.actor, channel)).post
    delivery = await scheduled(runtime, olga.actor, channel)
    await move(olga, 422, post=str(post.id), version=str(post.version), to=to)
    await move(olga, 422, delivery=str(delivery.id), to=to)
    assert (await olga.get(f"/posts/{post.id}")).status == 200
