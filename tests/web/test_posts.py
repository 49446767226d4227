"""Posts: lists, one post, scheduling it, putting it away."""

from __future__ import annotations

from signoff.kernel.people import Actor, Role
from signoff.records.posts.listing import list_posts
from signoff.records.posts.queries import get_post
from signoff.records.states import DeliveryState, PostState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import approved, in_review, scheduled, written
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor


async def test_the_list_is_filtered_by_state_and_words(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    await written(runtime, olga.actor, channel, body="Rye loaves.")
    await in_review(runtime, olga.actor, channel, body="Sweet buns.")
    assert "2" in (await olga.get("/posts")).text
    drafts = await olga.get("/posts?state=draft")
    assert drafts.text.count("Good morning") == 1
    assert "Draft" in drafts.text
    assert "Good morning" in (await olga.get("/posts?search=buns")).text
    assert "No post matches" in (await olga.get("/posts?search=nothing+of+that")).text


async def test_long_lists_come_in_pages(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    for number in range(32):
        await written(runtime, olga.actor, channel, body=f"Number {number}.")
    first = await olga.get("/posts")
    further = next(link for link in first.links if "cursor=" in link)
    second = await olga.get(further)
    assert first.text.count("Good morning") == 30
    assert second.text.count("Good morning") == 2


async def test_an_approved_post_is_scheduled_for_a_local_time(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await approved(runtime, olga.actor, channel)
    await olga.get(f"/posts/{view.post.id}/schedule")
    page = await olga.send(f"/posts/{view.post.id}/schedule", when="at", due_local="2099-06-01T09:00")
    assert page.status == 422  # more than two years away
    assert page.form(f"/posts/{view.post.id}/schedule").value("due_local") == "2099-06-01T09:00"
    page = await olga.send(f"/posts/{view.post.id}/schedule", when="now", due_local="")
    assert page.path.startswith("/deliveries/")
    assert "Scheduled." in page.text


async def test_a_time_that_the_clock_skips_is_refused_with_the_reason(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await approved(runtime, olga.actor, channel)
    said = await olga.get("/time?zone=Europe/Madrid&due_local=2027-03-28T02:30")
    assert "doesn't exist in Europe/Madrid" in said.text
    await olga.get(f"/posts/{view.post.id}/schedule")
    page = await olga.send(f"/posts/{view.post.id}/schedule", when="at", due_local="2027-03-28T02:30")
    assert page.status == 422
    assert "doesn't exist in Europe/Madrid" in page.text


async def test_a_time_that_happens_twice_is_chosen_with_its_offset(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await approved(runtime, olga.actor, channel)
    said = await olga.get("/time?zone=Europe/Madrid&due_local=2027-10-31T02:30")
    choices = [value for tag, name, value in said.reader.attributes if name == "value"]
    assert choices == ["2027-10-31T02:30+02:00", "2027-10-31T02:30+01:00"]
    await olga.get(f"/posts/{view.post.id}/schedule")
    await olga.send(
        f"/posts/{view.post.id}/schedule", when="at", due_local="2027-10-31T02:30", due_choice=choices[1]
    )
    delivery = (await get_post(runtime, olga.actor, view.post.id)).deliveries[0].delivery
    assert f"{delivery.due_at:%H:%M}" == "01:30"


async def test_a_chosen_time_is_told_in_the_viewers_zone_too(olga: Visitor) -> None:
    said = await olga.get("/time?zone=Europe/Madrid&due_local=2027-06-01T09:00")
    assert "07:00 UTC for you" in said.text


async def test_a_post_that_is_scheduled_isnt_scheduled_twice(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    delivery = await scheduled(runtime, olga.actor, channel)
    await olga.get(f"/posts/{delivery.post_id}/schedule")
    page = await olga.send(f"/posts/{delivery.post_id}/schedule", ("channel", str(channel.id)), when="now")
    assert page.status == 409
    assert "already scheduled" in page.text
    assert len((await get_post(runtime, olga.actor, delivery.post_id)).deliveries) == 1


async def test_withdrawing_an_approval_cancels_what_isnt_out(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    delivery = await scheduled(runtime, olga.actor, channel)
    await olga.get(f"/posts/{delivery.post_id}/withdraw")
    page = await olga.send(f"/posts/{delivery.post_id}/withdraw", comment="Wrong price.")
    assert "“Wrong price.”" in page.text
    view = await get_post(runtime, olga.actor, delivery.post_id)
    assert view.post.state is PostState.DRAFT
    assert view.deliveries[0].delivery.state is DeliveryState.CANCELLED


async def test_archiving_and_bringing_back(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    view = await written(runtime, olga.actor, channel)
    await olga.get(f"/posts/{view.post.id}/archive")
    await olga.send(f"/posts/{view.post.id}/archive", reason="Not now.")
    await olga.send("/posts/bulk/undo")  # the message offers it
    assert (await get_post(runtime, olga.actor, view.post.id)).post.state is PostState.DRAFT
    await olga.get(f"/posts/{view.post.id}/archive")
    await olga.send(f"/posts/{view.post.id}/archive", reason="Not now.")
    assert "Not now." in (await olga.get(f"/posts/{view.post.id}")).text
    await olga.send(f"/posts/{view.post.id}/restore")
    assert (await get_post(runtime, olga.actor, view.post.id)).post.state is PostState.DRAFT


async def test_a_draft_is_deleted_only_as_it_was_seen(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await written(runtime, olga.actor, channel)
    await olga.get(f"/posts/{view.post.id}/delete")
    refused = await olga.send(f"/posts/{view.post.id}/delete", version="99")
    assert refused.status == 412
    await olga.get(f"/posts/{view.post.id}/delete")
    await olga.send(f"/posts/{view.post.id}/delete")
    assert (await list_posts(runtime, olga.actor)).items == []


async def test_a_duplicate_is_a_draft_of_its_own(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    view = await approved(runtime, olga.actor, channel)
    await olga.get(f"/posts/{view.post.id}")
    page = await olga.send(f"/posts/{view.post.id}/duplicate")
    assert page.path.endswith("/edit")
    assert str(view.post.id) not in page.path


async def test_a_viewer_reads_and_changes_nothing(
    arrive: Arrive, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    view = await approved(runtime, owner, channel)
    viewer = await arrive(Role.VIEWER)
    page = await viewer.get(f"/posts/{view.post.id}")
    assert [form.action for form in page.reader.forms] == ["/sign-out"]
    await viewer.get("/settings/profile")
    for action in ("schedule", "withdraw", "archive", "duplicate"):
        fields = [
            ("csrf", viewer.csrf),
            ("when", "now"),
            ("comment", "x"),
            ("seen", "x"),
            ("channel", str(channel.id)),
        ]
        refused = await viewer.post(f"/posts/{view.post.id}/{action}", fields)
        assert refused.status == 403, action
        await viewer.get("/settings/profile")
    assert (await get_post(runtime, owner, view.post.id)).deliveries == ()
