"""Taking a published post down again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from signoff.connectors.base import Connector
from signoff.connectors.errors import Ambiguous, Reconnect, Refused, TryLater
from signoff.kernel.errors import Invalid, NotAllowed, WrongState
from signoff.kernel.people import Actor
from signoff.pipeline.recover.by_hand import recovered_by_hand
from signoff.pipeline.recover.carry_out import removals_due, take_down
from signoff.pipeline.recover.take_down import recover
from signoff.records.models import Delivery
from signoff.records.states import DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import ABOUT, Noticeboard
from tests.support.publishing import alerts, detail, due, later, row


@pytest.fixture
async def published(runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock) -> Delivery:
    """A delivery whose post is out."""
    delivery = await due(runtime, publisher, channel, clock)
    await Worker(runtime).run_until_idle()
    return await row(runtime, publisher, delivery)


async def test_it_is_gone_and_the_delivery_says_so(
    runtime: Runtime, publisher: Actor, published: Delivery, noticeboard: Noticeboard
) -> None:
    taken = await recover(runtime, publisher, published.id, reason="Wrong price.")
    assert taken.delivery.state is DeliveryState.RECOVERING
    await Worker(runtime).run_until_idle()

    shown = await detail(runtime, publisher, published)
    assert (shown.view.delivery.state, noticeboard.notes) == (DeliveryState.RECOVERED, [])
    assert shown.view.delivery.recovery_reason == "Wrong price."
    assert [attempt.kind for attempt in shown.attempts] == ["publish", "take_down"]


@pytest.mark.parametrize(
    "problem", [TryLater("Busy."), Ambiguous("502"), RuntimeError("unheard of"), asyncio.CancelledError()]
)
async def test_a_failure_is_tried_again_soon(
    runtime: Runtime,
    publisher: Actor,
    published: Delivery,
    noticeboard: Noticeboard,
    clock: ShiftableClock,
    problem: BaseException,
) -> None:
    worker = Worker(runtime)
    noticeboard.fails_with = [problem]
    await recover(runtime, publisher, published.id, reason="Wrong price.")
    await worker.run_until_idle()
    assert (await row(runtime, publisher, published)).state is DeliveryState.RECOVERING

    await later(worker, clock, seconds=6)

    assert (await row(runtime, publisher, published)).state is DeliveryState.RECOVERED


@pytest.mark.parametrize("problems", [[Refused("Not yours.")], [TryLater("Busy.") for _ in range(5)]])
async def test_what_signoff_cant_do_a_person_is_asked_to_do(
    runtime: Runtime,
    publisher: Actor,
    published: Delivery,
    noticeboard: Noticeboard,
    clock: ShiftableClock,
    problems: list[Exception],
) -> None:
    worker = Worker(runtime)
    noticeboard.fails_with = list(problems)
    await recover(runtime, publisher, published.id, reason="Wrong price.")
    await worker.run_until_idle()
    for seconds in (6, 31, 121, 601):
        await later(worker, clock, seconds=seconds)

    asked = await row(runtime, publisher, published)
    assert asked.state is DeliveryState.MANUAL_RECOVERY_NEEDED
    assert asked.next_step
    assert await alerts(runtime, publisher) == [
        "Please take down “Good morning” on Noticeboard (Board plaza) by hand"
    ]
    done = await recovered_by_hand(runtime, publisher, published.id)
    assert done.delivery.state is DeliveryState.RECOVERED


async def test_after_the_connection_is_back_it_can_be_asked_for_again(
    runtime: Runtime, publisher: Actor, published: Delivery, noticeboard: Noticeboard
) -> None:
    noticeboard.fails_with = [Reconnect("The key was changed.")]
    await recover(runtime, publisher, published.id, reason="Wrong price.")
    await Worker(runtime).run_until_idle()
    assert (await detail(runtime, publisher, published)).view.channel.state == "reconnect"

    await recover(runtime, publisher, published.id, reason="Wrong price.")
    await Worker(runtime).run_until_idle()

    assert (await row(runtime, publisher, published)).state is DeliveryState.RECOVERED


async def test_a_worker_that_died_while_taking_down_is_followed_by_another(
    runtime: Runtime, publisher: Actor, published: Delivery, noticeboard: Noticeboard, clock: ShiftableClock
) -> None:
    await recover(runtime, publisher, published.id, reason="Wrong price.")
    (slow,) = await removals_due(runtime, "first worker", 1)
    await later(Worker(runtime), clock, seconds=46)

    assert (await row(runtime, publisher, published)).state is DeliveryState.RECOVERED
    assert await take_down(runtime, slow) is None
    assert not noticeboard.notes


async def test_a_removal_of_which_workers_die_ends_with_a_person(
    runtime: Runtime, publisher: Actor, published: Delivery, clock: ShiftableClock
) -> None:
    await recover(runtime, publisher, published.id, reason="Wrong price.")
    while await removals_due(runtime, "mortal", 1):
        clock.advance(timedelta(seconds=46))

    asked = await row(runtime, publisher, published)
    assert asked.state is DeliveryState.MANUAL_RECOVERY_NEEDED
    assert len(await alerts(runtime, publisher)) == 1


async def test_by_hand_isnt_confirmed_while_signoff_takes_it_down(
    runtime: Runtime, publisher: Actor, published: Delivery, noticeboard: Noticeboard
) -> None:
    await recover(runtime, publisher, published.id, reason="Wrong price.")

    with pytest.raises(WrongState, match="taking it down itself"):
        await recovered_by_hand(runtime, publisher, published.id)

    await Worker(runtime).run_until_idle()
    assert not noticeboard.notes


async def test_who_may_and_what_is_asked(
    runtime: Runtime, author: Actor, publisher: Actor, published: Delivery
) -> None:
    with pytest.raises(NotAllowed):
        await recover(runtime, author, published.id, reason="Wrong price.")
    with pytest.raises(Invalid, match="Say why"):
        await recover(runtime, publisher, published.id, reason=" ")
    with pytest.raises(WrongState):
        await recovered_by_hand(runtime, publisher, published.id)


class TestAPlatformThatCantTakeDown:
    """Where there is no such call, the steps for a person are shown at once."""

    @pytest.fixture
    def noticeboard(self) -> Noticeboard:
        return Noticeboard(
            about=replace(ABOUT, can_take_down=False, take_down_by_hand="Take the note off the board.")
        )

    @pytest.fixture
    def connectors(self, noticeboard: Noticeboard) -> Mapping[str, Connector]:
        return {"noticeboard": noticeboard}

    async def test_the_steps_are_shown(
        self, runtime: Runtime, publisher: Actor, published: Delivery, noticeboard: Noticeboard
    ) -> None:
        await recover(runtime, publisher, published.id, reason="Wrong price.")
        await Worker(runtime).run_until_idle()

        asked = await row(runtime, publisher, published)
        assert (asked.state, asked.next_step) == (
            DeliveryState.MANUAL_RECOVERY_NEEDED,
            "Take the note off the board.",
        )
        assert len(noticeboard.notes) == 1
