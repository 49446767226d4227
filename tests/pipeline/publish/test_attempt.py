"""What becomes of a due delivery, by what the platform answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from psycopg import AsyncConnection

from signoff.connectors.base import Receipt
from signoff.connectors.errors import Ambiguous, Reconnect, Refused, Throttled, TryLater, Unfinished
from signoff.db.urls import conninfo
from signoff.kernel.people import Actor
from signoff.organizations.channels import reconnect_channel
from signoff.pipeline.publish.retry import retry
from signoff.records.planning.placement import DUE_CHANNEL
from signoff.records.states import DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import scheduled
from tests.support.publishing import alerts, detail, due, later, row


@pytest.fixture
def worker(runtime: Runtime) -> Worker:
    return Worker(runtime)


async def test_a_due_post_is_out_once_with_its_proof(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery = await due(runtime, publisher, channel, clock)

    await Worker(runtime).run_until_idle()
    await Worker(runtime).run_until_idle()

    assert [note.text for note in noticeboard.notes] == ["Good morning\nFresh bread at eight."]
    shown = await detail(runtime, publisher, delivery)
    assert shown.view.delivery.state is DeliveryState.PUBLISHED
    assert shown.view.receipt is not None
    assert shown.view.receipt.permalink == f"https://board.example/{noticeboard.notes[0].key}"
    assert [(attempt.kind, attempt.outcome) for attempt in shown.attempts] == [("publish", "published")]
    assert [entry.action for entry in shown.timeline][-2:] == ["delivery.claim", "delivery.confirm"]


async def test_nothing_is_taken_before_its_time(
    runtime: Runtime, publisher: Actor, channel: Channel, noticeboard: Noticeboard, worker: Worker
) -> None:
    delivery = await scheduled(runtime, publisher, channel)

    await worker.run_until_idle()

    assert not noticeboard.notes
    assert (await row(runtime, publisher, delivery)).state is DeliveryState.SCHEDULED


async def test_a_refused_post_has_failed_and_people_are_told_what_to_do(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    noticeboard.fails_with = [Refused("The board takes no links.", advice="Remove the link.")]
    delivery = await due(runtime, publisher, channel, clock)

    await Worker(runtime).run_until_idle()

    failed = await row(runtime, publisher, delivery)
    assert (failed.state, failed.error, failed.next_step) == (
        DeliveryState.FAILED,
        "The board takes no links.",
        "Remove the link.",
    )
    assert await alerts(runtime, publisher) == ["Not published: “Good morning” on Noticeboard (Board plaza)"]

    await retry(runtime, publisher, delivery.id)
    await Worker(runtime).run_until_idle()
    assert len(noticeboard.notes) == 1
    assert not await alerts(runtime, publisher)


async def test_a_passing_failure_is_tried_again_after_2_4_and_8_minutes_then_it_failed(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
) -> None:
    noticeboard.fails_with = [TryLater("The board is being painted.") for _ in range(4)]
    delivery = await due(runtime, publisher, channel, clock)
    await worker.run_until_idle()

    for tries, minutes in enumerate((2, 4, 8), start=1):
        waiting = await row(runtime, publisher, delivery)
        assert (waiting.state, waiting.attempts) == (DeliveryState.SCHEDULED, tries)
        assert waiting.not_before is not None
        wait = waiting.not_before - clock.now()
        assert timedelta(minutes=minutes * 0.98) < wait < timedelta(minutes=minutes * 1.11)
        await later(worker, clock, seconds=wait.total_seconds() - 5)
        assert len(noticeboard.fails_with) == 4 - tries, "tried before its time"
        await later(worker, clock, seconds=6)

    failed = await row(runtime, publisher, delivery)
    assert (failed.state, failed.attempts, noticeboard.notes) == (DeliveryState.FAILED, 4, [])
    assert len(await alerts(runtime, publisher)) == 1


async def test_an_unforeseen_error_before_the_commit_is_tried_again(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
) -> None:
    noticeboard.fails_with = [ZeroDivisionError("in prepare")]
    delivery = await due(runtime, publisher, channel, clock)

    await worker.run_until_idle()
    assert (await row(runtime, publisher, delivery)).error_class == "unexpected"

    await later(worker, clock, minutes=3)
    assert (await row(runtime, publisher, delivery)).state is DeliveryState.PUBLISHED


async def test_a_throttled_account_rests_with_all_its_deliveries_and_costs_no_try(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
) -> None:
    first = await scheduled(runtime, publisher, channel, due_in=timedelta(minutes=1))
    second = await scheduled(runtime, publisher, channel, due_in=timedelta(minutes=10))
    clock.advance(timedelta(minutes=2))
    until = clock.now() + timedelta(minutes=30)
    noticeboard.fails_with = [Throttled("25 posts in 24 hours are out.", not_before=until)]

    await worker.run_until_idle()
    assert (await row(runtime, publisher, first)).attempts == 0
    await later(worker, clock, minutes=20)

    assert not noticeboard.notes
    held = (await detail(runtime, publisher, second)).view
    assert held.delivery.state is DeliveryState.SCHEDULED
    assert held.waiting, "its page says what it waits for"
    await later(worker, clock, minutes=11)
    assert len(noticeboard.notes) == 2


async def test_a_worker_whose_clock_is_wrong_waits_as_long_as_it_was_asked_to(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    """Its clock is a year ahead of the database's, and it is asked to wait for a minute."""
    ahead = ShiftableClock()
    ahead.jump(clock.offset + timedelta(days=365))
    noticeboard.fails_with = [Throttled("Busy.", not_before=ahead.now() + timedelta(minutes=61))]
    delivery = await due(runtime, publisher, channel, clock)
    ahead.jump(timedelta(hours=1))

    await Worker(replace(runtime, clock=ahead)).run_until_idle()

    waiting = await row(runtime, publisher, delivery)
    assert waiting.not_before is not None
    assert abs(waiting.not_before - clock.now() - timedelta(minutes=1)) < timedelta(seconds=30)


@pytest.mark.parametrize("raw", [{"text": "\x00"}, {"text": "\ud800"}])
async def test_a_receipt_that_cant_be_stored_holds_no_worker_up(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    raw: dict[str, str],
) -> None:
    noticeboard.raw = raw
    worker = Worker(runtime)
    delivery = await due(runtime, publisher, channel, clock)
    await worker.run_until_idle()

    noticeboard.raw = {}
    await later(worker, clock, seconds=46)
    await later(worker, clock, seconds=6)

    assert (await row(runtime, publisher, delivery)).state is DeliveryState.PUBLISHED
    assert len(noticeboard.notes) == 1


@pytest.mark.parametrize("external_id", ["", "9" * 4000, "a\x00b", "\ud800"])
def test_what_cant_be_stored_is_no_receipt(external_id: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        Receipt(external_id, "https://board.example/1")


async def test_what_isnt_ready_is_put_back_without_costing_a_try(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
) -> None:
    soon = clock.now() + timedelta(hours=1, seconds=30)
    noticeboard.fails_with = [Unfinished("The video is being encoded.", not_before=soon)]
    delivery = await due(runtime, publisher, channel, clock)

    await worker.run_until_idle()
    waiting = await row(runtime, publisher, delivery)
    assert (waiting.attempts, waiting.waiting_for) == (0, "The video is being encoded.")

    await later(worker, clock, seconds=31)
    assert (await row(runtime, publisher, delivery)).state is DeliveryState.PUBLISHED


async def test_a_revoked_token_fails_the_delivery_and_the_others_wait_for_the_reconnection(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    worker: Worker,
) -> None:
    first = await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1))
    second = await scheduled(runtime, owner, channel, due_in=timedelta(minutes=2))
    clock.advance(timedelta(minutes=1, seconds=1))
    noticeboard.fails_with = [Reconnect("The key was changed.", advice="Ask for a new key.")]

    await worker.run_until_idle()
    await later(worker, clock, minutes=5)

    assert not noticeboard.notes
    assert (await row(runtime, owner, first)).state is DeliveryState.FAILED
    assert (await row(runtime, owner, second)).state is DeliveryState.SCHEDULED
    noticeboard.keys["plaza"] = "new key"
    await reconnect_channel(runtime, owner, channel.id, {"board": "plaza", "key": "new key"})
    await worker.run_until_idle()
    assert (await row(runtime, owner, second)).state is DeliveryState.PUBLISHED


@pytest.mark.parametrize(
    "problem",
    [
        Ambiguous("502 from the board"),
        RuntimeError("unheard of"),
        asyncio.CancelledError(),
        GeneratorExit(),
        SystemExit(1),
    ],
    ids=repr,
)
async def test_whatever_is_unclear_after_the_intent_is_in_doubt_and_looked_for(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    problem: BaseException,
) -> None:
    worker = Worker(runtime)
    noticeboard.answers_with = [problem]
    delivery = await due(runtime, publisher, channel, clock)

    await worker.run_until_idle()
    assert (await row(runtime, publisher, delivery)).state is DeliveryState.UNKNOWN
    await later(worker, clock, seconds=6)

    assert (await row(runtime, publisher, delivery)).state is DeliveryState.PUBLISHED
    assert len(noticeboard.notes) == 1


async def test_planning_wakes_the_workers_and_publishing_nobody(
    runtime: Runtime, publisher: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    """Notifications are committed one by one: with one in it, a receipt would wait for all others."""
    url = conninfo(runtime.database.urls.worker)
    async with await AsyncConnection.connect(url, autocommit=True) as line:
        await line.execute(f"LISTEN {DUE_CHANNEL}")

        async def heard() -> int:
            await line.execute("SELECT 1")  # with the answer comes what was told before it
            return len([each async for each in line.notifies(timeout=0)])

        await due(runtime, publisher, channel, clock)
        assert await heard() == 1
        await Worker(runtime).run_until_idle()
        assert len(noticeboard.notes) == 1
        assert await heard() == 0
