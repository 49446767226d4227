"""What one channel says differently, written in the editor without scripts."""

from __future__ import annotations

import pytest

from signoff.kernel.people import Actor
from signoff.pipeline.draft.content import Override
from signoff.pipeline.draft.edit import edit_post
from signoff.records.deliveries.views import PostView
from signoff.records.posts.listing import list_posts
from signoff.records.posts.queries import get_post
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.media.pictures import saved, scene
from tests.support.posts import written
from tests.support.world import connect_board
from tests.web.visitor import Page, Visitor


@pytest.fixture
async def second(runtime: Runtime, owner: Actor, brand: Brand) -> Channel:
    return await connect_board(runtime, owner, brand, "mercado")


@pytest.fixture
async def address(olga: Visitor, runtime: Runtime, channel: Channel, second: Channel) -> str:
    """Of a draft for two channels, open in the editor."""
    view = await written(runtime, olga.actor, channel, second)
    await olga.get(f"/posts/{view.post.id}/edit")
    return f"/posts/{view.post.id}"


async def _only(runtime: Runtime, olga: Visitor) -> PostView:
    return (await list_posts(runtime, olga.actor)).items[0]


def _attributes(page: Page, tag: str, name: str) -> set[str]:
    return {value for each, key, value in page.reader.attributes if (each, key) == (tag, name)}


async def test_a_channel_shows_the_masters_text_until_it_has_its_own(
    olga: Visitor, address: str, channel: Channel, second: Channel
) -> None:
    assert _attributes(olga.page, "textarea", "placeholder") == {"Fresh bread at eight."}
    page = await olga.send(address, ("act", f"own:{second.id}"))
    assert page.form(address).value(f"own_body_{second.id}") == "Fresh bread at eight."
    assert page.form(address).value(f"own_body_{channel.id}") == ""
    page = await olga.send(address, **{f"own_body_{second.id}": "Fresh rolls at eight."})
    assert {"ins", "del"} <= set(page.reader.tags)
    page = await olga.send(address, ("act", f"master:{second.id}"))
    assert page.form(address).value(f"own_body_{second.id}") == ""
    assert "ins" not in page.reader.tags


async def test_each_channel_says_what_stands_in_its_way(olga: Visitor, address: str, second: Channel) -> None:
    fields = [each for each in olga.page.form(address).fields if each[0] != f"own_body_{second.id}"]
    page = await olga.post("/posts/preview", [*fields, (f"own_body_{second.id}", "x" * 600)])
    assert "113 characters too long" in page.text
    named = [value for _, name, value in page.reader.attributes if name == "aria-label"]
    assert "Takes it as it is" in named
    assert "The text is 113 characters too long." in named


async def test_a_channel_has_its_own_title_and_link_and_keeps_what_the_page_doesnt_show(
    olga: Visitor, runtime: Runtime, address: str, second: Channel
) -> None:
    key = str(second.id)
    await olga.send(
        address, **{f"own_title_{key}": "Bread", f"own_link_{key}": "https://a.example/", "title": "Rolls"}
    )
    view = await _only(runtime, olga)
    assert view.revision.overrides == {key: {"title": "Bread", "link": "https://a.example/"}}
    untitled = {second.id: Override(title="")}
    await edit_post(runtime, olga.actor, view.post.id, {"overrides": untitled}, version=view.post.version)
    await olga.get(f"{address}/edit")
    await olga.send(address, body="Other words.")
    view = await get_post(runtime, olga.actor, view.post.id)
    assert view.revision.overrides == {key: {"title": ""}}


async def test_a_picture_is_cropped_for_one_channel_and_goes_back_to_the_masters(
    olga: Visitor, runtime: Runtime, address: str, second: Channel
) -> None:
    fields = dict(olga.page.form(address).fields) | {"channel": str(second.id)}
    page = await olga.upload(address, saved(scene(), "PNG"), **fields)
    whole = page.form(address).value("media_id")
    crop = next(link for link in page.links if f"channel={second.id}" in link)
    await olga.get(crop)
    page = await olga.send(f"/media/{whole}/crop", ratio="1.0")
    assert "Cropped for this channel" in page.text
    view = await _only(runtime, olga)
    ((picture, cut),) = view.revision.overrides[str(second.id)]["crops"].items()
    assert (picture, cut != whole) == (whole, True)
    assert [use["media_id"] for use in view.revision.media] == [whole]
    assert page.form(address).value(f"crop_{second.id}") == f"{whole}:{cut}"

    await olga.get(next(each for each in page.links if f"{whole}/crop" in each and "channel" not in each))
    page = await olga.send(f"/media/{whole}/crop", ratio="0.5")
    view = await _only(runtime, olga)
    master = view.revision.media[0]["media_id"]
    assert view.revision.overrides == {str(second.id): {"crops": {master: cut}}}

    await olga.send(address, ("act", f"whole:{second.id}:{master}"))
    assert (await _only(runtime, olga)).revision.overrides == {}


async def test_on_a_conflict_the_channels_own_texts_are_compared_too(
    olga: Visitor, runtime: Runtime, address: str, second: Channel
) -> None:
    view = await _only(runtime, olga)
    theirs = {"overrides": {second.id: Override(body="Rolls at nine.")}}
    await edit_post(runtime, olga.actor, view.post.id, theirs, version=view.post.version)
    page = await olga.send(address, **{f"own_body_{second.id}": "Rolls at ten."})
    assert page.status == 412
    assert f"Only for {second.name} Rolls at nine ten ." in page.text
    assert page.form(address).value(f"own_body_{second.id}") == "Rolls at ten."
