"""The review queue, and what its page shows of a post."""

from __future__ import annotations

from datetime import timedelta

from signoff.kernel.people import Actor, Role
from signoff.organizations.channels import change_channel
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.review.assign import assign
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.records.deliveries.views import PostView
from signoff.records.planning.placement import Schedule
from signoff.records.posts.queries import get_post
from signoff.records.states import PostState, Verdict
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.posts import in_review, seen
from tests.support.world import connect_board
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor

APPROVE = ("verdict", "approve")
REQUEST = ("verdict", "request_changes")


async def _state(runtime: Runtime, actor: Actor, view: PostView) -> PostState:
    return (await get_post(runtime, actor, view.post.id)).post.state


async def test_the_queue_shows_the_post_as_it_would_be_sent(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    await in_review(runtime, olga.actor, channel, body="Fresh <i>bread</i>")
    page = await olga.get("/review")
    assert "Good morning Fresh <i>bread</i>" in page.text
    assert "/ 500" in page.text
    assert "Not sealed yet" in page.text


async def test_what_changed_since_the_last_approval_is_marked(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await in_review(runtime, olga.actor, channel, body="Fresh bread at eight.")
    fingerprint = await seen(runtime, olga.actor, view.post.id)
    await decide(runtime, olga.actor, view.post.id, Verdict.APPROVE, seen=fingerprint)
    decided = await decide(
        runtime, olga.actor, view.post.id, Verdict.REQUEST_CHANGES, seen=fingerprint, comment="later"
    )
    changes = {"body": "Fresh bread at nine."}
    await edit_post(runtime, olga.actor, view.post.id, changes, version=decided.post.post.version)
    await submit(runtime, olga.actor, view.post.id)
    page = await olga.get(f"/review/{view.post.id}")
    assert "Changed since approved version 1" in page.text
    assert "<del>eight</del>" in page.html
    assert "<ins>nine</ins>" in page.html
    assert "1 word added, 1 removed" in page.text


async def test_what_was_never_approved_says_once_that_there_is_nothing_to_compare(
    olga: Visitor, runtime: Runtime, brand: Brand, channel: Channel
) -> None:
    second = await connect_board(runtime, olga.actor, brand, "mercado")
    view = await in_review(runtime, olga.actor, channel, second)
    page = await olga.get(f"/review/{view.post.id}")
    assert page.text.count("Nothing to compare with") == 1


async def test_an_empty_queue_says_so(olga: Visitor) -> None:
    assert "Nothing waits for you" in (await olga.get("/review")).text


async def test_the_queue_is_narrowed_and_counted(
    arrive: Arrive, olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    mine = await in_review(runtime, olga.actor, channel, body="For anybody.")
    other = await in_review(runtime, olga.actor, channel, body="For the reviewer.")
    reviewer = await arrive(Role.REVIEWER)
    await assign(runtime, olga.actor, other.post.id, reviewer.actor.person_id)
    page = await olga.get("/review")
    assert "For me 1 Team 2" in page.text
    assert f"/review/{mine.post.id}" in page.links
    assert f"/review/{other.post.id}" not in page.links
    team = await olga.get("/review?whose=team")
    assert f"/review/{other.post.id}?whose=team" in team.links
    assert "For me 2 Team 2" in (await reviewer.get("/review")).text
    nothing = await olga.get(f"/review?channel={other.post.id}")
    assert "Another filter may show more" in nothing.text


async def test_a_statement_is_checked_without_a_script(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await in_review(runtime, olga.actor, channel, body="The rye loaf costs 7 £.")
    page = await olga.get(f"/review/{view.post.id}")
    assert "No source for 7 £." in page.text
    assert "not ready · ready from 80" in page.text
    assert "Not measured: The post doesn't say which question it answers." in page.text
    said = await olga.send(f"/review/{view.post.id}/statements")
    assert "Checked by Olga Owner" in said.text


async def test_another_schedule_and_other_options_are_shown_as_changes(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await in_review(runtime, olga.actor, channel)
    fingerprint = await seen(runtime, olga.actor, view.post.id)
    due = Schedule(due_at=runtime.clock.now() + timedelta(days=2))
    await decide(runtime, olga.actor, view.post.id, Verdict.APPROVE, seen=fingerprint, schedule=due)
    back = await decide(
        runtime, olga.actor, view.post.id, Verdict.REQUEST_CHANGES, seen=fingerprint, comment="later"
    )
    await change_channel(
        runtime, olga.actor, channel.id, version=channel.version, options={"colour": "yellow"}
    )
    changes = {"body": "Fresh bread at nine."}
    await edit_post(runtime, olga.actor, view.post.id, changes, version=back.post.post.version)
    await submit(runtime, olga.actor, view.post.id)
    page = await olga.get(f"/review/{view.post.id}")
    assert "Option colour:" in page.text
    assert "<ins>yellow</ins>" in page.html
    assert "none wished" in page.text
    assert "The same: pictures, link." in page.text
