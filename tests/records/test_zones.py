"""Scheduled deliveries keep the local time that people chose, whatever happens to the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from signoff.db.session import limit_to_brands
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandChanges, change_brand
from signoff.pipeline.schedule.place import place
from signoff.records.deliveries.queries import get_delivery
from signoff.records.models import Delivery
from signoff.records.planning.placement import Schedule
from signoff.records.planning.zones import follow_zones
from signoff.records.states import DeliveryAction
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.posts import approved, moved
from tests.support.publishing import alerts
from tests.support.raw_sql import Role

NINE_IN_MADRID = datetime(2027, 3, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _in_february(clock: ShiftableClock) -> None:
    clock.advance(datetime(2027, 2, 1, 12, tzinfo=UTC) - clock.now())


async def put(runtime: Runtime, owner: Actor, channel: Channel, schedule: Schedule) -> Delivery:
    post = (await approved(runtime, owner, channel)).post
    return (await place(runtime, owner, post.id, schedule))[0].delivery


async def now_of(runtime: Runtime, owner: Actor, delivery: Delivery) -> Delivery:
    return (await get_delivery(runtime, owner, delivery.id)).view.delivery


async def move_brand(runtime: Runtime, owner: Actor, brand: Brand, zone: str) -> None:
    await change_brand(runtime, owner, brand.id, BrandChanges(time_zone=zone), version=brand.version)


async def test_a_brand_that_moves_takes_its_local_times_along(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    delivery = await put(runtime, owner, channel, Schedule(due_local="2027-03-01T09:00"))
    await move_brand(runtime, owner, brand, "America/New_York")
    after = await now_of(runtime, owner, delivery)
    assert after.due_at == datetime(2027, 3, 1, 14, tzinfo=UTC)
    assert (after.due_local, after.due_zone) == ("2027-03-01T09:00", "America/New_York")
    assert (after.moved_from, after.moved_why) == (
        NINE_IN_MADRID,
        "The brand's clock is that of America/New_York now; the local time stays.",
    )
    told = (await get_delivery(runtime, owner, delivery.id)).timeline[-1]
    assert (told.action, told.who) == ("delivery.follow_zone", "Olga Owner")


@pytest.mark.parametrize(
    ("local", "zone", "moment"),
    [
        # New York sets its clock forward on 14 March: half past two doesn't exist there.
        ("2027-03-14T02:30", "America/New_York", datetime(2027, 3, 14, 7, 30, tzinfo=UTC)),
        # Half past two comes twice in Madrid on 31 October, and once in Tokyo.
        ("2027-10-31T02:30+01:00", "Asia/Tokyo", datetime(2027, 10, 30, 17, 30, tzinfo=UTC)),
        # Half past one comes twice in New York on 7 November: the first is taken.
        ("2027-11-07T01:30", "America/New_York", datetime(2027, 11, 7, 5, 30, tzinfo=UTC)),
    ],
)
async def test_a_local_time_that_is_another_kind_of_time_elsewhere_still_has_a_moment(
    *, runtime: Runtime, owner: Actor, brand: Brand, channel: Channel, local: str, zone: str, moment: datetime
) -> None:
    delivery = await put(runtime, owner, channel, Schedule(due_local=local))
    await move_brand(runtime, owner, brand, zone)
    assert (await now_of(runtime, owner, delivery)).due_at == moment


async def test_what_is_under_way_or_was_meant_for_now_stays(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    started = await put(runtime, owner, channel, Schedule(due_local="2027-03-01T09:00"))
    await moved(runtime, started.id, DeliveryAction.CLAIM)
    at_once = await put(runtime, owner, channel, Schedule(now=True))
    await move_brand(runtime, owner, brand, "America/New_York")
    for before in (started, at_once):
        after = await now_of(runtime, owner, before)
        assert (after.due_at, after.due_zone, after.moved_from) == (before.due_at, "Europe/Madrid", None)


async def test_what_would_be_past_isnt_published_at_once(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    delivery = await put(runtime, owner, channel, Schedule(due_local="2027-02-01T14:00"))  # in an hour
    await move_brand(runtime, owner, brand, "Asia/Tokyo")  # where it is nine in the evening
    after = await now_of(runtime, owner, delivery)
    assert (after.due_at, after.due_local) == (delivery.due_at, "2027-02-01T22:00")


async def test_changed_rules_of_a_zone_move_what_is_scheduled_and_people_are_told(
    runtime: Runtime, owner: Actor, channel: Channel, app_sql: Role
) -> None:
    delivery = await put(runtime, owner, channel, Schedule(due_local="2027-03-01T09:00"))
    untouched = await put(runtime, owner, channel, Schedule(due_local="2027-03-02T09:00"))
    # As if it had been scheduled while Madrid was to be at UTC+2 by then.
    await app_sql.run(
        "update deliveries set due_at = due_at - interval '1 hour' where id = %s",
        delivery.id,
        organization=owner.organization_id,
    )
    assert await follow_zones(runtime) == 1
    after = await now_of(runtime, owner, delivery)
    assert (after.due_at, after.moved_from) == (NINE_IN_MADRID, NINE_IN_MADRID - HOUR)
    assert "Europe/Madrid follows other rules now" in after.moved_why
    assert (await now_of(runtime, owner, untouched)).moved_from is None
    limit_to_brands([channel.brand_id])
    told = await alerts(runtime, owner)
    limit_to_brands(None)
    assert told == ["Europe/Madrid changed its clock: 1 scheduled delivery of Casa Luz moved"]
    assert await follow_zones(runtime) == 0
