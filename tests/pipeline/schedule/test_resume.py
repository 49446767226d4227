"""Ending a pause: first a review of what is overdue, then the rule for it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from signoff.kernel.errors import NotAllowed, WrongState
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandChanges, change_brand
from signoff.organizations.cadence import set_channel_cadence
from signoff.pipeline.publish.claim import claim
from signoff.pipeline.review.archive import archive
from signoff.pipeline.schedule.guard_disk import guard_disk
from signoff.pipeline.schedule.overdue_rule import Fate
from signoff.pipeline.schedule.pause import pause
from signoff.pipeline.schedule.release import release
from signoff.pipeline.schedule.resume import resume, review_resume
from signoff.records.alerts.notices import open_pauses
from signoff.records.deliveries.holding import hold_everything
from signoff.records.deliveries.turns import GAP
from signoff.records.models import Delivery
from signoff.records.states import DeliveryAction, DeliveryState, OnResume
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import moved, scheduled
from tests.support.publishing import detail, later, row
from tests.support.raw_sql import Role
from tests.support.world import MADRID, Neighbour, connect_board

WHERE = ("organization", None)


@pytest.fixture
async def brand(runtime: Runtime, brand: Brand, owner: Actor, clock: ShiftableClock) -> Brand:
    """A brand as everybody gets it, at noon."""
    local = clock.now().astimezone(MADRID)
    noon = local.replace(hour=12, minute=0, second=0, microsecond=0)
    clock.advance((noon if noon > local else noon + timedelta(days=1)) - local)
    return await change_brand(
        runtime, owner, brand.id, BrandChanges(late_window_s=3600), version=brand.version
    )


async def paused(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    *,
    posts: int = 3,
    hours: float = 3,
) -> list[Delivery]:
    """Posts that became due while everything was paused, some hours ago."""
    made = [await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1 + n)) for n in range(posts)]
    await pause(runtime, owner, *WHERE, reason="Storm warning.")
    clock.advance(timedelta(hours=hours))
    return made


async def test_the_review_tells_what_the_rule_will_do_and_changes_nothing(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    late = await paused(runtime, owner, channel, clock)
    expected = {
        OnResume.PUBLISH: Fate.PUBLISH,
        OnResume.RESCHEDULE: Fate.MOVE,
        OnResume.ASK: Fate.HOLD,
    }
    for rule, fate in expected.items():
        review = await review_resume(runtime, owner, *WHERE, rule)
        assert [(one.view.delivery.id, one.fate) for one in review.becoming] == [
            (each.id, fate) for each in late
        ]
        assert all((one.at is None) is (rule is OnResume.ASK) for one in review.becoming)
    assert (await review_resume(runtime, owner, *WHERE)).rule is OnResume.PUBLISH
    rows = [await row(runtime, owner, each) for each in late]
    assert [(each.due_at, each.released_at, each.held_since) for each in rows] == [
        (each.due_at, None, None) for each in late
    ]


async def test_what_is_let_go_does_not_flood(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    await paused(runtime, owner, channel, clock)
    resumed = await resume(runtime, owner, *WHERE)
    assert resumed.released == 3
    moments = [one.at for one in resumed.becoming]
    assert moments[0] is not None
    assert moments == [moments[0] + n * GAP for n in range(3)]
    worker = Worker(runtime)
    counts = []
    for _ in range(3):
        await worker.run_until_idle()
        counts.append(len(noticeboard.notes))
        clock.advance(GAP)
    assert counts == [1, 2, 3]


async def test_what_is_still_in_time_goes_out_as_if_nothing_had_been(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    clock.advance(timedelta(hours=11))  # 23:00, which people chose
    (delivery,) = await paused(runtime, owner, channel, clock, posts=1, hours=0.2)
    await resume(runtime, owner, *WHERE)
    await Worker(runtime).run_until_idle()
    assert len(noticeboard.notes) == 1
    assert (await row(runtime, owner, delivery)).released_at is None


async def test_what_is_let_go_keeps_the_gap_of_its_channel_and_its_quiet_hours(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    clock.advance(timedelta(hours=9))  # 21:00
    rules = {"min_gap_minutes": 20, "quiet_hours": {"from": "22:00", "to": "07:00"}}
    await set_channel_cadence(runtime, owner, channel.id, rules, version=0)
    for minutes in (1, 21, 41):
        await scheduled(runtime, owner, channel, due_in=timedelta(minutes=minutes))
    await pause(runtime, owner, *WHERE, reason="Storm warning.")
    clock.advance(timedelta(minutes=45))
    resumed = await resume(runtime, owner, *WHERE)
    local = [f"{one.at.astimezone(MADRID):%H:%M}" for one in resumed.becoming if one.at]
    assert local == ["21:45", "07:00", "07:20"]
    assert len(await claim(runtime, "a worker", 5)) == 1


async def test_what_is_moved_gets_new_due_times(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    late = await paused(runtime, owner, channel, clock, posts=2)
    resumed = await resume(runtime, owner, *WHERE, OnResume.RESCHEDULE)
    assert resumed.released == 0
    rows = [await row(runtime, owner, each) for each in late]
    assert [each.due_at for each in rows] == [one.at for one in resumed.becoming]
    assert rows[0].due_at > late[0].due_at


async def test_what_is_held_waits_for_a_person_even_within_its_window(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    (delivery,) = await paused(runtime, owner, channel, clock, posts=1, hours=0.2)
    assert (await resume(runtime, owner, *WHERE, OnResume.ASK)).released == 0
    worker = Worker(runtime)
    await worker.run_until_idle()
    assert not noticeboard.notes
    assert (await detail(runtime, owner, delivery)).view.is_held
    await release(runtime, owner, delivery.id)
    await worker.run_until_idle()
    assert len(noticeboard.notes) == 1


async def test_another_pause_still_holds_what_it_covers(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel, clock: ShiftableClock
) -> None:
    other = await connect_board(runtime, owner, brand, "mercado")
    elsewhere = await scheduled(runtime, owner, other, due_in=timedelta(minutes=1))
    await paused(runtime, owner, channel, clock, posts=1)
    await pause(runtime, owner, "channel", channel.id, reason="Wet paint.")
    resumed = await resume(runtime, owner, *WHERE)
    assert {one.view.delivery.channel_id: one.fate for one in resumed.becoming} == {
        channel.id: Fate.PAUSED,
        other.id: Fate.PUBLISH,
    }
    assert [lease.delivery_id for lease in await claim(runtime, "a worker", 9)] == [elsewhere.id]


async def test_of_two_who_resume_one_is_told_that_it_is_done(
    runtime: Runtime, owner: Actor, admin: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    late = await paused(runtime, owner, channel, clock, posts=2)
    answers = await asyncio.gather(
        resume(runtime, owner, *WHERE, OnResume.PUBLISH),
        resume(runtime, admin, *WHERE, OnResume.ASK),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers].count(WrongState) == 1
    held = [(await row(runtime, owner, each)).held_since is not None for each in late]
    assert held in ([True, True], [False, False])


async def test_what_is_doubtful_is_held_too_should_it_turn_out_not_to_be_out(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    (delivery,) = await paused(runtime, owner, channel, clock, posts=1, hours=0.2)
    await moved(runtime, delivery.id, DeliveryAction.CLAIM, DeliveryAction.LOSE_TRACK)
    await resume(runtime, owner, *WHERE, OnResume.ASK)
    await moved(runtime, delivery.id, DeliveryAction.RULE_OUT)
    assert await claim(runtime, "a worker", 1) == []


async def test_what_was_withdrawn_meanwhile_is_not_overdue(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    (delivery,) = await paused(runtime, owner, channel, clock, posts=1)
    await archive(runtime, owner, delivery.post_id)
    assert (await resume(runtime, owner, *WHERE)).becoming == []


async def test_the_operator_resumes_for_everybody_and_reads_of_nobody_else(
    runtime: Runtime, owner: Actor, neighbour: Neighbour, channel: Channel, clock: ShiftableClock
) -> None:
    theirs = await scheduled(runtime, neighbour.owner, neighbour.channel, due_in=timedelta(minutes=1))
    mine = await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1))
    await pause(runtime, owner, "global", None, reason="Maintenance.")
    clock.advance(timedelta(hours=3))
    review = await review_resume(runtime, owner, "global", None)
    assert [one.view.delivery.id for one in review.becoming] == [mine.id]
    resumed = await resume(runtime, owner, "global", None)
    assert [one.view.delivery.id for one in resumed.becoming] == [mine.id]
    assert resumed.released == 2
    assert {lease.delivery_id for lease in await claim(runtime, "a worker", 9)} == {mine.id, theirs.id}
    with pytest.raises(NotAllowed):
        await review_resume(runtime, neighbour.owner, "global", None)


async def test_what_signoff_pauses_itself_ends_with_a_question(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1))
    assert await guard_disk(runtime) is None
    async with runtime.worker_transaction() as tx:
        await hold_everything(tx, "The disk is almost full.")
    clock.advance(timedelta(minutes=10))
    resumed = await resume(runtime, owner, "global", None)
    assert resumed.rule is OnResume.ASK
    assert (await row(runtime, owner, delivery)).state is DeliveryState.SCHEDULED
    assert await claim(runtime, "a worker", 1) == []
    await later(Worker(runtime), clock, minutes=1)
    assert (await detail(runtime, owner, delivery)).view.is_held


async def test_what_waited_for_a_decision_before_the_pause_waits_on_after_it(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
) -> None:
    held = await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1))
    clock.advance(timedelta(hours=30))  # no worker ran
    await pause(runtime, owner, "channel", channel.id, reason="Five minutes for a new key.")
    clock.advance(timedelta(minutes=5))
    await resume(runtime, owner, "channel", channel.id)
    await Worker(runtime).run_until_idle()
    assert (await row(runtime, owner, held)).state is DeliveryState.SCHEDULED
    assert noticeboard.notes == []


async def facts(runtime: Runtime, delivery: Delivery) -> tuple[datetime, datetime | None, datetime | None]:
    async with runtime.worker_transaction() as tx:
        now = await tx.get_one(Delivery, delivery.id)
        return now.due_at, now.released_to, now.held_since


@pytest.mark.parametrize("rule", list(OnResume))
async def test_who_dies_between_two_organizations_resumes_again_and_does_nothing_twice(
    *,
    runtime: Runtime,
    owner: Actor,
    neighbour: Neighbour,
    channel: Channel,
    clock: ShiftableClock,
    owner_sql: Role,
    rule: OnResume,
) -> None:
    theirs, window = neighbour.brand, BrandChanges(late_window_s=3600)
    await change_brand(runtime, neighbour.owner, theirs.id, window, version=theirs.version)
    made = []
    for actor, place in ((owner, channel), (neighbour.owner, neighbour.channel)):
        await set_channel_cadence(runtime, actor, place.id, {"slots": ["Mo-Su 21:00"]}, version=0)
        made.append(await scheduled(runtime, actor, place, due_in=timedelta(minutes=1)))
    first, second = sorted(made, key=lambda each: each.organization_id)
    await pause(runtime, owner, "global", None, reason="Maintenance.")
    clock.advance(timedelta(hours=3))
    await owner_sql.run(
        "create function dies() returns trigger language plpgsql as $$ begin raise exception 'dies'; end $$"
    )
    await owner_sql.run(
        "create trigger dies before update on deliveries for each row"
        f" when (old.id = '{second.id}') execute function dies()"
    )
    with pytest.raises(DBAPIError, match="dies"):
        await resume(runtime, owner, "global", None, rule)
    done = await facts(runtime, first)
    assert done != (first.due_at, None, None), "the first organization's part is done"
    assert await facts(runtime, second) == (second.due_at, None, None)
    clock.advance(timedelta(minutes=1))
    assert await claim(runtime, "a worker", 9) == [], "and all are still held"

    await owner_sql.run("drop trigger dies on deliveries")
    await resume(runtime, owner, "global", None, rule)
    assert await open_pauses(runtime, owner) == []
    assert await facts(runtime, first) == done
    now = await facts(runtime, second)
    assert [now[0] == second.due_at, *map(bool, now[1:])] == [done[0] == first.due_at, *map(bool, done[1:])]
    going = {lease.delivery_id for lease in await claim(runtime, "a worker", 9)}
    assert going == ({first.id, second.id} if rule is OnResume.PUBLISH else set())
