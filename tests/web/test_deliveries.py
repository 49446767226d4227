"""One delivery: what happened, in words, and what a person can do about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from signoff.connectors.errors import TryLater
from signoff.kernel.ids import DeliveryId
from signoff.kernel.people import Actor, Role, worker_actor
from signoff.organizations.brands import BrandChanges, change_brand
from signoff.records.deliveries.queries import get_delivery
from signoff.records.models import Delivery
from signoff.records.moves import lock_delivery, move_delivery
from signoff.records.states import DeliveryAction, DeliveryState
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Note, Noticeboard
from tests.support.posts import moved, scheduled
from tests.support.publishing import later
from tests.support.raw_sql import Role as DatabaseRole
from tests.support.raw_sql import execute
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor

FORGERY = """
    update variants set
        canonical = replace(canonical, 'eight', 'seven'),
        digest = encode(sha256(convert_to(replace(canonical, 'eight', 'seven'), 'UTF8')), 'hex')
"""
CLAIM, FAIL, LOSE = DeliveryAction.CLAIM, DeliveryAction.FAIL, DeliveryAction.LOSE_TRACK


@pytest.fixture
async def delivery(runtime: Runtime, owner: Actor, channel: Channel) -> Delivery:
    """Due in an hour."""
    return await scheduled(runtime, owner, channel)


@pytest.fixture
async def failed(runtime: Runtime, delivery: Delivery) -> Delivery:
    facts = {"error": "The board is full.", "next_step": "Make room.", "attempts": 1}
    return await moved(runtime, delivery.id, CLAIM, FAIL, **facts)


@pytest.fixture
async def unknown(runtime: Runtime, delivery: Delivery) -> Delivery:
    began = runtime.clock.now() - timedelta(minutes=5)
    facts = {"doubt_since": began, "commit_intent_at": began, "first_intent_at": began, "attempts": 1}
    return await moved(runtime, delivery.id, CLAIM, LOSE, asks_person=True, **facts)


async def _state(runtime: Runtime, actor: Actor, delivery_id: DeliveryId) -> DeliveryState:
    return (await get_delivery(runtime, actor, delivery_id)).view.delivery.state


async def test_a_scheduled_delivery_says_what_comes_next(olga: Visitor, delivery: Delivery) -> None:
    page = await olga.get(f"/deliveries/{delivery.id}")
    assert "Waits for its time" in page.text
    assert "Approved by Olga Owner." in page.text
    assert "In Madrid" in page.text
    assert "Good morning Fresh bread at eight." in page.text


async def test_a_failure_says_why_and_what_to_do(olga: Visitor, runtime: Runtime, failed: Delivery) -> None:
    page = await olga.get(f"/deliveries/{failed.id}")
    assert "The board is full." in page.text
    assert "Certainly nothing was published. Make room." in page.text
    for where in ("/", "/publishing"):
        assert "The board is full." in (await olga.get(where)).text
    await olga.get(f"/deliveries/{failed.id}")
    page = await olga.send(f"/deliveries/{failed.id}/retry")
    assert "It is in line again." in page.text
    assert await _state(runtime, olga.actor, failed.id) is DeliveryState.SCHEDULED


async def test_a_platform_that_isnt_ready_is_no_missed_time(
    olga: Visitor, runtime: Runtime, delivery: Delivery
) -> None:
    """It keeps its turn meanwhile; what people are told is what it waits for."""
    soon = runtime.clock.now() + timedelta(minutes=1)
    facts = {"not_before": soon, "turn_at": soon, "waiting_for": "The pictures are still processed."}
    await moved(runtime, delivery.id, CLAIM, DeliveryAction.PUT_BACK, **facts)
    page = await olga.get(f"/deliveries/{delivery.id}")
    assert "The pictures are still processed, next try" in page.text
    assert "missed" not in page.text


async def test_a_wait_for_the_next_try_is_cut_short(
    olga: Visitor, runtime: Runtime, delivery: Delivery
) -> None:
    until = runtime.clock.now() + timedelta(minutes=2)
    facts = {"not_before": until, "waiting_for": "The board is busy.", "attempts": 1}
    await moved(runtime, delivery.id, CLAIM, DeliveryAction.PUT_BACK, **facts)
    board = await olga.get("/publishing")
    assert "The board is busy, next try" in board.text
    assert "It is tried again now." in (await olga.send(f"/deliveries/{delivery.id}/hurry")).text
    page = await olga.get(f"/deliveries/{delivery.id}")
    assert "Next try brought forward" in page.text
    assert not page.has_form(f"/deliveries/{delivery.id}/hurry")


async def test_what_is_no_longer_possible_is_told(olga: Visitor, failed: Delivery) -> None:
    await olga.get(f"/deliveries/{failed.id}")
    await olga.send(f"/deliveries/{failed.id}/retry")
    await olga.get("/settings/profile")
    page = await olga.post(f"/deliveries/{failed.id}/retry", [("csrf", olga.csrf)])
    assert page.status == 409
    assert "isn't possible" in page.text


async def test_an_unknown_outcome_offers_three_answers(olga: Visitor, unknown: Delivery) -> None:
    page = await olga.get(f"/deliveries/{unknown.id}")
    assert "be found out by asking the platform." in page.text
    sheet = await olga.get(f"/deliveries/{unknown.id}/settle")
    for answer in ("It is out, here is its address", "It is not out, publish it", "It is not out, leave it"):
        assert answer in sheet.text
    assert "a wrong answer doubles nothing" in sheet.text


async def test_too_early_only_proof_is_taken(olga: Visitor, runtime: Runtime, delivery: Delivery) -> None:
    began = runtime.clock.now()
    await moved(runtime, delivery.id, CLAIM, LOSE, doubt_since=began, commit_intent_at=began)
    sheet = await olga.get(f"/deliveries/{delivery.id}/settle")
    assert "until then it could still appear" in sheet.text
    assert sheet.html.count(" disabled") == 2


async def test_settling_needs_an_answer(olga: Visitor, runtime: Runtime, unknown: Delivery) -> None:
    await olga.get(f"/deliveries/{unknown.id}/settle")
    page = await olga.send(f"/deliveries/{unknown.id}/settle")
    assert page.status == 422
    assert await _state(runtime, olga.actor, unknown.id) is DeliveryState.UNKNOWN


async def test_an_address_is_looked_up_before_it_counts(
    olga: Visitor, runtime: Runtime, unknown: Delivery, noticeboard: Noticeboard
) -> None:
    await olga.get(f"/deliveries/{unknown.id}/settle")
    address = "https://board.example/somebody-elses"
    page = await olga.send(f"/deliveries/{unknown.id}/settle", ("answer", "out"), url=address)
    assert page.status == 422
    assert page.form(f"/deliveries/{unknown.id}/settle").value("url") == address
    noticeboard.notes.append(Note("found", "plaza", "Good morning"))
    page = await olga.send(
        f"/deliveries/{unknown.id}/settle", ("answer", "out"), url="https://board.example/found"
    )
    assert "It is out: the post was found." in page.text
    assert "https://board.example/found" in page.links


async def test_what_is_certainly_not_out_can_be_left(
    olga: Visitor, runtime: Runtime, unknown: Delivery
) -> None:
    await olga.get(f"/deliveries/{unknown.id}/settle")
    await olga.send(f"/deliveries/{unknown.id}/settle", ("answer", "leave"))
    assert await _state(runtime, olga.actor, unknown.id) is DeliveryState.CANCELLED


async def test_moving_keeps_the_seal(olga: Visitor, runtime: Runtime, delivery: Delivery) -> None:
    await olga.get(f"/deliveries/{delivery.id}/reschedule")
    page = await olga.send(f"/deliveries/{delivery.id}/reschedule", due_local="2027-06-01T09:00")
    assert "The seal still holds." in page.text
    detail = await get_delivery(runtime, olga.actor, delivery.id)
    assert f"{detail.view.delivery.due_at:%Y-%m-%d %H:%M}" == "2027-06-01 07:00"


async def test_cancelling_what_is_going_out_says_that_it_may_be_too_late(
    olga: Visitor, runtime: Runtime, delivery: Delivery
) -> None:
    await moved(runtime, delivery.id, CLAIM)
    sheet = await olga.get(f"/deliveries/{delivery.id}/cancel")
    assert "It may be on its way already" in sheet.text
    page = await olga.send(f"/deliveries/{delivery.id}/cancel", reason="Wrong price.")
    assert "To be cancelled." in page.text
    assert "Wrong price." in page.text


async def test_a_broken_seal_is_shown(olga: Visitor, delivery: Delivery, owner_sql: DatabaseRole) -> None:
    async with owner_sql.transaction() as connection:
        await execute(connection, "alter table variants disable trigger user")
        await execute(connection, FORGERY)
        await execute(connection, "alter table variants enable trigger user")
    page = await olga.get(f"/deliveries/{delivery.id}")
    assert "Seal broken" in page.text
    assert "Nothing of it is published." in page.text


async def test_one_that_is_held_says_how_late_it_may_be(
    arrive: Arrive, runtime: Runtime, owner: Actor, brand: Brand, clock: ShiftableClock, delivery: Delivery
) -> None:
    two_hours = BrandChanges(late_window_s=2 * 3600)
    await change_brand(runtime, owner, brand.id, two_hours, version=brand.version)
    clock.advance(timedelta(hours=4))
    olga = await arrive(Role.OWNER)
    page = await olga.get(f"/deliveries/{delivery.id}")
    assert "Casa Luz lets posts go out at most 2 h late" in page.text
    assert f"/deliveries/{delivery.id}/release" in [form.action for form in page.reader.forms]


async def test_who_may_not_operate_sees_no_buttons(
    arrive: Arrive, runtime: Runtime, owner: Actor, failed: Delivery
) -> None:
    reviewer = await arrive(Role.REVIEWER)
    page = await reviewer.get(f"/deliveries/{failed.id}")
    assert [form.action for form in page.reader.forms] == ["/sign-out"]
    await reviewer.get("/settings/profile")
    csrf = reviewer.csrf
    for action in ("retry", "cancel", "settle", "take-down"):
        fields = [("csrf", csrf), ("answer", "leave"), ("reason", "x")]
        assert (await reviewer.post(f"/deliveries/{failed.id}/{action}", fields)).status == 403, action
    assert await _state(runtime, owner, failed.id) is DeliveryState.FAILED


async def test_what_is_on_its_way_cant_be_stopped_but_taken_down(
    olga: Visitor, runtime: Runtime, delivery: Delivery
) -> None:
    began = runtime.clock.now()
    async with runtime.worker_transaction() as tx:
        row = await lock_delivery(tx, delivery.id)
        await move_delivery(tx, row, CLAIM, worker_actor(row.organization_id), commit_intent_at=began)
    assert (
        "On its way, can\N{RIGHT SINGLE QUOTATION MARK}t be stopped." in (await olga.get("/publishing")).text
    )
    page = await olga.get(f"/deliveries/{delivery.id}")
    assert "On its way, and can\N{RIGHT SINGLE QUOTATION MARK}t be stopped." in page.text
    assert f"/deliveries/{delivery.id}/cancel" not in page.links
    await olga.get(f"/deliveries/{delivery.id}/take-down")
    assert "As soon as it is known to be out it is taken down" in olga.page.text
    page = await olga.send(f"/deliveries/{delivery.id}/take-down", reason="Wrong price.")
    assert "To be taken down." in page.text


async def test_the_proof_tells_why_it_was_late_and_what_the_platform_answered(
    olga: Visitor, runtime: Runtime, delivery: Delivery, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    noticeboard.raw = {"pinned_by": "the board", "access_token": "do not show"}
    noticeboard.fails_with = [TryLater("The board is being painted.")]
    worker = Worker(runtime)
    clock.advance(timedelta(hours=1, seconds=1))
    await worker.run_until_idle()
    await later(worker, clock, minutes=3)
    page = await olga.get(f"/deliveries/{delivery.id}")
    assert "Why it was late: The board is being painted." in page.text
    assert "Seal compared" in page.text
    assert "pinned_by" in page.text
    assert "do not show" not in page.html
