"""Writing posts over REST."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from signoff.records.tenants import Brand, Channel
from tests.support.rest import Caller


def draft(brand: Brand, *channels: Channel, **more: Any) -> dict[str, Any]:
    return {
        "brand_id": str(brand.id),
        "content_type": "feed_post",
        "title": "Good morning",
        "body": "Fresh bread at eight.",
        "channels": [str(channel.id) for channel in channels],
    } | more


async def test_a_post_is_written_and_read_again(owner_api: Caller, brand: Brand, channel: Channel) -> None:
    written = await owner_api.post("/posts", draft(brand, channel, tags=["bread"], metadata={"n": 1.5}))
    assert written.status == 201, written.body
    read = await owner_api.get(f"/posts/{written.json['id']}")
    assert read.json == written.json
    assert (read.json["state"], read.json["revision"], read.json["version"]) == ("draft", 1, 1)
    assert read.json["targets"][0]["name"] == channel.name
    assert written.headers["Location"] == f"/api/v1/posts/{written.json['id']}"


async def test_an_edit_needs_the_version_it_is_based_on(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    written = await owner_api.post("/posts", draft(brand, channel))
    path = f"/posts/{written.json['id']}"
    without = await owner_api.call("PATCH", path, json={"title": "Other"})
    assert (without.status, without.json["type"]) == (428, "urn:signoff:problem:version-missing")
    first = await owner_api.patch(path, {"title": "Other"}, written)
    assert (first.status, first.json["title"], first.headers["ETag"]) == (200, "Other", '"2"')
    second = await owner_api.patch(path, {"title": "Third"}, written)
    assert (second.status, second.json["version"]) == (412, 2)
    assert (await owner_api.get(path)).json["title"] == "Other"


async def test_an_unknown_brand_is_refused_in_words(owner_api: Caller, brand: Brand) -> None:
    refused = await owner_api.post("/posts", draft(brand, brand_id=str(uuid4())))
    assert refused.status == 404
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json["detail"] == "There is no such brand."
    assert refused.json["next_step"]
    assert refused.headers["X-Request-Id"] == refused.json["request_id"]
