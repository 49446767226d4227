"""What couldn't go out in time: held, sent one after the other, or sent, as its brand wants it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from signoff.connectors.errors import Throttled
from signoff.kernel.errors import NotAllowed, WrongState
from signoff.kernel.ids import DeliveryId, new_id
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandChanges, change_brand, get_brand
from signoff.pipeline.publish.attempt import attempt
from signoff.pipeline.publish.claim import claim
from signoff.pipeline.publish.late import settle_late
from signoff.pipeline.review.decide import decide
from signoff.pipeline.schedule.change import cancel, reschedule
from signoff.pipeline.schedule.pause import pause
from signoff.pipeline.schedule.release import Then, decide_held, release
from signoff.records.alerts.notices import close_alert, open_alerts
from signoff.records.deliveries.queries import list_deliveries
from signoff.records.deliveries.turns import EVENING, GAP, MORNING, by_day
from signoff.records.models import Delivery
from signoff.records.states import DeliveryState, Verdict
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import scheduled, seen
from tests.support.publishing import alerts, claimed, detail, later, row
from tests.support.world import MADRID, Neighbour, connect_board

WINDOW = timedelta(minutes=60)


@pytest.fixture
async def brand(runtime: Runtime, brand: Brand, owner: Actor) -> Brand:
    """The brand as everybody gets it: an hour late at most, then a person is asked."""
    window_s = int(WINDOW.total_seconds())
    changes = BrandChanges(late_window_s=window_s)
    return await change_brand(runtime, owner, brand.id, changes, version=brand.version)


async def with_policy(runtime: Runtime, owner: Actor, brand: Brand, policy: str) -> None:
    present = await get_brand(runtime, owner, brand.id)
    await change_brand(runtime, owner, brand.id, BrandChanges(late_policy=policy), version=present.version)


async def at_noon(clock: ShiftableClock) -> None:
    """Let it be noon in Madrid, so that no turn falls into the night."""
    local = clock.now().astimezone(MADRID)
    noon = local.replace(hour=12, minute=0, second=0, microsecond=0)
    clock.advance((noon if noon > local else noon + timedelta(days=1)) - local)


async def missed(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, **late_by: float
) -> Delivery:
    """A delivery for which nothing ran in time, at noon."""
    await at_noon(clock)
    clock.advance(-timedelta(**late_by) - timedelta(minutes=1))
    delivery = await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1))
    clock.advance(timedelta(**late_by) + timedelta(minutes=1))
    return delivery


async def test_within_the_window_it_goes_out_by_itself_and_a_moment_later_it_does_not(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1))
    clock.advance(delivery.due_at + WINDOW - clock.now() + timedelta(milliseconds=50))
    assert await claim(runtime, "a worker", 1) == []
    clock.advance(timedelta(seconds=-20))
    assert len(await claim(runtime, "a worker", 1)) == 1


async def test_ten_minutes_without_workers_end_with_everything_out(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery = await missed(runtime, owner, channel, clock, minutes=10)
    await Worker(runtime).run_until_idle()
    assert (await row(runtime, owner, delivery)).state is DeliveryState.PUBLISHED
    assert len(noticeboard.notes) == 1


async def test_after_three_hours_a_person_is_asked_once_and_decides(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery = await missed(runtime, owner, channel, clock, hours=3)
    worker = Worker(runtime)
    for _ in range(2):
        await worker.run_until_idle()
    shown = (await detail(runtime, owner, delivery)).view
    assert shown.is_held
    assert shown.waiting is not None
    assert shown.waiting.text == "Held (late): 3 h past its time, and Casa Luz allows 60 min"
    assert await alerts(runtime, owner) == ["Held, too late: “Good morning” on Noticeboard (Board plaza)"]
    assert not noticeboard.notes

    await release(runtime, owner, delivery.id)
    assert await alerts(runtime, owner) == []
    await worker.run_until_idle()
    out = await row(runtime, owner, delivery)
    assert (out.state, out.released_by) == (DeliveryState.PUBLISHED, owner.person_id)
    assert out.released_at is not None
    assert out.due_at == delivery.due_at


async def test_what_is_let_go_by_rule_goes_out_one_after_the_other(
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
) -> None:
    await with_policy(runtime, owner, brand, "spread")
    late = [await missed(runtime, owner, channel, clock, hours=3) for _ in range(3)]
    elsewhere = await missed(
        runtime, owner, await connect_board(runtime, owner, brand, "mercado"), clock, hours=3
    )
    worker = Worker(runtime)
    await worker.run_until_idle()
    assert len(noticeboard.notes) == 2  # the first of each channel
    turns = [(await row(runtime, owner, each)).released_to for each in late]
    assert [after - before for before, after in pairwise(turns) if before and after] == [
        GAP,
        GAP,
    ]
    assert (await row(runtime, owner, elsewhere)).released_by is None

    await later(worker, clock, minutes=6)
    assert len(noticeboard.notes) == 3
    await later(worker, clock, minutes=5)
    assert len(noticeboard.notes) == 4


async def test_a_brand_that_wants_it_at_once_gets_it_at_once(
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
) -> None:
    await with_policy(runtime, owner, brand, "publish")
    for _ in range(3):
        await missed(runtime, owner, channel, clock, hours=3)
    await Worker(runtime).run_until_idle()
    assert len(noticeboard.notes) == 3


async def test_good_morning_does_not_go_out_at_night(
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
) -> None:
    await with_policy(runtime, owner, brand, "spread")
    delivery = await missed(runtime, owner, channel, clock, hours=3)
    clock.advance(timedelta(hours=11))  # 23:00
    worker = Worker(runtime)
    await worker.run_until_idle()
    turn = (await row(runtime, owner, delivery)).released_to
    assert turn is not None
    assert turn.astimezone(MADRID).time() == MORNING
    assert not noticeboard.notes
    await later(worker, clock, hours=8, minutes=1)
    assert len(noticeboard.notes) == 1


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("2026-06-01T12:00", "2026-06-01T12:00"),
        ("2026-06-01T07:00", "2026-06-01T07:00"),
        ("2026-06-01T06:59", "2026-06-01T07:00"),
        ("2026-06-01T22:00", "2026-06-02T07:00"),
        ("2026-12-31T23:30", "2027-01-01T07:00"),
        ("2026-03-28T23:00", "2026-03-29T07:00"),  # the night in which summer time begins
        ("2026-10-24T23:00", "2026-10-25T07:00"),  # and ends
    ],
)
def test_the_night_ends_in_the_morning_of_the_brand(at: str, then: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=MADRID).astimezone(UTC)
    assert by_day(moment, MADRID.key).astimezone(MADRID).isoformat(timespec="minutes")[:16] == then
    assert MORNING < EVENING


async def test_what_a_limit_made_late_is_held_like_everything_else(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery = await missed(runtime, owner, channel, clock, minutes=0)
    noticeboard.fails_with = [Throttled("25 posts are out.", not_before=clock.now() + timedelta(hours=4))]
    worker = Worker(runtime)
    await worker.run_until_idle()
    await later(worker, clock, hours=4, minutes=1)
    assert not noticeboard.notes
    assert (await detail(runtime, owner, delivery)).view.is_held


async def test_nobody_is_asked_while_people_hold_it_themselves(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    await missed(runtime, owner, channel, clock, hours=0)
    await pause(runtime, owner, "channel", channel.id, reason="Storm warning.")
    clock.advance(timedelta(hours=3))
    assert await settle_late(runtime) == 0


async def test_the_intent_is_refused_when_the_window_ends_while_it_is_prepared(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery, lease = await claimed(runtime, owner, channel, clock)
    present = await get_brand(runtime, owner, channel.brand_id)
    await change_brand(runtime, owner, present.id, BrandChanges(late_window_s=1), version=present.version)
    clock.advance(timedelta(seconds=2))
    assert await attempt(runtime, lease) is DeliveryState.SCHEDULED
    assert not noticeboard.notes
    assert (await detail(runtime, owner, delivery)).view.is_held


async def test_a_new_time_is_an_answer(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery = await missed(runtime, owner, channel, clock, hours=3)
    await settle_late(runtime)
    await reschedule(runtime, owner, delivery.id, due_at=clock.now() + timedelta(hours=1))
    assert await alerts(runtime, owner) == []
    await later(Worker(runtime), clock, hours=1, minutes=1)
    assert len(noticeboard.notes) == 1


async def test_what_was_let_go_and_is_late_once_more_is_asked_about_once_more(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await missed(runtime, owner, channel, clock, hours=3)
    await release(runtime, owner, delivery.id)
    clock.advance(WINDOW + timedelta(minutes=1))
    assert await claim(runtime, "a worker", 1) == []
    assert await settle_late(runtime) == 1


async def test_who_closed_the_alert_has_seen_it_until_it_is_held_anew(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await missed(runtime, owner, channel, clock, hours=3)
    await settle_late(runtime)
    (alert,) = await open_alerts(runtime, owner)
    await close_alert(runtime, owner, alert.id)
    clock.advance(timedelta(hours=5))
    assert await settle_late(runtime) == 0
    assert await alerts(runtime, owner) == []

    await reschedule(runtime, owner, delivery.id, due_at=clock.now() + timedelta(hours=1))
    clock.advance(timedelta(hours=4))
    await settle_late(runtime)
    assert await alerts(runtime, owner) == ["Held, too late: “Good morning” on Noticeboard (Board plaza)"]


async def test_only_what_is_held_is_let_go(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await missed(runtime, owner, channel, clock, hours=3)
    await release(runtime, owner, delivery.id)
    with pytest.raises(WrongState, match="goes out by itself"):
        await release(runtime, owner, delivery.id)
    await claim(runtime, "a worker", 1)
    with pytest.raises(WrongState, match="publishing"):
        await release(runtime, owner, delivery.id)


async def test_two_people_let_it_go_at_once_and_it_goes_out_once(
    runtime: Runtime,
    owner: Actor,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
) -> None:
    delivery = await missed(runtime, owner, channel, clock, hours=3)
    answers = await asyncio.gather(
        release(runtime, owner, delivery.id),
        release(runtime, publisher, delivery.id),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers].count(WrongState) == 1
    await Worker(runtime).run_until_idle()
    assert len(noticeboard.notes) == 1


async def test_a_withdrawn_approval_ends_what_is_held(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await missed(runtime, owner, channel, clock, hours=3)
    await settle_late(runtime)
    fingerprint = await seen(runtime, owner, delivery.post_id)
    await decide(
        runtime, owner, delivery.post_id, Verdict.REQUEST_CHANGES, seen=fingerprint, comment="The price."
    )
    assert (await row(runtime, owner, delivery)).state is DeliveryState.CANCELLED
    assert await alerts(runtime, owner) == []
    with pytest.raises(WrongState, match="cancelled"):
        await release(runtime, owner, delivery.id)


async def test_several_are_decided_each_by_itself(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, neighbour: Neighbour
) -> None:
    late = [await missed(runtime, owner, channel, clock, hours=3) for _ in range(3)]
    await cancel(runtime, owner, late[1].id)
    theirs = await missed(runtime, neighbour.owner, neighbour.channel, clock, hours=3)
    nobody = DeliveryId(new_id())
    ids = [each.id for each in (*late, theirs)] + [nobody]
    held = await list_deliveries(runtime, owner, is_held=True)
    assert [view.delivery.id for view in held.items] == [late[0].id, late[2].id]

    done = await decide_held(runtime, owner, ids, Then.PUBLISH)
    assert [one.delivery_id for one in done] == ids
    assert [one.problem.detail if one.problem else "" for one in done] == [
        "",
        "It isn't held for being late: it is cancelled.",
        "",
        "There is no such delivery.",
        "There is no such delivery.",
    ]
    moments = [(await row(runtime, owner, late[index])).released_to for index in (0, 2)]
    assert moments[0] is not None
    assert moments[1] == moments[0] + GAP


@pytest.mark.parametrize("then", [Then.MOVE, Then.CANCEL])
async def test_several_are_moved_or_given_up(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, then: Then
) -> None:
    late = [await missed(runtime, owner, channel, clock, hours=3) for _ in range(2)]
    done = await decide_held(runtime, owner, [each.id for each in late], then)
    assert not any(one.problem for one in done)
    rows = [await row(runtime, owner, each) for each in late]
    if then is Then.CANCEL:
        assert {each.state for each in rows} == {DeliveryState.CANCELLED}
    else:
        assert [each.due_at for each in rows] == [rows[0].due_at, rows[0].due_at + GAP]
        assert (await list_deliveries(runtime, owner, is_held=True)).items == []


async def test_who_may_not_operate_lets_nothing_go(
    runtime: Runtime, owner: Actor, reviewer: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await missed(runtime, owner, channel, clock, hours=3)
    with pytest.raises(NotAllowed):
        await release(runtime, reviewer, delivery.id)
    with pytest.raises(NotAllowed):
        await decide_held(runtime, reviewer, [delivery.id], Then.CANCEL)
