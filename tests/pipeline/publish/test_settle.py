"""A person settles what the platform doesn't tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from signoff.connectors.base import CannotTell, Connector
from signoff.kernel.errors import Invalid, NotAllowed, WrongState
from signoff.kernel.ids import delivery_key
from signoff.kernel.people import Actor
from signoff.pipeline.publish.late_look import look_late
from signoff.pipeline.publish.settle import settle_not_out, settle_out
from signoff.pipeline.schedule.change import cancel
from signoff.pipeline.schedule.place import place
from signoff.records.models import Delivery
from signoff.records.planning.placement import Schedule
from signoff.records.states import DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import ABOUT, Note, Noticeboard
from tests.support.posts import approved
from tests.support.publishing import alerts, due, later, row
from tests.support.world import Neighbour, connect_board

UNCERTAIN = CannotTell("The listing is down.")


@pytest.fixture
async def asked(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> Delivery:
    """A delivery that isn't out, of which the platform can't tell for so long that a person is asked."""
    noticeboard.refuses_effects = 1
    noticeboard.finds = [UNCERTAIN for _ in range(6)]
    delivery = await due(runtime, publisher, channel, clock)
    worker = Worker(runtime)
    await worker.run_until_idle()
    for seconds in (6, 25, 10, 90, 480):
        await later(worker, clock, seconds=seconds)
    assert (await row(runtime, publisher, delivery)).asks_person
    return delivery


async def test_not_out_then_publish_sends_it_once(
    runtime: Runtime, publisher: Actor, asked: Delivery, noticeboard: Noticeboard
) -> None:
    noticeboard.finds = [UNCERTAIN]

    settled = await settle_not_out(runtime, publisher, asked.id, then="publish")
    assert settled.delivery.state is DeliveryState.SCHEDULED
    await Worker(runtime).run_until_idle()

    assert (await row(runtime, publisher, asked)).state is DeliveryState.PUBLISHED
    assert len(noticeboard.notes) == 1
    assert not await alerts(runtime, publisher), "what was asked has been answered"


async def test_not_out_then_leave_ends_it(
    runtime: Runtime, publisher: Actor, asked: Delivery, noticeboard: Noticeboard
) -> None:
    noticeboard.finds = [UNCERTAIN]

    settled = await settle_not_out(runtime, publisher, asked.id, then="leave")
    await Worker(runtime).run_until_idle()

    assert (settled.delivery.state, noticeboard.notes) == (DeliveryState.CANCELLED, [])


async def test_the_last_look_wins_over_a_person_who_is_wrong(
    runtime: Runtime, publisher: Actor, asked: Delivery, noticeboard: Noticeboard
) -> None:
    noticeboard.finds = []
    noticeboard.notes.append(Note(delivery_key(asked.id), "plaza", "late"))

    settled = await settle_not_out(runtime, publisher, asked.id, then="publish")
    await Worker(runtime).run_until_idle()

    assert settled.delivery.state is DeliveryState.PUBLISHED
    assert len(noticeboard.notes) == 1


async def test_a_person_who_is_wrong_where_a_commit_may_be_repeated_does_no_harm(
    runtime: Runtime, publisher: Actor, asked: Delivery, noticeboard: Noticeboard
) -> None:
    noticeboard.notes.append(Note(delivery_key(asked.id), "plaza", "late"))
    noticeboard.finds = [UNCERTAIN]

    await settle_not_out(runtime, publisher, asked.id, then="publish")
    await Worker(runtime).run_until_idle()

    assert (await row(runtime, publisher, asked)).state is DeliveryState.PUBLISHED
    assert len(noticeboard.notes) == 1


async def test_what_was_withdrawn_is_not_published_by_a_settlement(
    runtime: Runtime, publisher: Actor, asked: Delivery, noticeboard: Noticeboard
) -> None:
    noticeboard.finds = [UNCERTAIN]
    await cancel(runtime, publisher, asked.id, reason="Not today.")

    settled = await settle_not_out(runtime, publisher, asked.id, then="publish")

    assert settled.delivery.state is DeliveryState.CANCELLED


async def test_its_address_is_looked_up_before_it_counts_as_proof(
    runtime: Runtime, publisher: Actor, asked: Delivery, noticeboard: Noticeboard
) -> None:
    with pytest.raises(Invalid, match="No post of this account"):
        await settle_out(runtime, publisher, asked.id, "https://board.example/elsewhere")

    key = delivery_key(asked.id)
    noticeboard.notes.append(Note(key, "plaza", "put up by hand"))
    settled = await settle_out(runtime, publisher, asked.id, f"https://board.example/{key}")

    assert settled.delivery.state is DeliveryState.PUBLISHED
    assert settled.receipt is not None
    assert settled.receipt.source == "person"
    with pytest.raises(WrongState):
        await settle_out(runtime, publisher, asked.id, f"https://board.example/{key}")


async def test_nobody_can_say_not_out_while_the_call_may_still_take_effect(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    noticeboard.refuses_effects = 1
    delivery = await due(runtime, publisher, channel, clock)
    await Worker(runtime).run_until_idle()

    with pytest.raises(WrongState, match="too early") as refused:
        await settle_not_out(runtime, publisher, delivery.id, then="publish")

    assert 0 < refused.value.extra["retry_after_s"] <= 35
    assert (await row(runtime, publisher, delivery)).state is DeliveryState.UNKNOWN


async def test_an_author_settles_nothing(runtime: Runtime, author: Actor, asked: Delivery) -> None:
    with pytest.raises(NotAllowed):
        await settle_not_out(runtime, author, asked.id, then="leave")
    with pytest.raises(NotAllowed):
        await settle_out(runtime, author, asked.id, "https://board.example/x")


async def test_a_post_that_proves_another_organizations_delivery_proves_nothing_here(
    runtime: Runtime, publisher: Actor, asked: Delivery, noticeboard: Noticeboard, neighbour: Neighbour
) -> None:
    """Two organizations may be connected to one account; neither sees the other's deliveries."""
    shared = await connect_board(runtime, neighbour.owner, neighbour.brand, "plaza")
    theirs = await approved(runtime, neighbour.owner, shared)
    (placed,) = await place(runtime, neighbour.owner, theirs.post.id, Schedule(now=True))
    await Worker(runtime).run_until_idle()
    assert (await row(runtime, neighbour.owner, placed.delivery)).state is DeliveryState.PUBLISHED

    with pytest.raises(Invalid, match="receipt of another delivery"):
        await settle_out(runtime, publisher, asked.id, f"https://board.example/{noticeboard.notes[0].key}")

    assert (await row(runtime, publisher, asked)).state is DeliveryState.UNKNOWN


@pytest.mark.parametrize("after", [timedelta(minutes=11), timedelta(days=1, minutes=12)])
async def test_a_post_that_appears_after_a_person_said_it_isnt_out_is_found_and_told(
    runtime: Runtime,
    publisher: Actor,
    asked: Delivery,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    after: timedelta,
) -> None:
    noticeboard.finds = [UNCERTAIN]
    await settle_not_out(runtime, publisher, asked.id, then="leave")
    clock.advance(timedelta(minutes=11))
    if after > timedelta(hours=1):
        assert await look_late(runtime) == 1
        clock.advance(after)

    noticeboard.notes.append(Note(delivery_key(asked.id), "plaza", "late"))
    assert await look_late(runtime) == 1

    assert (await row(runtime, publisher, asked)).state is DeliveryState.PUBLISHED
    assert await alerts(runtime, publisher) == ["Published although it was withdrawn"]


async def test_after_the_last_late_look_nobody_looks_any_more(
    runtime: Runtime, publisher: Actor, asked: Delivery, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    noticeboard.finds = [UNCERTAIN]
    await settle_not_out(runtime, publisher, asked.id, then="leave")

    looks = []
    for _ in range(4):
        clock.advance(timedelta(days=1, minutes=11))
        looks.append(await look_late(runtime))

    assert looks == [1, 1, 0, 0]
    assert (await row(runtime, publisher, asked)).state is DeliveryState.CANCELLED


class TestACommitThatMayNotBeRepeated:
    """On such a platform a wrong answer makes a second post, so it has to be given twice."""

    @pytest.fixture
    def noticeboard(self) -> Noticeboard:
        return Noticeboard(about=replace(ABOUT, commit_is_repeatable=False, visibility_delay=timedelta(0)))

    @pytest.fixture
    def connectors(self, noticeboard: Noticeboard) -> Mapping[str, Connector]:
        return {"noticeboard": noticeboard}

    async def test_publishing_again_must_be_said_to_be_sure(
        self, runtime: Runtime, publisher: Actor, asked: Delivery, noticeboard: Noticeboard
    ) -> None:
        noticeboard.finds = [UNCERTAIN]
        with pytest.raises(WrongState, match="only once"):
            await settle_not_out(runtime, publisher, asked.id, then="publish")

        await settle_not_out(runtime, publisher, asked.id, then="publish", sure=True)
        await Worker(runtime).run_until_idle()

        assert len(noticeboard.notes) == 1
