"""Reading deliveries: lists, the board, the calendar, what one waits for, and the figures."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from signoff.kernel.errors import Invalid, NotFound
from signoff.kernel.people import Actor
from signoff.organizations.channels import remove_channel
from signoff.records.deliveries.queries import calendar, get_delivery, list_deliveries
from signoff.records.deliveries.waiting import Hold, Waiting
from signoff.records.models import Delivery
from signoff.records.overview.board import board, publishing_health
from signoff.records.pages import encode_cursor
from signoff.records.states import DeliveryAction, DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.posts import moved, scheduled
from tests.support.raw_sql import Role
from tests.support.world import MADRID, Neighbour

A = DeliveryAction
HOUR = timedelta(hours=1)


async def waiting(runtime: Runtime, actor: Actor, delivery: Delivery) -> Waiting | None:
    return (await get_delivery(runtime, actor, delivery.id)).view.waiting


@pytest.mark.parametrize("newest_first", [False, True])
async def test_page_by_page_every_delivery_is_seen_once(
    runtime: Runtime, owner: Actor, channel: Channel, *, newest_first: bool
) -> None:
    ids = [(await scheduled(runtime, owner, channel, due_in=HOUR * n)).id for n in (1, 2, 3)]
    first = await list_deliveries(runtime, owner, limit=2, newest_first=newest_first)
    rest = await list_deliveries(runtime, owner, limit=2, newest_first=newest_first, cursor=first.next_cursor)
    shown = [view.delivery.id for view in (*first.items, *rest.items)]
    assert (shown, rest.next_cursor) == (ids[::-1] if newest_first else ids, None)


async def test_each_filter_leaves_out_what_it_says(
    runtime: Runtime, owner: Actor, neighbour: Neighbour, channel: Channel, clock: ShiftableClock
) -> None:
    soon = await scheduled(runtime, owner, channel, due_in=HOUR)
    late = await scheduled(runtime, owner, channel, due_in=HOUR * 5)
    await moved(runtime, late.id, A.CLAIM)
    theirs = await scheduled(runtime, neighbour.owner, neighbour.channel)

    async def found(**wanted: object) -> set[object]:
        page = await list_deliveries(runtime, owner, **wanted)  # type: ignore[arg-type]
        return {view.delivery.id for view in page.items}

    between = clock.now() + HOUR * 3
    assert await found() == {soon.id, late.id}
    assert await found(states=[DeliveryState.PUBLISHING]) == {late.id}
    assert await found(post_id=soon.post_id) == {soon.id}
    assert await found(channel_id=channel.id, end=between) == {soon.id}
    assert await found(start=between) == {late.id}
    assert await found(brand_id=theirs.brand_id) == set()
    assert [one.delivery.id for one in await calendar(runtime, owner, clock.now(), between)] == [soon.id]


@pytest.mark.parametrize("value", ["Bread", "2026-07-15T09:00:00"])
async def test_a_cursor_of_another_list_is_refused(runtime: Runtime, owner: Actor, value: str) -> None:
    with pytest.raises(Invalid, match="another sort order"):
        await list_deliveries(runtime, owner, cursor=encode_cursor(value, uuid4()))


async def test_the_board_has_a_lane_for_each_way_things_can_stand(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    lanes = {
        "queued": (),
        "publishing": (A.CLAIM,),
        "unknown": (A.CLAIM, A.LOSE_TRACK),
        "failed": (A.CLAIM, A.FAIL),
    }
    ids = {}
    for lane, actions in lanes.items():
        delivery = await scheduled(runtime, owner, channel)
        if actions:
            await moved(runtime, delivery.id, *actions)
        ids[lane] = [delivery.id]
    shown = await board(runtime, owner)
    assert {lane: [one.delivery.id for one in views] for lane, views in shown.lanes.items()} == {
        **ids,
        "by_hand": [],
        "published": [],
    }
    assert shown.counts == dict.fromkeys(lanes, 1) | {"by_hand": 0, "published": 0}


class TestWhatItWaitsFor:
    async def test_its_time(self, runtime: Runtime, owner: Actor, channel: Channel) -> None:
        delivery = await scheduled(runtime, owner, channel)
        assert await waiting(runtime, owner, delivery) is None

    async def test_the_connection(
        self, runtime: Runtime, owner: Actor, channel: Channel, worker_sql: Role
    ) -> None:
        delivery = await scheduled(runtime, owner, channel)
        await worker_sql.run("update channels set state = 'reconnect' where id = %s", channel.id)
        said = await waiting(runtime, owner, delivery)
        assert said == Waiting(Hold.RECONNECT, "Waits until the channel is connected again")

    async def test_the_platform(
        self, runtime: Runtime, owner: Actor, channel: Channel, worker_sql: Role
    ) -> None:
        delivery = await scheduled(runtime, owner, channel)
        await worker_sql.run(
            "update accounts set held_until = now() + interval '1 hour', hold_reason = 'too many notes'"
            " where key = %s",
            channel.account_key,
        )
        said = await waiting(runtime, owner, delivery)
        assert said is not None
        assert said.until is not None
        assert said.text == "The platform asks to wait: too many notes"
        # A letter has no viewer: it says the time in the brand's zone, and which that is.
        there = said.until.astimezone(MADRID)
        assert (
            said.said(MADRID.key, said.until)
            == f"{said.text}, until {there:%A} {there.day} {there:%B, %H:%M} Madrid time"
        )
        assert f"{there:%B %Y, %H:%M}" in said.said(MADRID.key, said.until - timedelta(days=366))

    async def test_the_next_try(
        self, runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
    ) -> None:
        delivery = await scheduled(runtime, owner, channel)
        later = clock.now() + HOUR
        await moved(runtime, delivery.id, A.CLAIM, A.PUT_BACK, not_before=later)
        assert await waiting(runtime, owner, delivery) == Waiting(Hold.RETRY, "It is tried again", later)

    async def test_nothing_once_it_is_over(self, runtime: Runtime, owner: Actor, channel: Channel) -> None:
        delivery = await scheduled(runtime, owner, channel)
        await remove_channel(runtime, owner, channel.id)
        detail = await get_delivery(runtime, owner, delivery.id)
        assert (detail.view.delivery.state, detail.view.waiting) == (DeliveryState.CANCELLED, None)


async def test_the_figures_tell_how_publishing_goes(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    nothing = await publishing_health(runtime, owner)
    assert (nothing.success_rate_30d, nothing.lateness_p50_s, nothing.backlog) == (None, None, 0)
    await scheduled(runtime, owner, channel)
    failed = await scheduled(runtime, owner, channel)
    await moved(runtime, failed.id, A.CLAIM, A.FAIL)
    clock.advance(HOUR + timedelta(minutes=10))
    late = await publishing_health(runtime, owner)
    assert (late.success_rate_30d, late.backlog) == (0.0, 1)
    assert late.oldest_overdue_s == pytest.approx(600, abs=60)
    await Worker(runtime).run_until_idle()
    done = await publishing_health(runtime, owner)
    assert (done.success_rate_30d, done.backlog, done.oldest_overdue_s) == (0.5, 0, None)
    assert done.lateness_p50_s == pytest.approx(600, abs=60)


async def test_a_delivery_shows_who_approved_what(
    runtime: Runtime, owner: Actor, neighbour: Neighbour, channel: Channel
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    detail = await get_delivery(runtime, owner, delivery.id)
    assert (detail.decided_by, detail.decision.verdict) == (owner.name, "approve")
    assert detail.variant["payload"]["text"] == "Good morning\nFresh bread at eight."
    assert detail.seal.id == delivery.seal_id
    with pytest.raises(NotFound):
        await get_delivery(runtime, neighbour.owner, delivery.id)
