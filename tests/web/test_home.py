"""Home: how to begin, what needs the viewer in order of urgency, and how publishing goes."""

from __future__ import annotations

from datetime import timedelta

from signoff.kernel.people import Actor, Role
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.review.submit import submit
from signoff.records.states import DeliveryAction
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import approved, in_review, moved, scheduled, written
from tests.support.world import Neighbour
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor

CLAIM, FAIL = DeliveryAction.CLAIM, DeliveryAction.FAIL


async def test_three_steps_lead_to_the_first_post(olga: Visitor) -> None:
    page = await olga.get("/")
    assert "0 of 3 done" in page.text
    assert "/settings/brands/new" in page.links
    assert "/channels/connect" not in page.links
    assert "Needs you now" not in page.text


async def test_a_step_that_is_done_makes_way_for_the_next(olga: Visitor, brand: Brand) -> None:
    page = await olga.get("/")
    assert brand.name in page.text
    assert "1 of 3 done" in page.text
    assert "/channels/connect" in page.links


async def test_the_steps_are_gone_once_there_is_a_post(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    await written(runtime, olga.actor, channel)
    assert "of 3 done" not in (await olga.get("/")).text


async def test_a_brand_isnt_well_while_one_of_its_posts_failed(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    failed = await scheduled(runtime, olga.actor, channel)
    assert "All well" in (await olga.get("/")).text
    await moved(runtime, failed.id, CLAIM, FAIL, error="The board is full.")
    page = await olga.get("/")
    assert "1 failed or in doubt" in page.text
    assert "All well" not in page.text


async def test_a_brand_says_how_many_posts_wait_for_hands(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    waiting = await scheduled(runtime, olga.actor, channel)
    await moved(runtime, waiting.id, DeliveryAction.HAND_OVER)
    page = await olga.get("/")
    assert "1 to do by hand" in page.text
    assert "All well" not in page.text


async def test_the_most_urgent_comes_first(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    idle = await approved(runtime, olga.actor, channel)
    await in_review(runtime, olga.actor, channel)
    failed = await scheduled(runtime, olga.actor, channel)
    await moved(runtime, failed.id, CLAIM, FAIL, error="The board is full.")
    close = await written(runtime, olga.actor, channel)
    wish = {"suggested_time": runtime.clock.now() + timedelta(hours=3)}
    await edit_post(runtime, olga.actor, close.post.id, wish, version=close.post.version)
    await submit(runtime, olga.actor, close.post.id)

    page = await olga.get("/")
    shown = ["before today", "Not sent", "Decide about “Good morning” Casa Luz", "Approved, not scheduled"]
    places = [page.text.find(words) for words in shown]
    if places[0] < 0:  # three hours from now it is tomorrow
        places[0] = page.text.find("before tomorrow")
    assert places == sorted(places)
    assert -1 not in places
    assert f"/posts/{idle.post.id}" in page.links


async def test_how_it_went_is_told_in_words_a_picture_and_a_table(
    olga: Visitor, runtime: Runtime, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    await scheduled(runtime, olga.actor, channel, due_in=timedelta(minutes=10))
    lost = await scheduled(runtime, olga.actor, channel, due_in=timedelta(minutes=20))
    clock.advance(timedelta(minutes=12, seconds=30))
    await Worker(runtime).run_until_idle()
    clock.advance(timedelta(minutes=10))
    await moved(runtime, lost.id, CLAIM, FAIL, error="The board is full.")

    page = await olga.get("/")
    assert len(noticeboard.notes) == 1
    assert "50.0 %" in page.text
    assert "1 of 2, 1 failed." in page.text
    assert "1 published, 1 failed" in page.html
    assert "0 of 1 within a minute; 95 % within 2 min" in page.text
    assert "Publishing by day" in page.text
    assert "2 approvals; half of them were faster." in page.text


async def test_what_just_happened_is_told_to_everybody(
    arrive: Arrive, runtime: Runtime, owner: Actor, channel: Channel, neighbour: Neighbour
) -> None:
    post = await in_review(runtime, owner, channel)
    theirs = await in_review(runtime, neighbour.owner, neighbour.channel)
    viewer = await arrive(Role.VIEWER)
    page = await viewer.get("/")
    assert "Sent to review" in page.text
    assert f"/posts/{post.post.id}" in page.links
    assert f"/posts/{theirs.post.id}" not in page.links
    assert "/settings/audit" not in page.links


async def test_what_is_planned_stands_after_now(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    coming = await scheduled(runtime, olga.actor, channel, due_in=timedelta(minutes=50))
    page = await olga.get("/")
    agenda = page.html.partition('class="agenda"')[2].partition("</ol>")[0]
    assert agenda.index("nowline") < agenda.index(f"/deliveries/{coming.id}")
