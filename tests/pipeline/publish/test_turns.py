"""What missed its time keeps its channel's cadence all the same: no outage ends in a flood."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from signoff.connectors.errors import TryLater
from signoff.kernel.closed_days import Repeats
from signoff.kernel.people import Actor
from signoff.kernel.weekdays import WEEKDAYS
from signoff.organizations.brands import BrandChanges, change_brand, get_brand
from signoff.organizations.cadence import set_channel_cadence
from signoff.organizations.closed_days import close_days
from signoff.organizations.closed_fields import ClosedDraft
from signoff.pipeline.publish.claim import claim
from signoff.pipeline.publish.late import settle_late
from signoff.pipeline.schedule.place import place
from signoff.pipeline.schedule.release import release
from signoff.records.alerts.notices import open_alerts
from signoff.records.models import Delivery
from signoff.records.planning.placement import Schedule
from signoff.records.states import DeliveryState, LatePolicy
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import approved, scheduled
from tests.support.publishing import alerts, detail, later, row
from tests.support.world import MADRID, Neighbour

QUARTER = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def brand(runtime: Runtime, brand: Brand, owner: Actor, clock: ShiftableClock) -> Brand:
    """The brand as everybody gets it, at noon."""
    local = clock.now().astimezone(MADRID)
    noon = local.replace(hour=12, minute=0, second=0, microsecond=0)
    clock.advance((noon if noon > local else noon + timedelta(days=1)) - local)
    return await change_brand(
        runtime, owner, brand.id, BrandChanges(late_window_s=3600), version=brand.version
    )


async def with_policy(runtime: Runtime, owner: Actor, brand: Brand, policy: LatePolicy) -> None:
    present = await get_brand(runtime, owner, brand.id)
    await change_brand(runtime, owner, brand.id, BrandChanges(late_policy=policy), version=present.version)


async def every_quarter(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, *minutes: int
) -> list[Delivery]:
    """Posts on a channel that posts every quarter of an hour at most; then no worker runs for an hour."""
    await set_channel_cadence(runtime, owner, channel.id, {"min_gap_minutes": 15}, version=0)
    made = [await scheduled(runtime, owner, channel, due_in=each * MINUTE) for each in minutes]
    clock.advance(58 * MINUTE)
    return made


async def test_after_an_outage_the_gap_between_posts_still_holds(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    made = await every_quarter(runtime, owner, channel, clock, 5, 20, 35, 50)
    worker, counts = Worker(runtime), []
    for _ in range(4):
        await worker.run_until_idle()
        counts.append(len(noticeboard.notes))
        clock.advance(QUARTER + timedelta(seconds=1))
    assert counts == [1, 2, 3, 4]
    assert [(await row(runtime, owner, each)).released_at for each in made] == [None] * 4


async def test_what_waits_for_its_turn_says_until_when(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    _, second = await every_quarter(runtime, owner, channel, clock, 5, 20)
    await Worker(runtime).run_until_idle()
    waiting = (await detail(runtime, owner, second)).view.waiting
    assert waiting is not None
    assert waiting.until is not None
    assert f"{waiting.until.astimezone(MADRID):%H:%M}" == "13:13"


async def test_the_claim_gives_the_turns_itself_however_many_claim_at_once(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    await every_quarter(runtime, owner, channel, clock, 5, 20, 35, 50)
    taken = []
    for _ in range(3):
        found = await asyncio.gather(*(claim(runtime, f"worker {n}", 4) for n in range(4)))
        taken += [lease for leases in found for lease in leases]
    assert len(taken) == 1


async def test_what_was_begun_in_time_is_tried_again_however_soon_the_next_one_is_due(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    await set_channel_cadence(runtime, owner, channel.id, {"min_gap_minutes": 120}, version=0)
    first, second = [await scheduled(runtime, owner, channel, due_in=each * MINUTE) for each in (1, 121)]
    noticeboard.fails_with.append(TryLater("Busy.", not_before=None))
    worker = Worker(runtime)
    await later(worker, clock, seconds=61)
    assert (await row(runtime, owner, first)).state is DeliveryState.SCHEDULED
    await later(worker, clock, minutes=3)
    assert (await row(runtime, owner, first)).state is DeliveryState.PUBLISHED
    assert (await row(runtime, owner, second)).state is DeliveryState.SCHEDULED
    assert await open_alerts(runtime, owner) == []


async def test_after_a_long_outage_what_was_tried_before_takes_a_turn_like_the_rest(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    await set_channel_cadence(runtime, owner, channel.id, {"min_gap_minutes": 15}, version=0)
    for each in (1, 16):
        await scheduled(runtime, owner, channel, due_in=each * MINUTE)
    noticeboard.fails_with.extend(TryLater("Busy.", not_before=None) for _ in range(3))
    worker = Worker(runtime)
    await later(worker, clock, seconds=61)
    await later(worker, clock, minutes=15)
    assert (noticeboard.fails_with, noticeboard.notes) == ([], [])
    await later(worker, clock, minutes=40)
    assert len(noticeboard.notes) == 1
    await later(worker, clock, minutes=16)
    assert len(noticeboard.notes) == 2


async def test_who_chose_the_very_time_or_says_now_isnt_made_to_wait(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    held, _ = await every_quarter(runtime, owner, channel, clock, 1, 50)
    kept = (await approved(runtime, owner, channel)).post
    await place(runtime, owner, kept.id, Schedule(due_at=clock.now() + MINUTE, keep_time=True))
    clock.advance(5 * MINUTE)
    await release(runtime, owner, held.id)
    clock.advance(2 * MINUTE)
    await Worker(runtime).run_until_idle()
    assert len(noticeboard.notes) == 2


@pytest.mark.parametrize("repeats", Repeats)
async def test_what_missed_its_time_doesnt_go_out_on_a_day_without_posts(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    repeats: Repeats,
) -> None:
    late = await scheduled(runtime, owner, channel, due_in=5 * MINUTE)
    today = clock.now().astimezone(MADRID).date()
    draft = {
        Repeats.NEVER: ClosedDraft(today, "Mourning"),
        Repeats.YEARLY: ClosedDraft(today.replace(year=today.year - 4), "Mourning", repeats=repeats),
        Repeats.WEEKLY: ClosedDraft(
            today - timedelta(days=9), "Rest", repeats=repeats, weekdays=[WEEKDAYS[today.weekday()]]
        ),
    }[repeats]
    await close_days(runtime, owner, channel.brand_id, draft)
    clock.advance(10 * MINUTE)
    await Worker(runtime).run_until_idle()
    assert (noticeboard.notes, (await row(runtime, owner, late)).state) == ([], DeliveryState.SCHEDULED)


async def test_a_person_is_asked_when_no_turn_is_in_time(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    await set_channel_cadence(runtime, owner, channel.id, {"min_gap_minutes": 120}, version=0)
    await scheduled(runtime, owner, channel, due_in=122 * MINUTE)
    late = await scheduled(runtime, owner, channel, due_in=MINUTE)
    clock.advance(10 * MINUTE)
    await settle_late(runtime)
    await Worker(runtime).run_until_idle()
    (alert,) = await open_alerts(runtime, owner)
    assert alert.title == "Held, too late: “Good morning” on Noticeboard (Board plaza)"
    assert alert.cause.endswith("Its channel's cadence has no room for it while it is still in time.")
    assert (await detail(runtime, owner, late)).view.is_held
    assert noticeboard.notes == []


class TestSpread:
    """The rule lets late ones go by itself; where it can't, people are told."""

    @pytest.fixture(autouse=True)
    async def _spread(self, runtime: Runtime, owner: Actor, brand: Brand) -> None:
        await with_policy(runtime, owner, brand, LatePolicy.SPREAD)

    async def without_room(
        self, runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
    ) -> Delivery:
        late = await scheduled(runtime, owner, channel, due_in=MINUTE)
        for days in (29, 58, 87):
            await scheduled(runtime, owner, channel, due_in=timedelta(days=days))
        month = {"min_gap_minutes": 30 * 24 * 60}
        await set_channel_cadence(runtime, owner, channel.id, month, version=0)
        clock.advance(timedelta(hours=3))
        return late

    async def test_that_the_cadence_has_no_room_is_told_once_and_ends_when_it_has(
        self, runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
    ) -> None:
        late = await self.without_room(runtime, owner, channel, clock)
        for _ in range(3):
            await settle_late(runtime)
        (alert,) = await open_alerts(runtime, owner)
        assert "has no room in the 60 days from" in alert.cause
        await set_channel_cadence(runtime, owner, channel.id, {}, version=1)
        await Worker(runtime).run_until_idle()
        assert (await row(runtime, owner, late)).state is DeliveryState.PUBLISHED
        assert await alerts(runtime, owner) == []

    async def test_a_channel_without_room_keeps_no_other_waiting(
        self,
        runtime: Runtime,
        owner: Actor,
        channel: Channel,
        clock: ShiftableClock,
        neighbour: Neighbour,
    ) -> None:
        theirs = neighbour.brand
        changes = BrandChanges(late_window_s=3600, late_policy="spread")
        await change_brand(runtime, neighbour.owner, theirs.id, changes, version=theirs.version)
        other = await scheduled(runtime, neighbour.owner, neighbour.channel, due_in=2 * MINUTE)
        await self.without_room(runtime, owner, channel, clock)
        await Worker(runtime).run_until_idle()
        assert (await row(runtime, neighbour.owner, other)).state is DeliveryState.PUBLISHED

    async def test_a_channel_that_stays_signed_out_is_told_after_a_while(
        self, runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
    ) -> None:
        await scheduled(runtime, owner, channel, due_in=MINUTE)
        async with runtime.transaction(owner.organization_id) as tx:
            signed_out = await tx.get_one(Channel, channel.id)
            signed_out.state = "reconnect"
        clock.advance(timedelta(minutes=90))
        await settle_late(runtime)
        assert await alerts(runtime, owner) == []
        clock.advance(timedelta(hours=1))
        for _ in range(2):
            await settle_late(runtime)
        (alert,) = await open_alerts(runtime, owner)
        assert alert.cause.endswith("Waits until the channel is connected again.")
