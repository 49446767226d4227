"""From a written post to one that visitors of a real WordPress read, and away again, through REST."""

from __future__ import annotations

import pytest

from tests.journeys.steps import (
    approved,
    came_to,
    connected,
    photo,
    published_now,
    read,
    send,
    submitted,
    uploaded,
)
from tests.support.rest import Caller
from tests.support.wordpress import WordPressSite

pytestmark = pytest.mark.server

ALT = "A rye loaf & a “bun”"


async def test_an_approved_post_is_on_the_site_once_with_its_picture_and_can_be_taken_down(
    olga: Caller, brand: str, wordpress: WordPressSite
) -> None:
    channel = await connected(olga, brand, "wordpress", wordpress.credentials())
    picture = await uploaded(olga, photo("PNG"), ALT)
    post = await submitted(
        olga, brand, channel, title="Rye is back", body="We bake **rye** again.", media=[picture]
    )

    decided = await approved(olga, post)
    assert decided["post"]["state"] == "approved"
    assert (await read(olga, f"/posts/{post}"))["deliveries"] == []
    placed = await send(olga, f"/posts/{post}/deliveries", {"due_at": "now"})
    (delivery,) = placed["items"]
    detail = await came_to(olga, delivery["id"], "published")

    (article,) = await wordpress.having(detail["key"])
    assert article["slug"].endswith(detail["key"])
    assert (article["status"], article["title"]["raw"]) == ("publish", "Rye is back")
    assert (detail["permalink"], detail["external_id"]) == (article["link"], str(article["id"]))
    assert detail["is_sandbox"] is False
    (upload,) = await wordpress.pictures_of(detail["key"])
    assert (article["featured_media"], upload["alt_text"]) == (upload["id"], ALT)
    stored = await olga.get(f"/media/{picture}/content")
    assert await wordpress.bytes_at(upload["source_url"]) == stored.body
    status, page = await wordpress.visitor(detail["permalink"])
    assert status == 200
    assert "We bake <strong>rye</strong> again." in page

    await send(olga, f"/deliveries/{delivery['id']}/recover", {"reason": "The rye is sold out."})
    gone = await came_to(olga, delivery["id"], "recovered")
    assert gone["recovered_at"]
    (article,) = await wordpress.having(detail["key"])
    assert article["status"] == "trash"
    assert (await wordpress.visitor(detail["permalink"]))[0] != 200


async def test_a_channel_that_ends_as_draft_leaves_a_draft_that_only_the_site_sees(
    olga: Caller, brand: str, wordpress: WordPressSite
) -> None:
    channel = await connected(
        olga, brand, "wordpress", wordpress.credentials(), {"post_type": "posts", "publish_as": "draft"}
    )
    post = await submitted(olga, brand, channel)

    (delivery,) = await published_now(olga, post)
    detail = await came_to(olga, delivery, "published")

    (article,) = await wordpress.having(detail["key"])
    assert article["status"] == "draft"
    assert detail["receipt"]["is_public"] is False
    assert (await wordpress.visitor(article["link"]))[0] == 404
