"""Writing: what is typed is shown as it would be sent, and is never lost."""

from __future__ import annotations

from pathlib import Path

from signoff.kernel.people import Actor, Role
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.review.submit import submit
from signoff.records.posts.listing import list_posts
from signoff.records.posts.queries import get_post, list_revisions
from signoff.records.states import PostState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import written
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor

PICTURE = Path(__file__).parent / "picture.png"


async def test_a_new_post_is_stored_with_what_was_typed(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    await olga.get("/posts/new")
    page = await olga.send(
        "/posts", title="Rye", body="Rye is back.\r\nToday.", tags="bread, rye", link="https://a.example"
    )
    assert "Saved." in page.text
    view = (await list_posts(runtime, olga.actor)).items[0]
    assert (view.revision.title, view.revision.body) == ("Rye", "Rye is back.\nToday.")
    assert view.post.tags == ["bread", "rye"]
    assert view.revision.channel_ids == [channel.id]


async def test_the_preview_shows_what_is_typed_without_storing_it(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await written(runtime, olga.actor, channel)
    await olga.get(f"/posts/{view.post.id}/edit")
    fields = dict(olga.page.form(f"/posts/{view.post.id}").fields) | {"body": "Half <b>typed</b>"}
    page = await olga.post("/posts/preview", list(fields.items()))
    assert "Half <b>typed</b>" in page.text
    assert "<b>typed" not in page.html
    assert (await get_post(runtime, olga.actor, view.post.id)).revision.number == 1


async def test_what_is_over_a_limit_blocks_the_button_and_says_by_how_much(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await written(runtime, olga.actor, channel, body="x" * 600)
    page = await olga.get(f"/posts/{view.post.id}/edit")
    assert "113 characters too long" in page.text
    assert ("button", "aria-disabled", "true") in page.reader.attributes
    sent = await olga.send(f"/posts/{view.post.id}", ("then", "submit"))
    assert "113 characters too long" in sent.text
    assert (await get_post(runtime, olga.actor, view.post.id)).post.state is PostState.DRAFT


async def test_saving_and_sending_to_review_is_one_step(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    await olga.get("/posts/new")
    page = await olga.send("/posts", ("then", "submit"), title="Rye", body="Rye is back.")
    assert "Sent to review" in page.text
    assert (await list_posts(runtime, olga.actor)).items[0].post.state is PostState.IN_REVIEW


async def test_who_saves_second_sees_both_texts_and_loses_nothing(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await written(runtime, olga.actor, channel, body="Fresh bread at eight.")
    address = f"/posts/{view.post.id}"
    await olga.get(f"{address}/edit")
    theirs = {"body": "Fresh bread at nine."}
    await edit_post(runtime, olga.actor, view.post.id, theirs, version=view.post.version)
    page = await olga.send(address, body="Fresh rolls at eight.")
    assert page.status == 412
    assert "Fresh bread at nine." in page.text
    assert page.form(address).value("body") == "Fresh rolls at eight."
    assert (await get_post(runtime, olga.actor, view.post.id)).revision.body == "Fresh bread at nine."
    await olga.send(address, ("then", "save"))
    assert (await get_post(runtime, olga.actor, view.post.id)).revision.body == "Fresh rolls at eight."
    assert "Fresh bread at nine." in {
        each.body for each in await list_revisions(runtime, olga.actor, view.post.id)
    }


async def test_what_was_typed_while_it_went_to_review_can_be_kept(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await written(runtime, olga.actor, channel)
    address = f"/posts/{view.post.id}"
    await olga.get(f"{address}/edit")
    await submit(runtime, olga.actor, view.post.id)
    page = await olga.send(address, body="Typed too late.")
    assert page.status == 409
    assert page.form(address).value("body") == "Typed too late."
    await olga.send(address, ("then", "copy"))
    bodies = {each.revision.body for each in (await list_posts(runtime, olga.actor)).items}
    assert bodies == {"Fresh bread at eight.", "Typed too late."}


async def test_a_picture_is_taken_in_and_needs_a_description(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await written(runtime, olga.actor, channel)
    address = f"/posts/{view.post.id}"
    await olga.get(f"{address}/edit")
    fields = dict(olga.page.form(address).fields)
    page = await olga.upload(address, PICTURE.read_bytes(), **fields)
    assert "has no alt text" in page.text
    assert page.form(address).value("media_id")
    await olga.send(address, ("then", "submit"), alt="A red square")
    stored = (await get_post(runtime, olga.actor, view.post.id)).revision.media
    assert [use["alt"] for use in stored] == ["A red square"]


async def test_a_page_that_is_called_a_picture_is_refused_and_the_text_kept(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await written(runtime, olga.actor, channel)
    address = f"/posts/{view.post.id}"
    await olga.get(f"{address}/edit")
    fields = dict(olga.page.form(address).fields) | {"body": "Typed before the upload."}
    page = await olga.upload(address, b"<html><script>alert(1)</script></html>", filename="x.png", **fields)
    assert page.status == 422
    assert page.form(address).value("body") == "Typed before the upload."


async def test_pictures_are_moved_and_removed_without_scripts(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await written(runtime, olga.actor, channel)
    address = f"/posts/{view.post.id}"
    await olga.get(f"{address}/edit")
    fields = dict(olga.page.form(address).fields)
    await olga.upload(address, PICTURE.read_bytes(), **fields)
    await olga.send(address, ("act", "remove:0"))
    assert (await get_post(runtime, olga.actor, view.post.id)).revision.media == []


async def test_a_channel_can_have_its_own_text(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    view = await written(runtime, olga.actor, channel)
    address = f"/posts/{view.post.id}"
    await olga.get(f"{address}/edit")
    await olga.send(address, **{f"own_body_{channel.id}": "Only for the board."})
    page = await olga.get(address)
    assert "Only for the board." in page.text


async def test_authors_cant_open_the_posts_of_others(
    arrive: Arrive, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    view = await written(runtime, owner, channel)
    author = await arrive(Role.AUTHOR)
    page = await author.get(f"/posts/{view.post.id}/edit")
    assert page.path == f"/posts/{view.post.id}"
    assert not page.has_form(f"/posts/{view.post.id}")
    await author.get("/settings/profile")
    refused = await author.post(
        f"/posts/{view.post.id}",
        [("csrf", author.csrf), ("content_type", "feed_post"), ("body", "mine"), ("version", "1")],
    )
    assert refused.status == 403
    assert "mine" in refused.text


async def test_a_viewer_is_told_that_the_role_doesnt_write(arrive: Arrive, channel: Channel) -> None:
    viewer = await arrive(Role.VIEWER)
    page = await viewer.get("/posts/new")
    assert page.status == 403
    assert "author" in page.text


async def test_pictures_are_ordered_and_cropped_without_scripts(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await written(runtime, olga.actor, channel)
    address = f"/posts/{view.post.id}"
    await olga.get(f"{address}/edit")
    await olga.upload(address, PICTURE.read_bytes(), **dict(olga.page.form(address).fields))
    first = olga.page.form(address).value("media_id")
    page = await olga.get(next(link for link in olga.page.links if "/crop?" in link))
    await olga.send(page.path.partition("?")[0], ratio="0.5", size="80")
    assert "Cropped." in olga.page.text
    cut = olga.page.form(address).value("media_id")
    assert cut != first
    fields = [each for each in olga.page.form(address).fields if each[0] != "upload"]
    two = [*fields, ("media_id", first), ("alt", "Second")]
    await olga.post(address, [*two, ("act", "down:0"), ("then", "save")])
    stored = (await get_post(runtime, olga.actor, view.post.id)).revision.media
    assert [use["media_id"] for use in stored] == [first, cut]
