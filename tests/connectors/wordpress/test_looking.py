"""Settling a doubt, finding a post by its address, taking it down, leaving nothing behind: on a real site."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from signoff.connectors.base import CannotTell, Doubt, Finding, NotPublished, Parcel, Published, Receipt
from signoff.connectors.errors import Ambiguous, Refused
from signoff.connectors.wordpress.connector import WordPress
from tests.connectors.wordpress.world import NOW, Carrier, parcel_for
from tests.support.loopback import serving
from tests.support.wordpress import WordPressSite

pytestmark = pytest.mark.server

DOUBT = Doubt(NOW, is_settled=True)


async def prepared(connector: WordPress, parcel: Parcel) -> Carrier:
    carrier = Carrier(connector, parcel)
    carrier.kept = dict(await connector.prepare(parcel, {}, carrier.keep))
    return carrier


async def published(connector: WordPress, parcel: Parcel) -> tuple[Carrier, Receipt]:
    carrier = await prepared(connector, parcel)
    return carrier, await connector.commit(parcel, carrier.kept)


@pytest.mark.parametrize("memory", ["checkpoint", "nothing"])
async def test_a_look_finds_what_is_out(connector: WordPress, wordpress: WordPressSite, memory: str) -> None:
    carrier, receipt = await published(connector, parcel_for(connector, wordpress.credentials()))
    ready = carrier.kept if memory == "checkpoint" else {}
    assert await connector.reconcile(carrier.parcel, ready, DOUBT) == Published(receipt)


async def test_a_draft_proves_that_it_is_not_out(connector: WordPress, wordpress: WordPressSite) -> None:
    carrier = await prepared(connector, parcel_for(connector, wordpress.credentials(), "brown"))
    for ready in (carrier.kept, {}):
        finding = await connector.reconcile(carrier.parcel, ready, DOUBT)
        assert isinstance(finding, NotPublished)
        assert not finding.from_listing
        assert "as draft" in finding.evidence


async def test_nothing_under_the_slug_proves_it_as_a_listing_does(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    finding = await connector.reconcile(parcel_for(connector, wordpress.credentials()), {}, DOUBT)
    assert isinstance(finding, NotPublished)
    assert finding.from_listing


@pytest.mark.parametrize("change", ["edited", "trashed", "deleted", "future"])
async def test_what_somebody_changed_needs_a_person(
    connector: WordPress, wordpress: WordPressSite, change: str
) -> None:
    carrier = await prepared(connector, parcel_for(connector, wordpress.credentials()))
    post = f"posts/{carrier.kept['post_id']}"
    match change:
        case "edited":
            await wordpress.call("POST", post, json={"title": "Other words"})
        case "trashed":
            await wordpress.call("DELETE", post)
        case "deleted":
            await wordpress.call("DELETE", post, params={"force": "true"})
        case _:
            await wordpress.call("POST", post, json={"status": "future", "date_gmt": "2040-01-01T00:00:00"})
    finding = await connector.reconcile(carrier.parcel, carrier.kept, DOUBT)
    assert isinstance(finding, CannotTell)
    assert finding.is_final


async def test_a_site_that_does_not_answer_leaves_the_doubt(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    carrier = await prepared(connector, parcel_for(connector, wordpress.credentials()))
    revoked = {**wordpress.credentials(), "application_password": "wrong"}
    locked_out = replace(carrier.parcel, link=replace(carrier.parcel.link, credentials=revoked))
    finding: Finding = await connector.reconcile(locked_out, carrier.kept, DOUBT)
    assert isinstance(finding, CannotTell)
    assert not finding.is_final
    assert "application password" in finding.reason


async def test_a_channel_that_ends_as_draft_is_done_with_the_draft(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    parcel = parcel_for(connector, wordpress.credentials(), options={"publish_as": "draft"})
    carrier = await prepared(connector, parcel)
    finding = await connector.reconcile(parcel, carrier.kept, DOUBT)
    assert isinstance(finding, Published)
    assert not finding.receipt.is_public
    assert isinstance(await connector.reconcile(parcel, {}, DOUBT), NotPublished)


async def test_a_post_is_found_by_each_of_its_addresses(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    carrier, receipt = await published(connector, parcel_for(connector, wordpress.credentials()))
    id, slug = receipt.external_id, receipt.raw["slug"]
    for address in (
        receipt.permalink,
        f"  {wordpress.url}/{slug}  ",
        f"{wordpress.url}/?p={id}",
        f"{wordpress.url}/wp-admin/post.php?post={id}&action=edit",
    ):
        assert await connector.find(carrier.parcel, address) == receipt, address


async def test_an_address_of_something_else_finds_nothing(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    carrier, receipt = await published(connector, parcel_for(connector, wordpress.credentials()))
    draft = await prepared(connector, parcel_for(connector, wordpress.credentials()))
    slug = receipt.raw["slug"]
    for address in (
        f"https://elsewhere.test/{slug}/",
        f"{wordpress.url}/2020/{slug}/",
        f"{wordpress.url}/",
        f"{wordpress.url}/?p=999999",
        f"{wordpress.url}/?p={draft.kept['post_id']}",
        "no address",
    ):
        assert await connector.find(carrier.parcel, address) is None, address


async def test_taking_down_moves_to_the_trash_and_may_be_repeated(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    carrier, receipt = await published(connector, parcel_for(connector, wordpress.credentials()))
    assert "trash" in await connector.take_down(carrier.parcel, receipt)
    assert (await wordpress.visitor(receipt.permalink))[0] == 404
    (post,) = await wordpress.having(carrier.parcel.key)
    assert post["status"] == "trash"
    assert "gone" in await connector.take_down(carrier.parcel, receipt)
    await wordpress.call("DELETE", f"posts/{receipt.external_id}", params={"force": "true"})
    assert "gone" in await connector.take_down(carrier.parcel, receipt)


async def test_a_page_is_taken_down_after_the_channel_changed_to_posts(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    pages = parcel_for(connector, wordpress.credentials("editor"), options={"post_type": "pages"})
    _, receipt = await published(connector, pages)
    posts = replace(pages, link=replace(pages.link, options={"post_type": "posts"}))
    assert "trash" in await connector.take_down(posts, receipt)
    assert (await wordpress.visitor(receipt.permalink))[0] == 404


async def test_cleaning_up_removes_draft_and_pictures(connector: WordPress, wordpress: WordPressSite) -> None:
    carrier = await prepared(connector, parcel_for(connector, wordpress.credentials(), "brown", "white"))
    key = carrier.parcel.key
    assert (len(await wordpress.having(key)), len(await wordpress.pictures_of(key))) == (1, 2)
    for _ in range(2):
        await connector.clean_up(carrier.parcel, carrier.kept)
        assert (await wordpress.having(key), await wordpress.pictures_of(key)) == ([], [])


async def test_cleaning_up_finds_a_draft_whose_answer_was_lost(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    carrier = await prepared(connector, parcel_for(connector, wordpress.credentials()))
    await connector.clean_up(carrier.parcel, {})
    assert await wordpress.having(carrier.parcel.key) == []


@pytest.mark.parametrize("touched", ["edited", "trashed", "renamed"])
async def test_cleaning_up_leaves_what_people_touched(
    connector: WordPress, wordpress: WordPressSite, touched: str
) -> None:
    carrier = await prepared(connector, parcel_for(connector, wordpress.credentials(), "brown"))
    post = f"posts/{carrier.kept['post_id']}"
    match touched:
        case "renamed":
            await wordpress.call("POST", post, json={"slug": "a-name-of-our-own"})
        case "edited":
            await wordpress.call("POST", post, json={"content": "Other words"})
        case _:
            await wordpress.call("DELETE", post)
    await connector.clean_up(carrier.parcel, carrier.kept)
    assert (await wordpress.call("GET", post, params={"context": "edit"}))["id"] == carrier.kept["post_id"]
    assert len(await wordpress.pictures_of(carrier.parcel.key)) == 1


@pytest.mark.parametrize("memory", ["checkpoint", "nothing"])
@pytest.mark.parametrize(
    ("state", "says"),
    [
        ({"status": "publish"}, "is public"),
        ({"status": "future", "date_gmt": "2040-01-01T00:00:00"}, "at a date of its own"),
    ],
)
async def test_cleaning_up_says_when_the_post_is_out(
    connector: WordPress, wordpress: WordPressSite, memory: str, state: dict[str, str], says: str
) -> None:
    carrier = await prepared(connector, parcel_for(connector, wordpress.credentials(), "brown"))
    await wordpress.call("POST", f"posts/{carrier.kept['post_id']}", json=state)
    with pytest.raises(Ambiguous, match=says):
        await connector.clean_up(carrier.parcel, carrier.kept if memory == "checkpoint" else {})
    (post,) = await wordpress.having(carrier.parcel.key)
    assert post["status"] == state["status"]
    assert len(await wordpress.pictures_of(carrier.parcel.key)) == 1


@pytest.mark.parametrize("memory", ["checkpoint", "nothing"])
@pytest.mark.parametrize("colours", [(), ("brown", "white")])
async def test_a_draft_published_by_hand_counts_as_it_was_approved(
    connector: WordPress, wordpress: WordPressSite, memory: str, colours: tuple[str, ...]
) -> None:
    carrier = await prepared(connector, parcel_for(connector, wordpress.credentials(), *colours))
    id = carrier.kept["post_id"]
    await wordpress.call("POST", f"posts/{id}", json={"status": "publish"})
    if memory == "nothing":
        carrier.kept = {}
    finding = await connector.reconcile(carrier.parcel, carrier.kept, DOUBT)
    assert isinstance(finding, Published)
    assert finding.receipt.external_id == str(id)
    ready = await connector.prepare(carrier.parcel, carrier.kept, carrier.keep)
    assert await connector.commit(carrier.parcel, ready) == finding.receipt


@pytest.mark.parametrize("memory", ["checkpoint", "nothing"])
@pytest.mark.parametrize(
    ("edit", "named"),
    [
        ({"title": "Other words"}, "title: “Other words” in place of “New bread & rolls”"),
        ({"content": "Other words"}, "content: “Other words” in place of"),
        ({"featured_media": 0}, "featured picture"),
    ],
)
async def test_a_draft_edited_and_published_by_hand_needs_a_person(
    connector: WordPress, wordpress: WordPressSite, memory: str, edit: dict[str, Any], named: str
) -> None:
    """Also when a look comes first, and when a try comes first: neither takes it for the approved post."""
    carrier = await prepared(connector, parcel_for(connector, wordpress.credentials(), "brown"))
    id = carrier.kept["post_id"]
    await wordpress.call("POST", f"posts/{id}", json={**edit, "status": "publish"})
    if memory == "nothing":
        carrier.kept = {}
    finding = await connector.reconcile(carrier.parcel, carrier.kept, DOUBT)
    assert isinstance(finding, CannotTell)
    assert finding.is_final
    assert "not as approved" in finding.reason
    assert named in finding.reason

    ready = await connector.prepare(carrier.parcel, carrier.kept, carrier.keep)
    with pytest.raises(Ambiguous) as doubt:
        await connector.commit(carrier.parcel, ready)
    assert named in doubt.value.detail
    (post,) = await wordpress.having(carrier.parcel.key)
    receipt = await connector.find(carrier.parcel, post["link"])  # the person says: yes, it is out
    assert receipt is not None
    assert receipt.external_id == str(id)


async def test_anothers_post_is_not_taken_for_this_delivery(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    carrier = await prepared(connector, parcel_for(connector, wordpress.credentials()))
    others = {"title": "About us", "content": "<p>We are a bakery.</p>", "status": "publish"}
    other = await wordpress.call("POST", "posts", role="author", json=others)
    for address in (other["link"], f"{wordpress.url}/?p={other['id']}"):
        with pytest.raises(Refused, match="isn't this delivery's: its text is another"):
            await connector.find(carrier.parcel, address)


async def test_a_copy_made_by_hand_with_the_same_words_is_taken(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    carrier = await prepared(connector, parcel_for(connector, wordpress.credentials(), "brown"))
    content = (
        "<p>We bake <em>rye</em> &amp; spelt.</p>\n<h3>When?</h3>\n\n"
        "<p>From six in the morning, see the list.</p>"
    )
    copy = {"title": "New bread &amp; rolls", "content": content, "status": "publish"}
    made = await wordpress.call("POST", "posts", role="author", json=copy)
    receipt = await connector.find(carrier.parcel, made["link"])
    assert receipt is not None
    assert receipt.external_id == str(made["id"])


async def test_taking_down_where_the_host_blocks_delete_or_keeps_no_trash(connector: WordPress) -> None:
    calls: list[str] = []

    async def site(request: web.Request) -> web.Response:
        calls.append(f"{request.method} {request.query.get('_method', '')}")
        if request.method == "GET":
            link = f'<http://{request.host}/wp-json/>; rel="https://api.w.org/"'
            return web.Response(text="Home", headers={"Link": link})
        if request.method == "DELETE":
            return web.Response(status=405, text="<html>Method not allowed</html>")
        if "_method" in request.query:
            trashless = {"code": "rest_trash_not_supported", "message": "No trash.", "data": {"status": 501}}
            return web.json_response(trashless, status=501)
        body = await request.json()
        return web.json_response({"id": 7, "slug": "s", "link": "x", **body})

    async with serving(site) as url:
        credentials = {"site_url": url, "username": "u", "application_password": "p"}
        parcel = parcel_for(connector, credentials)
        assert "draft" in await connector.take_down(parcel, Receipt("7", "", {"type": "post"}))
    assert calls == ["GET ", "DELETE ", "POST DELETE", "POST "]
