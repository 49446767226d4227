"""What a person publishes: handed over when it is due, looked up when it is done, never sent by a worker."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from psycopg.errors import CheckViolation

from signoff.connectors.errors import Reconnect
from signoff.kernel.errors import Invalid, NotAllowed, NotConnected, WrongState
from signoff.kernel.people import Actor
from signoff.pipeline.publish.claim import claim
from signoff.pipeline.publish.hand_over import hand_over
from signoff.pipeline.publish.remind import remind
from signoff.pipeline.publish.settle import settle_not_out, settle_out
from signoff.pipeline.recover.take_down import recover
from signoff.pipeline.review.decide import decide
from signoff.pipeline.schedule.change import cancel
from signoff.pipeline.schedule.pause import pause
from signoff.pipeline.schedule.place import place
from signoff.pipeline.schedule.resume import resume
from signoff.records.alerts.notices import close_alert, open_alerts
from signoff.records.alerts.trouble import must_reconnect
from signoff.records.deliveries.queries import get_delivery
from signoff.records.deliveries.restored import doubt_what_was_open, notes_of_restore
from signoff.records.models import Delivery
from signoff.records.planning.placement import Schedule
from signoff.records.states import DeliveryAction, DeliveryState, OnResume, PublishMode, Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import HOST, Note, Noticeboard
from tests.support.posts import approved, moved, scheduled, seen
from tests.support.publishing import alerts, detail, later, row
from tests.support.raw_sql import Role


async def by_hand(
    runtime: Runtime, owner: Actor, channel: Channel, *, due_in: timedelta = timedelta(minutes=5)
) -> Delivery:
    """A sealed delivery that a person will publish."""
    post = await approved(runtime, owner, channel)
    schedule = Schedule(due_at=runtime.clock.now() + due_in, publish_mode=PublishMode.MANUAL)
    return (await place(runtime, owner, post.post.id, schedule))[0].delivery


async def handed_over(runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock) -> Delivery:
    """One that is due."""
    delivery = await by_hand(runtime, owner, channel)
    clock.advance(timedelta(minutes=6))
    assert await hand_over(runtime) == 1
    return delivery


def pin_up(noticeboard: Noticeboard, key: str) -> str:
    """Somebody pins the note up by hand; gives its address."""
    noticeboard.notes.append(Note(key, "plaza", "Good morning\nFresh bread at eight."))
    return f"https://{HOST}/{key}"


async def test_it_is_handed_over_done_and_found(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery = await by_hand(runtime, owner, channel)
    worker = Worker(runtime)
    await worker.run_until_idle()
    assert (await row(runtime, owner, delivery)).state is DeliveryState.SCHEDULED
    await later(worker, clock, minutes=6)
    shown = await detail(runtime, owner, delivery)
    assert shown.view.delivery.state is DeliveryState.MANUAL_DUE
    assert shown.by_hand is not None
    assert dict(shown.by_hand.texts) == {"Text": "Good morning\nFresh bread at eight."}
    assert await alerts(runtime, owner) == [
        "Please publish “Good morning” on Noticeboard (Board plaza) by hand"
    ]
    assert not noticeboard.notes

    await settle_out(runtime, owner, delivery.id, pin_up(noticeboard, "pinned"))
    shown = await detail(runtime, owner, delivery)
    assert shown.view.delivery.state is DeliveryState.PUBLISHED
    assert shown.view.receipt is not None
    assert (shown.view.receipt.source, shown.view.receipt.external_id) == ("person", "pinned")
    assert await alerts(runtime, owner) == []
    await later(worker, clock, hours=1)
    assert len(noticeboard.notes) == 1


async def test_people_are_reminded_once_a_day_until_it_is_done(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery = await handed_over(runtime, owner, channel, clock)
    (alert,) = await open_alerts(runtime, owner)
    clock.advance(timedelta(hours=20))
    await close_alert(runtime, owner, alert.id)
    clock.advance(timedelta(hours=5))
    assert await remind(runtime) == 0, "somebody saw it five hours ago"
    for _ in range(2):
        clock.advance(timedelta(hours=20))
        assert await remind(runtime) == 1
        assert await remind(runtime) == 0
        assert await alerts(runtime, owner) == [
            "Still to be published by hand: “Good morning” on Noticeboard (Board plaza)"
        ]
        clock.advance(timedelta(hours=5))
    await pause(runtime, owner, "channel", channel.id, reason="Storm warning.")
    assert await remind(runtime) == 0
    clock.advance(timedelta(days=2))
    assert await remind(runtime) == 0, "a pause holds it"
    await settle_out(runtime, owner, delivery.id, pin_up(noticeboard, "pinned"))
    assert await alerts(runtime, owner) == []


async def test_one_that_cant_be_handed_over_keeps_no_other_waiting(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, owner_sql: Role
) -> None:
    first, second = [await by_hand(runtime, owner, channel) for _ in range(2)]
    await owner_sql.run(
        "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$"
    )
    await owner_sql.run(
        "create trigger refuse before update on deliveries for each row"
        f" when (old.id = '{first.id}') execute function refuse()"
    )
    clock.advance(timedelta(minutes=6))
    assert await hand_over(runtime) == 1
    assert (await row(runtime, owner, second)).state is DeliveryState.MANUAL_DUE


async def test_a_pause_holds_it_and_its_end_lets_it_through(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    await by_hand(runtime, owner, channel)
    await pause(runtime, owner, "channel", channel.id, reason="Storm warning.")
    clock.advance(timedelta(minutes=6))
    assert await hand_over(runtime) == 0


async def test_a_pause_that_begins_later_takes_what_there_is_to_copy_away_for_so_long(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await handed_over(runtime, owner, channel, clock)
    assert (await detail(runtime, owner, delivery)).by_hand is not None
    await pause(runtime, owner, "channel", channel.id, reason="The recipe is wrong")
    shown = await detail(runtime, owner, delivery)
    assert shown.by_hand is None
    assert shown.view.waiting is not None
    assert shown.view.waiting.text == "Paused: The recipe is wrong"
    await resume(runtime, owner, "channel", channel.id)
    assert (await detail(runtime, owner, delivery)).by_hand is not None


async def test_no_worker_claims_it_and_the_database_refuses_it_too(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, worker_sql: Role
) -> None:
    delivery = await by_hand(runtime, owner, channel)
    clock.advance(timedelta(minutes=6))
    assert await claim(runtime, "a worker", 9) == []
    with pytest.raises(CheckViolation, match="by_hand_is_not_sent"):
        await worker_sql.run("update deliveries set state = 'publishing' where id = %s", delivery.id)


async def test_a_withdrawn_approval_cancels_it(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await handed_over(runtime, owner, channel, clock)
    fingerprint = await seen(runtime, owner, delivery.post_id)
    await decide(
        runtime, owner, delivery.post_id, Verdict.REQUEST_CHANGES, seen=fingerprint, comment="The price."
    )
    assert (await row(runtime, owner, delivery)).state is DeliveryState.CANCELLED
    assert (await get_delivery(runtime, owner, delivery.id)).by_hand is None
    assert await alerts(runtime, owner) == []


async def test_what_will_not_be_done_is_cancelled(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await handed_over(runtime, owner, channel, clock)
    await cancel(runtime, owner, delivery.id, reason="The campaign is over.")
    assert (await row(runtime, owner, delivery)).state is DeliveryState.CANCELLED


async def test_an_account_that_is_signed_out_does_not_stop_a_person(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    first = await by_hand(runtime, owner, channel)
    other = await approved(runtime, owner, channel)
    async with runtime.worker_transaction() as tx:
        await must_reconnect(tx, first, "The key is gone.", "Ask for a new one.")
    with pytest.raises(NotConnected):
        await place(runtime, owner, other.post.id, Schedule(now=True))
    schedule = Schedule(now=True, publish_mode=PublishMode.MANUAL)
    assert len(await place(runtime, owner, other.post.id, schedule)) == 1
    clock.advance(timedelta(minutes=6))
    assert await hand_over(runtime) == 2
    address = pin_up(noticeboard, "pinned")
    noticeboard.fails_with = [Reconnect("The key is gone.", advice="Ask for a new one.")]
    await settle_out(runtime, owner, first.id, address)
    receipt = (await detail(runtime, owner, first)).view.receipt
    assert receipt is not None
    assert (receipt.source, receipt.permalink) == ("given", address)


@pytest.mark.parametrize("address", ["https://board.example/nowhere", "https://elsewhere.example/x"])
async def test_what_is_not_found_is_kept_only_for_who_is_sure(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, address: str
) -> None:
    delivery = await handed_over(runtime, owner, channel, clock)
    with pytest.raises(Invalid, match="No post of this account") as refused:
        await settle_out(runtime, owner, delivery.id, address)
    assert "say that you are sure" in refused.value.next_step
    with pytest.raises(Invalid, match="isn't the address"):
        await settle_out(runtime, owner, delivery.id, "nowhere", sure=True)
    await settle_out(runtime, owner, delivery.id, address, sure=True)
    receipt = (await detail(runtime, owner, delivery)).view.receipt
    assert receipt is not None
    assert (receipt.source, receipt.permalink) == ("given", address)


async def test_nobody_takes_down_by_machine_what_only_a_person_saw(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery = await handed_over(runtime, owner, channel, clock)
    await settle_out(runtime, owner, delivery.id, "https://board.example/nowhere", sure=True)
    await recover(runtime, owner, delivery.id, reason="The price is wrong.")
    await Worker(runtime).run_until_idle()
    left = await row(runtime, owner, delivery)
    assert left.state is DeliveryState.MANUAL_RECOVERY_NEEDED
    assert "https://board.example/nowhere" in left.error


async def test_one_post_proves_one_delivery_only(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    first = await handed_over(runtime, owner, channel, clock)
    second = await handed_over(runtime, owner, channel, clock)
    address = pin_up(noticeboard, "pinned")
    answers = await asyncio.gather(
        settle_out(runtime, owner, first.id, address),
        settle_out(runtime, owner, second.id, address),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers].count(Invalid) == 1


async def test_two_who_did_it_are_one_receipt(
    runtime: Runtime,
    owner: Actor,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
) -> None:
    delivery = await handed_over(runtime, owner, channel, clock)
    address = pin_up(noticeboard, "pinned")
    await settle_out(runtime, owner, delivery.id, address)
    with pytest.raises(WrongState, match="nothing to settle"):
        await settle_out(runtime, publisher, delivery.id, address)


async def test_one_post_proves_one_delivery_only_also_where_the_account_cannot_be_asked(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    first = await handed_over(runtime, owner, channel, clock)
    second = await handed_over(runtime, owner, channel, clock)
    await settle_out(runtime, owner, first.id, pin_up(noticeboard, "pinned"))
    noticeboard.fails_with.append(Reconnect("Sign in again.", advice="Connect it."))
    with pytest.raises(Invalid, match="another delivery"):
        await settle_out(runtime, owner, second.id, f"http://www.{HOST}/pinned/?utm_source=app#top")
    assert (await row(runtime, owner, second)).state is DeliveryState.MANUAL_DUE


async def test_an_address_that_was_given_proves_no_second_delivery_in_any_spelling(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    first = await handed_over(runtime, owner, channel, clock)
    second = await handed_over(runtime, owner, channel, clock)
    spellings = (f"https://{HOST}/pinned", f"https://{HOST.upper()}/pinned/?fbclid=x")
    answers = await asyncio.gather(
        settle_out(runtime, owner, first.id, spellings[0], sure=True),
        settle_out(runtime, owner, second.id, spellings[1], sure=True),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers].count(Invalid) == 1
    pin_up(noticeboard, "pinned")  # and later the account can be asked
    left = first if isinstance(answers[0], Invalid) else second
    with pytest.raises(Invalid, match="another delivery"):
        await settle_out(runtime, owner, left.id, spellings[0])


async def restored(runtime: Runtime, clock: ShiftableClock) -> None:
    """A backup of this moment is restored, and what was open in it comes into doubt."""
    async with runtime.worker_transaction() as tx:
        for statement in notes_of_restore(clock.now(), "A backup was restored."):
            await tx.execute(statement)
    assert await doubt_what_was_open(runtime) == 1


async def test_after_a_restore_a_person_is_asked_because_no_look_can_tell(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery = await handed_over(runtime, owner, channel, clock)
    await restored(runtime, clock)
    pin_up(noticeboard, "typed by somebody")  # and said so, which is lost
    worker = Worker(runtime)
    for _ in range(8):
        await later(worker, clock, seconds=40)
    asked = await row(runtime, owner, delivery)
    assert (asked.state, asked.asks_person) == (DeliveryState.UNKNOWN, True)
    assert "Please look: is “Good morning” out on Noticeboard (Board plaza)?" in await alerts(runtime, owner)

    with pytest.raises(WrongState, match="no mark of ours"):
        await settle_not_out(runtime, owner, delivery.id, then="publish")
    await settle_not_out(runtime, owner, delivery.id, then="publish", sure=True)
    assert await claim(runtime, "a worker", 9) == []
    await resume(runtime, owner, "global", None, OnResume.PUBLISH)
    await worker.run_until_idle()
    assert (await row(runtime, owner, delivery)).state is DeliveryState.MANUAL_DUE


async def test_what_was_not_due_yet_when_a_backup_was_restored_waits_for_its_time(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await by_hand(runtime, owner, channel, due_in=timedelta(days=3))
    await restored(runtime, clock)
    worker = Worker(runtime)
    for _ in range(8):
        await later(worker, clock, seconds=40)
    assert (await row(runtime, owner, delivery)).state is DeliveryState.SCHEDULED


async def test_who_may_not_operate_says_nothing(
    runtime: Runtime, owner: Actor, author: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await handed_over(runtime, owner, channel, clock)
    with pytest.raises(NotAllowed):
        await settle_out(runtime, author, delivery.id, "https://board.example/x", sure=True)


@pytest.mark.parametrize("end", [DeliveryAction.FAIL, DeliveryAction.STOP])
async def test_a_post_that_is_out_after_all_carries_its_delivery_on(
    runtime: Runtime, owner: Actor, channel: Channel, noticeboard: Noticeboard, end: DeliveryAction
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    await moved(runtime, delivery.id, DeliveryAction.CLAIM, end)
    with pytest.raises(Invalid, match="No post of this account"):
        await settle_out(runtime, owner, delivery.id, "https://board.example/nowhere", sure=True)
    await settle_out(runtime, owner, delivery.id, pin_up(noticeboard, "found"))
    shown = (await detail(runtime, owner, delivery)).view
    assert shown.delivery.state is DeliveryState.PUBLISHED
    assert shown.receipt is not None
    assert shown.receipt.source == "person"
    assert shown.delivery.error == ""
