"""The discussion on the pages: without scripts, and as the part that scripts exchange."""

from __future__ import annotations

from signoff.kernel.people import Role
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import in_review
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor


async def test_somebody_asks_and_is_answered(
    olga: Visitor, arrive: Arrive, runtime: Runtime, channel: Channel
) -> None:
    post = (await in_review(runtime, olga.actor, channel)).post
    author = await arrive(Role.AUTHOR)
    await olga.get(f"/review/{post.id}")
    page = await olga.send(f"/posts/{post.id}/discussion", body="@Author is <b>nine</b> right?")
    assert page.path.startswith(f"/posts/{post.id}")
    assert "@Author is <b>nine</b> right?" in page.text
    assert "mentioned you" in (await author.get("/")).text
    await author.get(f"/posts/{post.id}")
    answered = await author.send(f"/posts/{post.id}/discussion", body="Yes, nine.")
    assert "Yes, nine." in answered.text
    assert "mentioned you" not in (await author.get("/")).text


async def test_a_script_gets_the_part_alone(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    post = (await in_review(runtime, olga.actor, channel)).post
    await olga.get(f"/posts/{post.id}")
    said = [("csrf", olga.csrf), ("body", "Hello")]
    part = await olga.post(f"/posts/{post.id}/discussion", said, **{"HX-Request": "true"})
    assert part.html.lstrip().startswith("<section")
    assert "Hello" in part.text
    nothing = await olga.post(
        f"/posts/{post.id}/discussion", [("csrf", said[0][1]), ("body", " ")], **{"HX-Request": "true"}
    )
    assert "Write what you want to say." in nothing.text


async def test_a_viewer_reads_along(
    olga: Visitor, arrive: Arrive, runtime: Runtime, channel: Channel
) -> None:
    post = (await in_review(runtime, olga.actor, channel)).post
    await olga.get(f"/posts/{post.id}")
    await olga.send(f"/posts/{post.id}/discussion", body="Hello")
    viewer = await arrive(Role.VIEWER)
    page = await viewer.get(f"/posts/{post.id}")
    assert "Hello" in page.text
    assert not page.has_form(f"/posts/{post.id}/discussion")


async def test_a_review_is_given_to_somebody(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    post = (await in_review(runtime, olga.actor, channel)).post
    await olga.get(f"/review/{post.id}")
    page = await olga.send(f"/posts/{post.id}/assignee", person=str(olga.actor.person_id))
    assert page.path == f"/review/{post.id}"
    form = page.form(f"/posts/{post.id}/assignee")
    assert form.value("person") == str(olga.actor.person_id)
