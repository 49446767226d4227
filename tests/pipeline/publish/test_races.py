"""People and workers, and people and people, at the same time: every pair in both orders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from signoff.connectors.errors import Refused, Throttled
from signoff.kernel.errors import WrongState
from signoff.kernel.people import Actor
from signoff.organizations.brands import get_brand
from signoff.organizations.channels import change_channel, remove_channel
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.publish.attempt import attempt
from signoff.pipeline.publish.claim import claim
from signoff.pipeline.publish.intent import store_intent
from signoff.pipeline.publish.retry import retry
from signoff.pipeline.recover.take_down import recover
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.pipeline.schedule.change import cancel, reschedule
from signoff.pipeline.schedule.pause import pause
from signoff.pipeline.schedule.place import place
from signoff.pipeline.schedule.resume import resume
from signoff.records.moves import lock_delivery, lock_post
from signoff.records.planning.placement import Schedule, place_deliveries
from signoff.records.posts.queries import get_post
from signoff.records.states import DeliveryState, Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import approved, scheduled, seen
from tests.support.publishing import claimed, due, later, row
from tests.support.racing import waiting_for_locks
from tests.support.raw_sql import Role
from tests.support.withdrawing import request_changes
from tests.support.world import Neighbour, connect_board


async def test_a_rejected_post_that_is_approved_again_does_not_go_out_twice_while_the_first_is_in_doubt(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    noticeboard.loses_answers = 1
    delivery = await due(runtime, owner, channel, clock)
    worker = Worker(runtime)
    await worker.run_until_idle()
    await request_changes(runtime, owner, delivery)
    await submit(runtime, owner, delivery.post_id)
    fingerprint = await seen(runtime, owner, delivery.post_id)
    await decide(runtime, owner, delivery.post_id, Verdict.APPROVE, seen=fingerprint)

    with pytest.raises(WrongState, match="already scheduled"):
        await place(runtime, owner, delivery.post_id, Schedule(now=True))
    with pytest.raises(WrongState, match="isn't finished"):
        await place(runtime, owner, delivery.post_id, Schedule(now=True, again=True))

    await later(worker, clock, seconds=6)
    assert len(noticeboard.notes) == 1


async def test_publish_now_clicked_twice_makes_one_delivery(
    runtime: Runtime, owner: Actor, channel: Channel, noticeboard: Noticeboard
) -> None:
    post = await approved(runtime, owner, channel)
    clicks = (place(runtime, owner, post.post.id, Schedule(now=True)) for _ in range(5))

    answers = await asyncio.gather(*clicks, return_exceptions=True)
    await Worker(runtime).run_until_idle()

    assert sum(isinstance(answer, WrongState) for answer in answers) == 4
    assert len(noticeboard.notes) == 1


async def test_again_on_purpose_is_a_second_post(
    runtime: Runtime, owner: Actor, channel: Channel, noticeboard: Noticeboard
) -> None:
    post = await approved(runtime, owner, channel)
    await place(runtime, owner, post.post.id, Schedule(now=True))
    await Worker(runtime).run_until_idle()

    await place(runtime, owner, post.post.id, Schedule(now=True, again=True))
    await Worker(runtime).run_until_idle()

    assert len({note.key for note in noticeboard.notes}) == 2


async def test_the_same_account_connected_anew_is_the_same_place(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery = await due(runtime, owner, channel, clock)
    await Worker(runtime).run_until_idle()
    await remove_channel(runtime, owner, channel.id)
    brand = await get_brand(runtime, owner, channel.brand_id)
    anew = await connect_board(runtime, owner, brand, "plaza")
    await request_changes(runtime, owner, delivery)
    post = await get_post(runtime, owner, delivery.post_id)
    changes = {"channels": [anew.id]}
    await edit_post(runtime, owner, delivery.post_id, changes, version=post.post.version)
    await submit(runtime, owner, delivery.post_id)
    fingerprint = await seen(runtime, owner, delivery.post_id)
    await decide(runtime, owner, delivery.post_id, Verdict.APPROVE, seen=fingerprint)

    with pytest.raises(WrongState, match="already scheduled"):
        await place(runtime, owner, delivery.post_id, Schedule(now=True))

    assert len(noticeboard.notes) == 1


async def test_what_is_published_again_instead_of_a_failed_delivery_ends_that_one(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    noticeboard.fails_with = [Refused("No.")]
    delivery = await due(runtime, owner, channel, clock)
    await Worker(runtime).run_until_idle()

    await place(runtime, owner, delivery.post_id, Schedule(now=True, again=True))
    with pytest.raises(WrongState):
        await retry(runtime, owner, delivery.id)
    await Worker(runtime).run_until_idle()

    assert len(noticeboard.notes) == 1
    assert (await row(runtime, owner, delivery)).state is DeliveryState.CANCELLED


async def test_a_channel_is_not_removed_while_a_delivery_to_it_is_being_made(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    """The removal waits for the schedule's transaction, then finds the delivery and cancels it."""
    post = await approved(runtime, owner, channel)
    schedule = Schedule(due_at=runtime.clock.now() + timedelta(hours=1))
    async with runtime.transaction(owner.organization_id) as tx:
        stored = await lock_post(tx, post.post.id)
        (delivery,) = await place_deliveries(runtime, tx, owner, stored, schedule)
        removal = asyncio.create_task(remove_channel(runtime, owner, channel.id))
        await waiting_for_locks(runtime, 1)
    await removal

    assert (await row(runtime, owner, delivery)).state is DeliveryState.CANCELLED


async def test_a_claimed_delivery_keeps_its_time(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery, lease = await claimed(runtime, owner, channel, clock)

    with pytest.raises(WrongState, match="going out now"):
        await reschedule(runtime, owner, delivery.id, due_at=clock.now() + timedelta(hours=1))

    await attempt(runtime, lease)
    assert len(noticeboard.notes) == 1


async def test_a_delivery_moved_just_before_the_claim_is_not_claimed(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await due(runtime, owner, channel, clock)

    await reschedule(runtime, owner, delivery.id, due_at=clock.now() + timedelta(hours=1))

    assert not await claim(runtime, "worker", 1)


async def test_retried_twice_it_goes_out_once(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    noticeboard.fails_with = [Refused("No.")]
    delivery = await due(runtime, owner, channel, clock)
    await Worker(runtime).run_until_idle()

    answers = await asyncio.gather(
        *(retry(runtime, owner, delivery.id) for _ in range(3)), return_exceptions=True
    )
    await Worker(runtime).run_until_idle()

    assert sum(isinstance(answer, WrongState) for answer in answers) == 2
    assert len(noticeboard.notes) == 1


@pytest.mark.parametrize("scope", ["global", "organization", "brand", "channel"])
async def test_a_pause_between_claim_and_intent_holds_it_until_resumed(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    scope: str,
) -> None:
    delivery, lease = await claimed(runtime, owner, channel, clock)
    target = {"brand": channel.brand_id, "channel": channel.id}.get(scope)

    await pause(runtime, owner, scope, target, reason="Storm warning.")
    assert await attempt(runtime, lease) is DeliveryState.SCHEDULED
    await Worker(runtime).run_until_idle()
    assert not noticeboard.notes

    assert (await resume(runtime, owner, scope, target)).released == 1
    await Worker(runtime).run_until_idle()
    assert (await row(runtime, owner, delivery)).state is DeliveryState.PUBLISHED


async def test_the_answer_to_a_pause_lists_what_is_on_its_way(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery, lease = await claimed(runtime, owner, channel, clock)
    assert await store_intent(runtime, lease) is None

    paused = await pause(runtime, owner, "channel", channel.id, reason="Storm warning.")

    assert [view.delivery.id for view in paused.on_their_way] == [delivery.id]


async def test_a_take_down_asked_for_while_it_goes_out_follows_the_receipt(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery = await due(runtime, owner, channel, clock)
    noticeboard.meanwhile = lambda: recover(runtime, owner, delivery.id, reason="Wrong price.")

    await Worker(runtime).run_until_idle()

    assert (await row(runtime, owner, delivery)).state is DeliveryState.RECOVERED
    assert not noticeboard.notes


async def test_options_changed_after_the_approval_stop_it(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    app_sql: Role,
) -> None:
    delivery = await due(runtime, owner, channel, clock)
    with pytest.raises(WrongState, match="approved with the present options"):
        await change_channel(runtime, owner, channel.id, version=1, options={"colour": "yellow"})
    await app_sql.run(
        """UPDATE channels SET options = options || '{"colour": "yellow"}' WHERE id = %s""",
        channel.id,
        organization=owner.organization_id,
    )

    await Worker(runtime).run_until_idle()

    failed = await row(runtime, owner, delivery)
    assert (failed.state, failed.error_class) == (DeliveryState.FAILED, "channel_changed")
    assert "options" in failed.error
    assert not noticeboard.notes


async def test_workers_take_turns_over_the_accounts(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    brand = await get_brand(runtime, owner, channel.brand_id)
    other = await connect_board(runtime, owner, brand, "mercado")
    many = [await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1)) for _ in range(4)]
    one = await scheduled(runtime, owner, other, due_in=timedelta(minutes=30))
    clock.advance(timedelta(hours=1))

    taken = [lease.delivery_id for lease in await claim(runtime, "worker", 2)]

    assert set(taken) == {many[0].id, one.id}


async def test_a_delivery_that_is_being_moved_is_not_claimed_meanwhile(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery = await due(runtime, owner, channel, clock)
    async with runtime.transaction(owner.organization_id) as tx:
        moving = await lock_delivery(tx, delivery.id)
        assert not await claim(runtime, "worker", 1)
        moving.due_at += timedelta(hours=2)
    await Worker(runtime).run_until_idle()
    assert not noticeboard.notes
    await later(Worker(runtime), clock, hours=2)
    assert len(noticeboard.notes) == 1


@pytest.mark.parametrize("is_cancelled_first", [True, False])
async def test_a_retry_racing_a_cancellation_has_one_winner(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    *,
    is_cancelled_first: bool,
) -> None:
    noticeboard.fails_with = [Refused("No.")]
    delivery = await due(runtime, owner, channel, clock)
    await Worker(runtime).run_until_idle()
    calls: list[Callable[[], Coroutine[Any, Any, object]]] = [
        lambda: retry(runtime, owner, delivery.id),
        lambda: cancel(runtime, owner, delivery.id),
    ]
    async with runtime.transaction(owner.organization_id) as tx:
        await lock_delivery(tx, delivery.id)
        running = []
        for call in reversed(calls) if is_cancelled_first else calls:
            running.append(asyncio.create_task(call()))
            await waiting_for_locks(runtime, len(running))
    first, second = await asyncio.gather(*running, return_exceptions=True)

    assert not isinstance(first, BaseException)
    assert isinstance(second, WrongState) is is_cancelled_first
    await Worker(runtime).run_until_idle()
    assert (await row(runtime, owner, delivery)).state is DeliveryState.CANCELLED
    assert not noticeboard.notes


async def test_an_account_rests_for_all_organizations_that_use_it(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    neighbour: Neighbour,
) -> None:
    shared = await connect_board(runtime, neighbour.owner, neighbour.brand, "plaza")
    rests_until = clock.now() + timedelta(hours=1, minutes=30)
    noticeboard.fails_with = [Throttled("Enough for now.", not_before=rests_until)]
    await due(runtime, owner, channel, clock)
    await Worker(runtime).run_until_idle()
    theirs = await scheduled(runtime, neighbour.owner, shared, due_in=timedelta(minutes=1))
    await later(Worker(runtime), clock, minutes=2)

    assert not noticeboard.notes
    await later(Worker(runtime), clock, minutes=30)
    assert (await row(runtime, neighbour.owner, theirs)).state is DeliveryState.PUBLISHED
    assert len(noticeboard.notes) == 2


async def test_what_was_moved_to_tomorrow_while_the_claim_looked_is_not_taken_today(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, owner_sql: Role, worker_sql: Role
) -> None:
    delivery = await due(runtime, owner, channel, clock)
    # The claim stops between finding what is due and locking it: a policy that waits.
    await owner_sql.run(
        "create function wait_for_the_gate() returns boolean language plpgsql volatile security definer as $$"
        " begin if strpos(current_query(), 'ORDER BY d.claimable_at') > 0 then"
        " perform pg_advisory_xact_lock_shared(4711); end if; return true; end $$"
    )
    await owner_sql.run("grant execute on function wait_for_the_gate() to public")
    await owner_sql.run(
        "create policy waits on decisions as restrictive for select to signoff_worker"
        " using (wait_for_the_gate())"
    )
    async with worker_sql.transaction() as gate:
        await gate.execute("select pg_advisory_xact_lock(4711)")
        taking = asyncio.create_task(claim(runtime, "a worker", 1))
        await waiting_for_locks(runtime, 1)
        tomorrow = clock.now() + timedelta(days=1)
        await reschedule(runtime, owner, delivery.id, due_at=tomorrow, keep_time=True)
    assert await taking == []
