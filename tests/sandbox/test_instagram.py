"""Instagram as the stand-in plays it: containers, one visible step, media."""

from __future__ import annotations

import aiohttp
import pytest

from tests.support.graph import Graph, Pictures, picture
from tests.support.sandbox import Sandbox


async def test_a_picture_is_published_with_its_caption_and_alt_text(
    instagram: Graph, sandbox: Sandbox, image_url: str, http: aiohttp.ClientSession
) -> None:
    container = await instagram.container(image_url, caption="Bread #fresh", alt_text="A loaf")
    assert sandbox.posts(instagram.account.id) == []
    published = await instagram.publish(container.id)

    wanted = "id,caption,permalink,timestamp,media_type,media_product_type,shortcode,alt_text,media_url"
    media = await instagram.get(published.id, fields=wanted)
    assert media.body["caption"] == "Bread #fresh"
    assert media.body["alt_text"] == "A loaf"
    assert (media.body["media_type"], media.body["media_product_type"]) == ("IMAGE", "FEED")
    [post] = sandbox.posts(instagram.account.id)
    assert post["id"] == published.id
    assert post["permalink"] == media.body["permalink"]
    assert post["published_times"] == 1
    assert post["made_from"] == [container.id]
    async with http.get(media.body["media_url"]) as copy:
        assert await copy.read() == picture()


async def test_a_carousel_has_its_items_in_order(
    instagram: Graph, sandbox: Sandbox, pictures: Pictures
) -> None:
    urls = [pictures.add(f"{colour}.jpg", picture(colour=colour)) for colour in ("red", "green", "blue")]
    items = [
        await instagram.container(url, is_carousel_item="true", alt_text=f"Number {place}")
        for place, url in enumerate(urls)
    ]
    parent = await instagram.post(
        f"{instagram.account.id}/media",
        media_type="CAROUSEL",
        children=",".join(item.id for item in items),
        caption="Three",
        is_ai_generated="true",
    )
    published = await instagram.publish(parent.id)

    media = await instagram.get(published.id, fields="media_type,children{id,media_type}")
    assert media.body["media_type"] == "CAROUSEL_ALBUM"
    assert media.body["children"]["data"] == [{"id": item.id, "media_type": "IMAGE"} for item in items]
    [post] = sandbox.posts(instagram.account.id)
    assert [one["alt_text"] for one in post["pictures"]] == ["Number 0", "Number 1", "Number 2"]
    assert [one["source"] for one in post["pictures"]] == urls
    assert post["is_ai_generated"]


async def test_parameters_come_as_query_form_or_json(
    instagram: Graph, sandbox: Sandbox, image_url: str
) -> None:
    path, token = f"{instagram.account.id}/media", instagram.account.token
    for how in ("params", "data", "json"):
        body = {"image_url": image_url, "caption": how, "access_token": token}
        made = await instagram.call("POST", path, headers={}, **{how: body})
        assert (await instagram.publish(made.id)).status == 200
    assert {post["text"] for post in sandbox.posts(instagram.account.id)} == {"params", "data", "json"}


async def test_a_container_is_in_progress_then_finished_then_published(
    instagram: Graph, sandbox: Sandbox, image_url: str
) -> None:
    sandbox.fault("instagram.container", "container_slow", seconds=20)
    container = await instagram.container(image_url)
    assert await _status(instagram, container.id) == "IN_PROGRESS"
    assert (await instagram.publish(container.id)).error == (9007, 2207027)

    sandbox.advance(21)
    assert await _status(instagram, container.id) == "FINISHED"
    await instagram.publish(container.id)
    assert await _status(instagram, container.id) == "PUBLISHED"


async def test_a_container_expires_after_a_day(instagram: Graph, sandbox: Sandbox, image_url: str) -> None:
    container = await instagram.container(image_url)
    sandbox.advance(24 * 3600)
    assert await _status(instagram, container.id) == "EXPIRED"
    assert (await instagram.publish(container.id)).error == (-2, 2207020)
    assert sandbox.posts(instagram.account.id) == []


async def test_a_container_can_fail(instagram: Graph, sandbox: Sandbox, image_url: str) -> None:
    sandbox.fault("instagram.container", "container_error")
    container = await instagram.container(image_url)
    status = await instagram.get(container.id, fields="status_code,status")
    assert status.body["status_code"] == "ERROR"
    assert "2207032" in status.body["status"]
    assert (await instagram.publish(container.id)).error == (-1, 2207032)


async def test_a_container_is_published_once(instagram: Graph, sandbox: Sandbox, image_url: str) -> None:
    container = await instagram.container(image_url, caption="Once")
    await instagram.publish(container.id)
    assert (await instagram.publish(container.id)).error == (24, 2207008)
    assert (await instagram.publish("17900000000000001")).error == (24, 2207008)
    assert len(sandbox.posts(text="Once")) == 1


async def test_the_publishing_limit_counts_a_moving_day(
    instagram: Graph, sandbox: Sandbox, image_url: str
) -> None:
    account = instagram.account
    sandbox.seed_instagram(id=account.id, token=account.token, quota_total=1)
    limit = f"{account.id}/content_publishing_limit"
    await instagram.publish((await instagram.container(image_url)).id)
    used = await instagram.get(limit, fields="quota_usage,config")
    config = {"quota_total": 1, "quota_duration": 86400}
    assert used.body == {"data": [{"quota_usage": 1, "config": config}]}

    second = await instagram.container(image_url)
    assert (await instagram.publish(second.id)).error == (9, 2207042)
    sandbox.advance(24 * 3600 - 60)
    third = await instagram.container(image_url)
    sandbox.advance(120)
    assert (await instagram.publish(third.id)).status == 200


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        (picture(kind="PNG"), "image/jpeg", (36001, 2207005)),
        (picture(400, 1000), "image/jpeg", (36003, 2207009)),
        (picture(1000, 400), "image/jpeg", (36003, 2207009)),
        (b"<html>Sign in</html>", "image/jpeg", (9004, 2207052)),
        (picture() + bytes(9 * 1024 * 1024), "image/jpeg", (36000, 2207004)),
    ],
    ids=["png", "too tall", "too wide", "html", "too large"],
)
async def test_a_picture_that_will_not_do_is_refused(
    instagram: Graph, pictures: Pictures, body: bytes, kind: str, error: tuple[int, int]
) -> None:
    assert (await instagram.container(pictures.add("wrong", body, kind))).error == error


async def test_a_picture_that_cannot_be_had_is_refused(instagram: Graph, pictures: Pictures) -> None:
    missing = await instagram.container(f"{pictures.url}/missing.jpg")
    assert missing.error == (9004, 2207052)
    assert "missing.jpg" in missing.body["error"]["error_user_msg"]
    assert (await instagram.container("http://127.0.0.1:1/nobody.jpg")).error == (9004, 2207052)
    assert (await instagram.container("not an address")).error == (9004, 2207052)
    assert (await instagram.post(f"{instagram.account.id}/media", caption="None")).error == (100, 0)


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"caption": "x" * 2201}, (36004, 2207010)),
        ({"caption": "#a " * 31}, (36004, 2207010)),
        ({"caption": "@a " * 21}, (100, 2207040)),
        ({"alt_text": "x" * 1001}, (100, 0)),
        ({"media_type": "REELS"}, (100, 2207023)),
        ({"is_carousel_item": "true", "caption": "Not here"}, (100, 0)),
        ({"is_carousel_item": "true", "is_ai_generated": "true"}, (100, 0)),
        ({"media_type": "CAROUSEL", "children": "1"}, (100, 2207028)),
        ({"media_type": "CAROUSEL", "children": "1,2"}, (100, 0)),
    ],
)
async def test_what_instagram_does_not_take_is_refused(
    instagram: Graph, image_url: str, params: dict[str, str], error: tuple[int, int]
) -> None:
    assert (await instagram.container(image_url, **params)).error == error


async def test_media_are_listed_newest_first_in_pages(
    instagram: Graph, sandbox: Sandbox, image_url: str, http: aiohttp.ClientSession
) -> None:
    for place in range(3):
        await instagram.publish((await instagram.container(image_url, caption=f"Post {place}")).id)
        sandbox.advance(60)
    path = f"{instagram.account.id}/media"
    first = await instagram.get(path, fields="caption", limit="2")
    assert [item["caption"] for item in first.body["data"]] == ["Post 2", "Post 1"]
    async with http.get(first.body["paging"]["next"]) as answer:
        second = await answer.json()
    assert [item["caption"] for item in second["data"]] == ["Post 0"]
    assert "next" not in second["paging"]

    newest = await instagram.get(sandbox.posts(instagram.account.id)[0]["id"], fields="timestamp")
    since = await instagram.get(path, since=newest.body["timestamp"])
    assert [item["id"] for item in since.body["data"]] == [newest.id]
    assert (await instagram.get(path, since="yesterday")).error == (100, 0)


async def test_a_slow_listing_lacks_what_is_young(instagram: Graph, sandbox: Sandbox, image_url: str) -> None:
    sandbox.fault("instagram.list", "slow_listing", times=None, seconds=60)
    published = await instagram.publish((await instagram.container(image_url)).id)
    path = f"{instagram.account.id}/media"
    assert (await instagram.get(path)).body == {"data": []}
    assert (await instagram.get(published.id)).id == published.id
    sandbox.advance(61)
    assert [item["id"] for item in (await instagram.get(path)).body["data"]] == [published.id]


async def test_a_deleted_post_is_gone_everywhere(
    instagram: Graph, sandbox: Sandbox, image_url: str, http: aiohttp.ClientSession
) -> None:
    published = await instagram.publish((await instagram.container(image_url)).id)
    [post] = sandbox.posts(instagram.account.id)
    deleted = await instagram.delete(published.id)
    assert deleted.body == {"success": True, "deleted_id": published.id}
    assert (await instagram.delete(published.id)).error == (100, 33)
    assert (await instagram.get(published.id)).error == (100, 33)
    assert (await instagram.get(f"{instagram.account.id}/media")).body == {"data": []}
    assert sandbox.posts(instagram.account.id) == []
    async with http.get(post["permalink"]) as page:
        assert page.status == 404


async def test_insights_grow_with_time_and_know_no_retired_metric(
    instagram: Graph, sandbox: Sandbox, image_url: str
) -> None:
    published = await instagram.publish((await instagram.container(image_url)).id)
    path = f"{published.id}/insights"
    young = await instagram.get(path, metric="views,reach")
    sandbox.advance(48 * 3600)
    old = await instagram.get(path, metric="views,reach")
    assert [entry["name"] for entry in old.body["data"]] == ["views", "reach"]
    before, after = (answer.body["data"][0]["values"][0]["value"] for answer in (young, old))
    assert before < after
    assert (await instagram.get(path, metric="views,impressions")).error == (100, 0)


async def test_unknown_fields_objects_and_edges_are_refused(instagram: Graph) -> None:
    account = instagram.account
    assert (await instagram.get(account.id, fields="id,username,name")).body == {
        "id": account.id,
        "username": "casaluz",
        "name": "Casa Luz",
    }
    assert (await instagram.get(account.id, fields="shoe_size")).error == (100, 0)
    assert (await instagram.get("424242")).error == (100, 33)
    assert (await instagram.get(f"{account.id}/stories")).error == (100, 33)
    assert (await instagram.get(f"{account.id}/media/more")).error == (100, 33)


async def _status(graph: Graph, container: str) -> str:
    return str((await graph.get(container, fields="status_code")).body["status_code"])
