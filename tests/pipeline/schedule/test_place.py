"""Scheduling: one delivery for each channel, at a moment that exists, of what was approved."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from signoff.kernel.errors import (
    ContentChanged,
    Invalid,
    NotAllowed,
    NotConnected,
    NotFound,
    Problem,
    WrongState,
)
from signoff.kernel.ids import ChannelId, PostId
from signoff.kernel.people import Actor
from signoff.organizations.channels import change_channel, remove_channel
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.pipeline.schedule.place import place
from signoff.records.deliveries.queries import list_deliveries
from signoff.records.planning.placement import Schedule
from signoff.records.states import DeliveryAction, DeliveryState, Verdict
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.posts import approved, in_review, moved, seen, written
from tests.support.raw_sql import Role
from tests.support.world import Neighbour, connect_board

NOW = Schedule(now=True)


async def states(runtime: Runtime, actor: Actor, post_id: PostId) -> list[DeliveryState]:
    return [one.delivery.state for one in (await list_deliveries(runtime, actor, post_id=post_id)).items]


async def test_each_channel_gets_one_delivery(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel, clock: ShiftableClock
) -> None:
    second = await connect_board(runtime, owner, brand, "mercado")
    post = (await approved(runtime, owner, channel, second)).post
    due = clock.now() + timedelta(days=2)
    placed = await place(runtime, owner, post.id, Schedule(due_at=due))
    assert {view.channel.id for view in placed} == {channel.id, second.id}
    assert {(view.delivery.due_at, view.delivery.seal_id) for view in placed} == {(due, post.seal_id)}


async def test_some_of_the_channels_can_be_chosen_and_the_others_later(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    second = await connect_board(runtime, owner, brand, "mercado")
    post = (await approved(runtime, owner, channel, second)).post
    (first,) = await place(runtime, owner, post.id, replace(NOW, channels=[second.id]))
    assert first.channel.id == second.id
    (other,) = await place(runtime, owner, post.id, replace(NOW, channels=[channel.id]))
    assert other.channel.id == channel.id


@pytest.mark.parametrize("make", [written, in_review])
async def test_what_is_not_approved_is_not_scheduled(
    runtime: Runtime, owner: Actor, channel: Channel, make: type
) -> None:
    post = (await make(runtime, owner, channel)).post
    with pytest.raises(WrongState, match="Only an approved post"):
        await place(runtime, owner, post.id, NOW)
    assert await states(runtime, owner, post.id) == []


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (Schedule(), "Say when"),
        (Schedule(now=True, due_local="2027-03-01T09:00"), "Say when"),
        (Schedule(due_at=datetime(2020, 1, 1, tzinfo=UTC)), "past"),
        (Schedule(due_local="2020-01-01T09:00"), "past"),
        (Schedule(due_at=datetime(2027, 1, 1)), "time zone"),  # noqa: DTZ001 - naive on purpose
        (Schedule(due_at=datetime(2126, 1, 1, tzinfo=UTC)), "two years"),
        (Schedule(due_local="tomorrow"), "isn't a local time"),
        (Schedule(now=True, channels=[]), "other channels"),
        (Schedule(now=True, channels=[ChannelId(uuid4())]), "other channels"),
    ],
)
async def test_a_wrong_time_or_place_is_refused_in_words(
    runtime: Runtime, owner: Actor, channel: Channel, schedule: Schedule, words: str
) -> None:
    post = (await approved(runtime, owner, channel)).post
    with pytest.raises(Invalid, match=words):
        await place(runtime, owner, post.id, schedule)
    assert await states(runtime, owner, post.id) == []


class TestSummerTime:
    """The brand is in Madrid, where clocks are set forward in March and back in October."""

    @pytest.fixture(autouse=True)
    def _in_2027(self, clock: ShiftableClock) -> None:
        clock.advance(datetime(2027, 2, 1, tzinfo=UTC) - clock.now())

    @pytest.mark.parametrize(
        ("local", "moment"),
        [
            ("2027-03-27T09:00", datetime(2027, 3, 27, 8, tzinfo=UTC)),
            ("2027-03-28T09:00", datetime(2027, 3, 28, 7, tzinfo=UTC)),
            ("2027-10-31T02:30+02:00", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
            ("2027-10-31T02:30+01:00", datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
        ],
    )
    async def test_a_local_time_is_kept_beside_its_moment(
        self, runtime: Runtime, owner: Actor, channel: Channel, local: str, moment: datetime
    ) -> None:
        post = (await approved(runtime, owner, channel)).post
        (view,) = await place(runtime, owner, post.id, Schedule(due_local=local))
        assert (view.delivery.due_at, view.delivery.due_zone) == (moment, "Europe/Madrid")
        assert view.delivery.due_local == local

    async def test_a_skipped_hour_is_refused(self, runtime: Runtime, owner: Actor, channel: Channel) -> None:
        post = (await approved(runtime, owner, channel)).post
        with pytest.raises(Invalid, match="set forward"):
            await place(runtime, owner, post.id, Schedule(due_local="2027-03-28T02:30"))

    async def test_an_hour_that_happens_twice_is_asked_about(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        post = (await approved(runtime, owner, channel)).post
        with pytest.raises(Invalid, match="set back") as refused:
            await place(runtime, owner, post.id, Schedule(due_local="2027-10-31T02:30"))
        first, second = refused.value.extra["choices"]
        await place(runtime, owner, post.id, Schedule(due_local=second))
        assert (first, second) == ("2027-10-31T02:30+02:00", "2027-10-31T02:30+01:00")


class TestOnce:
    async def test_a_second_click_finds_it_scheduled(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        post = (await approved(runtime, owner, channel)).post
        await place(runtime, owner, post.id, NOW)
        with pytest.raises(WrongState, match="already scheduled"):
            await place(runtime, owner, post.id, NOW)
        assert len(await states(runtime, owner, post.id)) == 1

    async def test_many_clicks_at_once_make_one_delivery(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        post = (await approved(runtime, owner, channel)).post
        clicks = [place(runtime, owner, post.id, NOW) for _ in range(4)]
        answers = await asyncio.gather(*clicks, return_exceptions=True)
        assert sorted(isinstance(answer, WrongState) for answer in answers) == [False, True, True, True]
        assert len(await states(runtime, owner, post.id)) == 1

    async def test_after_a_cancellation_it_can_be_scheduled_again(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        post = (await approved(runtime, owner, channel)).post
        (view,) = await place(runtime, owner, post.id, NOW)
        await moved(runtime, view.delivery.id, DeliveryAction.CLAIM, DeliveryAction.STOP)
        (again,) = await place(runtime, owner, post.id, NOW)
        assert again.delivery.occurrence == 1

    async def test_a_new_approval_waits_for_the_older_delivery_in_doubt(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        post = (await approved(runtime, owner, channel)).post
        (view,) = await place(runtime, owner, post.id, NOW)
        await moved(runtime, view.delivery.id, DeliveryAction.CLAIM, DeliveryAction.LOSE_TRACK)
        fingerprint = await seen(runtime, owner, post.id)
        await decide(runtime, owner, post.id, Verdict.REQUEST_CHANGES, seen=fingerprint, comment="Wait.")
        await submit(runtime, owner, post.id)
        await decide(runtime, owner, post.id, Verdict.APPROVE, seen=await seen(runtime, owner, post.id))
        with pytest.raises(WrongState, match="on its way"):
            await place(runtime, owner, post.id, NOW)
        with pytest.raises(WrongState, match="isn't finished"):
            await place(runtime, owner, post.id, replace(NOW, again=True))
        assert await states(runtime, owner, post.id) == [DeliveryState.UNKNOWN]

    async def test_once_more_on_purpose_is_the_next_occurrence(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        post = (await approved(runtime, owner, channel)).post
        (view,) = await place(runtime, owner, post.id, NOW)
        await moved(runtime, view.delivery.id, DeliveryAction.CLAIM, DeliveryAction.FAIL)
        (again,) = await place(runtime, owner, post.id, replace(NOW, again=True))
        assert again.delivery.occurrence == 2


class TestChannels:
    async def test_a_channel_that_lost_its_connection_is_not_used(
        self, runtime: Runtime, owner: Actor, channel: Channel, worker_sql: Role
    ) -> None:
        post = (await approved(runtime, owner, channel)).post
        await worker_sql.run("update channels set state = 'reconnect' where id = %s", channel.id)
        with pytest.raises(NotConnected, match="is not connected") as refused:
            await place(runtime, owner, post.id, NOW)
        assert refused.value.next_step == "Connect it under Settings > Channels."

    async def test_a_removed_channel_is_not_used(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        post = (await approved(runtime, owner, channel)).post
        await remove_channel(runtime, owner, channel.id)
        with pytest.raises(NotConnected):
            await place(runtime, owner, post.id, NOW)

    async def test_options_changed_after_the_approval_are_others_than_approved(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        post = (await approved(runtime, owner, channel)).post
        await change_channel(
            runtime, owner, channel.id, version=channel.version, options={"colour": "yellow"}
        )
        with pytest.raises(ContentChanged, match="its options are others"):
            await place(runtime, owner, post.id, NOW)
        assert await states(runtime, owner, post.id) == []


async def test_who_may_not_schedule_does_not(
    runtime: Runtime, owner: Actor, reviewer: Actor, neighbour: Neighbour, channel: Channel
) -> None:
    post = (await approved(runtime, owner, channel)).post
    with pytest.raises(NotAllowed):
        await place(runtime, reviewer, post.id, NOW)
    with pytest.raises(NotAllowed):
        await place(runtime, replace(owner, is_agent=True), post.id, NOW)
    with pytest.raises(NotFound):
        await place(runtime, neighbour.owner, post.id, NOW)


async def test_one_bad_channel_leaves_nothing_scheduled(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    second = await connect_board(runtime, owner, brand, "mercado")
    post = (await approved(runtime, owner, channel, second)).post
    await remove_channel(runtime, owner, second.id)
    with pytest.raises(Problem):
        await place(runtime, owner, post.id, NOW)
    assert await states(runtime, owner, post.id) == []
