"""What the editor's script says while people type, over real HTTP."""

from __future__ import annotations

import json
from typing import Any

from signoff.kernel.ids import new_id
from signoff.pipeline.draft.edit import edit_post
from signoff.records.posts.listing import list_posts
from signoff.records.posts.queries import get_post
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import written
from tests.web.visitor import Page, Visitor


def told(page: Page) -> dict[str, Any]:
    assert page.status == 200, page.text
    said: dict[str, Any] = json.loads(page.body)
    return said


TURN = "1795267000000"
HUGE = {"copy": str(new_id()), "version": "9" * 12, "turn": "1"}


async def test_what_is_typed_is_kept_and_becomes_a_version_when_the_page_is_left(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await written(runtime, olga.actor, channel)
    address = f"/posts/{view.post.id}"
    await olga.get(f"{address}/edit")
    fields = dict(olga.page.form(address).fields) | {"body": "Half a", "link": "http", "turn": TURN}
    said = told(await olga.post(f"{address}/keep", fields.items()))
    assert (said["is_saved"], said["has_words"], said["version"]) == (True, True, 1)
    page = await olga.get(f"{address}/edit")
    assert page.form(address).value("body") == "Fresh bread at eight."
    whole = fields | {"body": "Half a loaf.", "link": "https://a.example", "turn": f"{TURN}1"}
    assert (await olga.post(f"{address}/leave", whole.items())).status == 204
    stored = (await get_post(runtime, olga.actor, view.post.id)).revision
    assert (stored.number, stored.body, stored.link) == (2, "Half a loaf.", "https://a.example")


async def test_words_that_cant_be_a_version_are_offered_when_one_comes_back(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await written(runtime, olga.actor, channel)
    address = f"/posts/{view.post.id}"
    await olga.get(f"{address}/edit")
    fields = dict(olga.page.form(address).fields) | {"body": "Half a loaf.", "link": "http", "turn": "1"}
    await olga.post(f"{address}/leave", fields.items())
    page = await olga.get(f"{address}/edit")
    assert "what is in no version yet" in page.text
    page = await olga.get(next(link for link in page.links if "?copy=" in link))
    assert (page.form(address).value("body"), page.form(address).value("link")) == ("Half a loaf.", "http")
    await olga.send(address, ("then", "save"), link="https://a.example")
    assert (await get_post(runtime, olga.actor, view.post.id)).revision.body == "Half a loaf."
    forget = f"{address}/copies/{fields['copy']}/forget"
    await olga.send(forget)
    assert "what is in no version yet" not in (await olga.get(f"{address}/edit")).text


async def test_words_that_stand_beside_a_newer_version_never_replace_it_by_themselves(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await written(runtime, olga.actor, channel)
    address = f"/posts/{view.post.id}"
    await olga.get(f"{address}/edit")
    fields = dict(olga.page.form(address).fields) | {"body": "Mine", "turn": "1"}
    await edit_post(runtime, olga.actor, view.post.id, {"body": "Theirs"}, version=view.post.version)
    said = told(await olga.post(f"{address}/keep", fields.items()))
    assert not said["is_saved"]
    assert "saved a newer version" in said["news"]
    await olga.post(f"{address}/leave", (fields | {"turn": "2"}).items())
    assert (await get_post(runtime, olga.actor, view.post.id)).revision.body == "Theirs"
    assert "what is in no version yet" in (await olga.get(f"{address}/edit")).text


async def test_the_button_stores_what_is_in_the_form_although_the_post_had_begun_by_itself(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    assert channel
    await olga.get("/posts/new")
    form = dict(olga.page.form("/posts").fields) | {"body": "Ry"}
    begun = told(await olga.post("/posts/begin", form.items()))
    await olga.get("/posts/new")
    await olga.send("/posts", body="Rye is back.", copy=form["copy"])
    posts = (await list_posts(runtime, olga.actor)).items
    assert [f"/posts/{each.post.id}" for each in posts] == [begun["address"]]
    assert posts[0].revision.body == "Rye is back."


async def test_what_isnt_a_window_is_refused(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    view = await written(runtime, olga.actor, channel)
    await olga.get(f"/posts/{view.post.id}/edit")
    csrf = olga.csrf
    for fields in ({}, {"copy": str(new_id())}, {"copy": "x", "version": "1", "turn": "1"}, HUGE):
        page = await olga.post(f"/posts/{view.post.id}/keep", [("csrf", csrf), *fields.items()])
        assert page.status in {404, 422}
