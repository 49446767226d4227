"""A Facebook Page as the stand-in plays it: drafts, photos, the one visible step."""

from __future__ import annotations

import json
from datetime import datetime

import aiohttp
import pytest

from tests.support.graph import Graph, Pictures, picture
from tests.support.sandbox import Sandbox

READ_BACK = "id,message,created_time,permalink_url,is_published"


async def test_a_draft_is_published_once_however_often_one_asks(facebook: Graph, sandbox: Sandbox) -> None:
    feed = f"{facebook.account.id}/feed"
    draft = await facebook.post(feed, message="Fresh bread", published="false")
    assert (await facebook.get(draft.id, fields="is_published")).body["is_published"] is False
    assert sandbox.posts(facebook.account.id) == []
    assert (await facebook.get(feed)).body == {"data": []}

    for _ in range(2):
        assert (await facebook.post(draft.id, is_published="true")).body == {"success": True}
    read = await facebook.get(draft.id, fields=READ_BACK)
    assert read.body["is_published"] is True
    [post] = sandbox.posts(facebook.account.id)
    assert (post["text"], post["published_times"]) == ("Fresh bread", 1)
    assert post["permalink"] == read.body["permalink_url"]
    assert [item["id"] for item in (await facebook.get(feed)).body["data"]] == [draft.id]
    assert (await facebook.post(draft.id, is_published="false")).error == (100, 0)


async def test_a_published_draft_bears_the_time_of_publishing(facebook: Graph, sandbox: Sandbox) -> None:
    draft = await facebook.post(f"{facebook.account.id}/feed", message="Later", published="false")
    made = (await facebook.get(draft.id)).body["created_time"]
    sandbox.advance(3600)
    await facebook.post(draft.id, is_published="true")
    assert (await facebook.get(draft.id)).body["created_time"] > made


async def test_a_link_is_posted_at_once_and_found_by_its_key(facebook: Graph, sandbox: Sandbox) -> None:
    link = "https://casaluz.example/bread?utm_content=k3y5abcdefgh"
    made = await facebook.post(f"{facebook.account.id}/feed", message="Look", link=link)
    assert sandbox.visible("k3y5abcdefgh") == 1
    read = await facebook.get(made.id, fields="attachments{url}")
    assert read.body["attachments"] == {"data": [{"url": link}]}
    [call] = sandbox.requests(facebook.account.id, "facebook.direct")
    assert call["key"] == "k3y5abcdefgh"


async def test_photos_are_uploaded_and_used_in_a_post(
    facebook: Graph, sandbox: Sandbox, pictures: Pictures, image_url: str
) -> None:
    photos = f"{facebook.account.id}/photos"
    by_address = await facebook.post(photos, url=image_url, published="false", alt_text_custom="A loaf")
    form = aiohttp.FormData({"published": "false", "alt_text_custom": "A bun"})
    form.add_field("source", picture(kind="PNG"), filename="bun.png", content_type="image/png")
    by_file = await facebook.call("POST", photos, data=form)
    used = json.dumps([{"media_fbid": by_address.id}, {"media_fbid": by_file.id}])
    assert (await facebook.get(photos, type="uploaded")).body == {"data": []}

    made = await facebook.post(f"{facebook.account.id}/feed", message="Two", attached_media=used)
    [post] = sandbox.posts(facebook.account.id)
    assert post["id"] == made.id
    assert [one["alt_text"] for one in post["pictures"]] == ["A loaf", "A bun"]
    assert post["made_from"] == [by_address.id, by_file.id]
    assert sandbox.visible(by_file.id) == 1
    listed = await facebook.get(photos, fields="page_story_id,alt_text_custom")
    assert {item["page_story_id"] for item in listed.body["data"]} == {made.id}


async def test_a_single_photo_is_a_post_of_its_own(facebook: Graph, sandbox: Sandbox, image_url: str) -> None:
    made = await facebook.post(f"{facebook.account.id}/photos", url=image_url, caption="Bun")
    [post] = sandbox.posts(facebook.account.id)
    assert (post["id"], post["text"]) == (made.body["post_id"], "Bun")
    photo = await facebook.get(made.id, fields="name,page_story_id")
    assert photo.body == {"name": "Bun", "page_story_id": post["id"], "id": made.id}


async def test_attached_photos_may_be_numbered_parameters(
    facebook: Graph, sandbox: Sandbox, image_url: str
) -> None:
    photo = await facebook.post(f"{facebook.account.id}/photos", url=image_url, published="false")
    numbered = {"attached_media[0]": json.dumps({"media_fbid": photo.id}), "message": "Numbered"}
    await facebook.call("POST", f"{facebook.account.id}/feed", data=numbered)
    assert sandbox.posts(text="Numbered")[0]["made_from"] == [photo.id]


async def test_photos_that_cannot_be_used_are_refused(
    facebook: Graph, sandbox: Sandbox, http: aiohttp.ClientSession, image_url: str
) -> None:
    other = Graph(http, sandbox.graph_url, sandbox.seed_facebook())
    foreign = await other.post(f"{other.account.id}/photos", url=image_url, published="false")
    old = await facebook.post(f"{facebook.account.id}/photos", url=image_url, published="false")
    sandbox.advance(24 * 3600)
    for id in (foreign.id, old.id, "1330000000000009"):
        wanted = json.dumps([{"media_fbid": id}])
        made = await facebook.post(f"{facebook.account.id}/feed", message="No", attached_media=wanted)
        assert made.error == (100, 0)
    assert (await facebook.get(old.id)).error == (100, 33)
    assert sandbox.posts(text="No") == []


async def test_a_file_that_is_no_photo_is_refused(facebook: Graph, pictures: Pictures) -> None:
    page = pictures.add("page.jpg", b"<html></html>")
    photos = f"{facebook.account.id}/photos"
    assert (await facebook.post(photos, url=page)).error == (100, 1366046)
    assert (await facebook.post(photos, url=f"{pictures.url}/missing.jpg")).error == (324, 0)
    assert (await facebook.post(photos, caption="No file")).error == (324, 0)


async def test_a_scheduled_post_appears_by_itself(facebook: Graph, sandbox: Sandbox, image_url: str) -> None:
    photo = await facebook.post(
        f"{facebook.account.id}/photos", url=image_url, published="false", temporary="true"
    )
    now = (await facebook.get(photo.id)).body["created_time"]
    due = int(_seconds(now)) + 1200
    scheduled = await facebook.post(
        f"{facebook.account.id}/feed",
        message="On time",
        published="false",
        scheduled_publish_time=str(due),
        unpublished_content_type="SCHEDULED",
        attached_media=json.dumps([{"media_fbid": photo.id}]),
    )
    read = await facebook.get(scheduled.id, fields="scheduled_publish_time,is_published")
    assert (read.body["scheduled_publish_time"], read.body["is_published"]) == (due, False)
    sandbox.advance(600)
    assert sandbox.posts(text="On time") == []
    sandbox.advance(900)
    [post] = sandbox.posts(text="On time")
    assert _seconds(post["published_at"]) == due


@pytest.mark.parametrize("minutes", [5, 60 * 24 * 31])
async def test_a_schedule_outside_the_window_is_refused(
    facebook: Graph, minutes: int, image_url: str
) -> None:
    photo = await facebook.post(f"{facebook.account.id}/photos", url=image_url, published="false")
    due = _seconds((await facebook.get(photo.id)).body["created_time"]) + minutes * 60
    refused = await facebook.post(
        f"{facebook.account.id}/feed", message="x", published="false", scheduled_publish_time=str(int(due))
    )
    assert refused.error == (100, 0)


async def test_the_same_text_twice_in_a_row_is_refused(facebook: Graph, sandbox: Sandbox) -> None:
    feed = f"{facebook.account.id}/feed"
    await facebook.post(feed, message="Again")
    assert (await facebook.post(feed, message="Again")).error == (506, 0)
    await facebook.post(feed, message="Between")
    assert (await facebook.post(feed, message="Again")).status == 200
    assert len(sandbox.posts(text="Again")) == 2


async def test_a_post_is_edited_and_deleted(
    facebook: Graph, sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    made = await facebook.post(f"{facebook.account.id}/feed", message="Frist")
    assert (await facebook.post(made.id, message="First")).body == {"success": True}
    [post] = sandbox.posts(facebook.account.id)
    assert post["text"] == "First"
    assert (await facebook.delete(made.id)).body == {"success": True}
    assert (await facebook.delete(made.id)).error == (100, 33)
    assert (await facebook.post(made.id, is_published="true")).error == (100, 33)
    assert sandbox.posts(facebook.account.id) == []
    assert sandbox.posts(facebook.account.id, hidden=True)[0]["state"] == "deleted"
    async with http.get(post["permalink"]) as page:
        assert page.status == 404


async def test_photos_of_a_deleted_post_stay_until_they_are_deleted(facebook: Graph, image_url: str) -> None:
    made = await facebook.post(f"{facebook.account.id}/photos", url=image_url)
    await facebook.delete(made.body["post_id"])
    photos = f"{facebook.account.id}/photos"
    assert [item["id"] for item in (await facebook.get(photos)).body["data"]] == [made.id]
    assert (await facebook.delete(made.id)).body == {"success": True}
    assert (await facebook.get(photos)).body == {"data": []}


async def test_an_empty_or_endless_post_is_refused(facebook: Graph) -> None:
    feed = f"{facebook.account.id}/feed"
    assert (await facebook.post(feed)).error == (100, 0)
    assert (await facebook.post(feed, link="javascript:alert(1)")).error == (100, 0)
    assert (await facebook.post(feed, message="x" * 63_207)).error == (100, 0)
    assert (await facebook.post(feed, message="x", attached_media="no json")).error == (100, 0)


async def test_insights_and_counts_of_a_post(facebook: Graph, sandbox: Sandbox) -> None:
    made = await facebook.post(f"{facebook.account.id}/feed", message="Counted")
    sandbox.advance(48 * 3600)
    insights = await facebook.get(f"{made.id}/insights", metric="post_media_view,post_clicks")
    assert [entry["name"] for entry in insights.body["data"]] == ["post_media_view", "post_clicks"]
    assert insights.body["data"][0]["values"][0]["value"] > 0
    assert (await facebook.get(f"{made.id}/insights", metric="post_impressions")).error == (100, 0)
    wanted = "shares,comments.summary(true).limit(0),reactions.summary(total_count).limit(0)"
    counts = await facebook.get(made.id, fields=wanted)
    assert counts.body["reactions"]["summary"]["total_count"] > 0


async def test_the_page_tells_its_name(facebook: Graph, sandbox: Sandbox) -> None:
    linked = sandbox.seed_instagram(page_id=facebook.account.id, username="linked")
    page = await facebook.get(facebook.account.id, fields="name,instagram_business_account{username}")
    assert page.body["name"] == "Casa Luz"
    assert page.body["instagram_business_account"] == {"username": "linked", "id": linked.id}


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
