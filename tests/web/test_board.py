"""The publishing board and the alerts: what waits, goes out, is unclear, failed, and is out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from signoff.kernel.people import Actor, Role
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.pipeline.draft.content import MediaUse
from signoff.pipeline.draft.media import upload_media
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.pipeline.schedule.pause import pause
from signoff.pipeline.schedule.place import place
from signoff.records.alerts.raising import alert_delivery
from signoff.records.moves import lock_delivery
from signoff.records.planning.placement import Schedule
from signoff.records.states import DeliveryAction, Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.media.pictures import in_chunks, saved, scene
from tests.support.posts import draft_for, moved, scheduled, seen
from tests.support.raw_sql import Role as SqlRole
from tests.support.world import connect_board
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor


async def test_each_state_has_its_lane(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    deliveries = [await scheduled(runtime, olga.actor, channel) for _ in range(4)]
    claim = DeliveryAction.CLAIM
    await moved(runtime, deliveries[1].id, claim)
    await moved(runtime, deliveries[2].id, claim, DeliveryAction.LOSE_TRACK, doubt_since=runtime.clock.now())
    await moved(runtime, deliveries[3].id, claim, DeliveryAction.FAIL, error="The board is full.")
    page = await olga.get("/publishing")
    for lane, delivery in zip(("queued", "publishing", "unknown", "failed"), deliveries, strict=True):
        cards = page.html.partition(f'id="lane-{lane}"')[2].partition("</section>")[0]
        assert f"job-{delivery.id}" in cards, lane
        assert cards.count('id="job-') == 1, lane


async def test_what_waits_says_for_what(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    await scheduled(runtime, olga.actor, channel, due_in=timedelta(minutes=1))
    await pause(runtime, olga.actor, "channel", channel.id, reason="Wrong price")
    page = await olga.get("/publishing")
    assert "Paused: Wrong price" in page.text


async def test_who_may_not_operate_sees_a_board_without_buttons(
    arrive: Arrive, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    await moved(runtime, delivery.id, DeliveryAction.CLAIM, DeliveryAction.FAIL, error="The board is full.")
    author = await arrive(Role.AUTHOR)
    page = await author.get("/publishing")
    assert "The board is full." in page.text
    assert [form.action for form in page.reader.forms] == ["/sign-out"]


async def test_an_alert_stays_until_somebody_closes_it(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    delivery = await scheduled(runtime, olga.actor, channel)
    async with runtime.worker_transaction() as tx:
        row = await lock_delivery(tx, delivery.id)
        alert = await alert_delivery(
            tx, row, "failed", title="Not published", cause="The board is full.", next_step="Make room."
        )
    page = await olga.get("/alerts")
    assert "The board is full. Make room." in page.text
    assert f"/deliveries/{delivery.id}" in page.links
    await olga.send(f"/alerts/{alert.id}/close")
    assert "No open alert" in (await olga.get("/alerts")).text


async def test_an_accounts_budget_has_a_gauge(
    olga: Visitor, runtime: Runtime, channel: Channel, worker_sql: SqlRole
) -> None:
    assert "of 25 posts" not in (await olga.get("/publishing")).text
    await scheduled(runtime, olga.actor, channel)
    await worker_sql.run("update accounts set posts_limit = 25 where key = %s", channel.account_key)
    page = await olga.get("/publishing")
    assert "0 of 25 posts" in page.text
    assert "1 planned" in page.text


async def test_the_list_is_narrowed_by_state_brand_channel_and_time(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    soon = await scheduled(runtime, olga.actor, channel)
    far = await scheduled(runtime, olga.actor, channel, due_in=timedelta(days=9))
    lost = await scheduled(runtime, olga.actor, channel)
    await moved(runtime, lost.id, DeliveryAction.CLAIM, DeliveryAction.FAIL, error="The board is full.")
    ids = {"soon": soon.id, "far": far.id, "lost": lost.id}

    async def shown(query: str) -> set[str]:
        links = (await olga.get(f"/publishing/list?{query}")).links
        return {name for name, each in ids.items() if f"/deliveries/{each}" in links}

    assert await shown("") == {"soon", "far", "lost"}
    assert await shown("group=queued") == {"soon", "far"}
    assert await shown("group=queued&period=week") == {"soon"}
    assert await shown(f"group=failed&brand={channel.brand_id}&channel={channel.id}") == {"lost"}
    assert await shown(f"channel={olga.actor.organization_id}") == set()
    assert "No delivery matches" in olga.page.text
    assert await shown("group=nonsense&brand=nonsense&period=nonsense") == {"soon", "far", "lost"}
    assert "The board is full." in olga.page.text


async def test_the_chosen_brand_holds_on_all_pages_of_publishing(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    mine = await scheduled(runtime, olga.actor, channel)
    other = await create_brand(runtime, olga.actor, BrandDraft("Casa Sol", "UTC"))
    theirs = await scheduled(runtime, olga.actor, await connect_board(runtime, olga.actor, other, "mercado"))
    for path in ("/publishing", "/publishing/list"):
        page = await olga.get(f"{path}?brand={channel.brand_id}")
        assert str(mine.id) in page.html, path
        assert str(theirs.id) not in page.html, path
        assert f"/publishing/list?brand={channel.brand_id}" in page.links
    assert "Only " in (await olga.get(f"/publishing?brand={channel.brand_id}")).text
    start = await olga.get("/")
    assert f"/publishing?brand={channel.brand_id}" in start.links
    assert "not on this page" in start.text
    assert str(theirs.id) in (await olga.get("/publishing")).html


async def test_a_card_shows_the_first_picture_of_what_was_sealed(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    picture = await upload_media(runtime, olga.actor, in_chunks(saved(scene(), "PNG")))
    draft = replace(draft_for(channel), media=[MediaUse(picture.id, "A loaf")])
    post = (await create_post(runtime, olga.actor, draft)).post
    await submit(runtime, olga.actor, post.id)
    fingerprint = await seen(runtime, olga.actor, post.id)
    await decide(runtime, olga.actor, post.id, Verdict.APPROVE, seen=fingerprint)
    tomorrow = runtime.clock.now() + timedelta(days=1)
    await place(runtime, olga.actor, post.id, Schedule(due_at=tomorrow))
    for path in ("/publishing", "/publishing/list", f"/calendar?view=list&at={tomorrow.date()}"):
        assert f"/media/{picture.id}" in (await olga.get(path)).html, path


async def test_a_button_of_the_board_leads_back_to_it(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    delivery = await scheduled(runtime, olga.actor, channel)
    await moved(runtime, delivery.id, DeliveryAction.CLAIM, DeliveryAction.FAIL, error="The board is full.")
    await olga.get("/publishing")
    page = await olga.send(f"/deliveries/{delivery.id}/retry")
    assert page.path == "/publishing"
    assert "It is in line again." in page.text


async def test_a_form_leads_to_no_other_site(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    delivery = await scheduled(runtime, olga.actor, channel)
    await moved(runtime, delivery.id, DeliveryAction.CLAIM, DeliveryAction.FAIL, error="The board is full.")
    await olga.get("/publishing")
    page = await olga.send(f"/deliveries/{delivery.id}/retry", back="https://evil.example/")
    assert page.path == f"/deliveries/{delivery.id}"
