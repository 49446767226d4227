"""Writing posts over REST."""

from __future__ import annotations

from uuid import uuid4

import pytest

from signoff.records.tenants import Brand, Channel
from tests.api.drafts import draft, png
from tests.support.rest import Caller


async def test_a_post_is_written_and_read_again(owner_api: Caller, brand: Brand, channel: Channel) -> None:
    written = await owner_api.post("/posts", draft(brand, channel, tags=["bread"], metadata={"n": 1.5}))
    assert written.status == 201, written.body
    read = await owner_api.get(f"/posts/{written.json['id']}")
    assert read.json == written.json
    assert (read.json["state"], read.json["revision"], read.json["version"]) == ("draft", 1, 1)
    assert read.json["targets"][0]["name"] == channel.name
    assert written.headers["Location"] == f"/api/v1/posts/{written.json['id']}"


async def test_what_is_read_can_be_sent_back(owner_api: Caller, brand: Brand, channel: Channel) -> None:
    picture = (await owner_api.upload(png(), alt="A loaf")).json["id"]
    own = {str(channel.id): {"body": "Only here.", "media": [picture]}}
    written = await owner_api.post("/posts", draft(brand, channel, media=[picture], overrides=own))
    same = ("media", "channels", "overrides", "tags", "metadata", "suggested_time", "title", "body", "link")
    sent_back = await owner_api.patch(
        f"/posts/{written.json['id']}", {name: written.json[name] for name in same}, written
    )
    assert sent_back.status == 200, sent_back.body
    assert {name: sent_back.json[name] for name in same} == {name: written.json[name] for name in same}
    assert sent_back.json["revision"] == 1


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


@pytest.mark.parametrize("tag", ["*", 'W/"1"', "1", '"1", "2"', '"99999999999999999999"'])
async def test_an_if_match_that_is_no_version_is_refused(
    owner_api: Caller, brand: Brand, channel: Channel, tag: str
) -> None:
    written = await owner_api.post("/posts", draft(brand, channel))
    path = f"/posts/{written.json['id']}"
    refused = await owner_api.call("PATCH", path, json={"title": "Other"}, headers={"If-Match": tag})
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "If-Match")


async def test_an_alt_text_comes_from_the_upload_or_from_the_post(owner_api: Caller, brand: Brand) -> None:
    picture = (await owner_api.upload(png(), alt="A loaf")).json["id"]
    taken = await owner_api.post("/posts", draft(brand, media=[picture]))
    said = await owner_api.post("/posts", draft(brand, media=[{"id": picture, "alt": "Two loaves"}]))
    assert taken.json["media"] == [{"id": picture, "alt": "A loaf"}]
    assert said.json["media"] == [{"id": picture, "alt": "Two loaves"}]


async def test_pictures_are_set_as_a_whole(owner_api: Caller, brand: Brand) -> None:
    picture = (await owner_api.upload(png(), alt="A loaf")).json["id"]
    written = await owner_api.post("/posts", draft(brand))
    path = f"/posts/{written.json['id']}/media"
    put = await owner_api.call("PUT", path, json={"media": [picture]}, headers=written.etag)
    assert [use["id"] for use in put.json["media"]] == [picture]
    emptied = await owner_api.call("PUT", path, json={"media": []}, headers=put.etag)
    assert (emptied.status, emptied.json["media"], emptied.json["revision"]) == (200, [], 3)


async def test_a_null_empties_the_suggested_time_only(owner_api: Caller, brand: Brand) -> None:
    written = await owner_api.post("/posts", draft(brand, suggested_time="2026-12-01T10:00:00+01:00"))
    assert written.json["suggested_time"] == "2026-12-01T09:00:00Z"
    changes = {"suggested_time": None, "title": None}
    changed = await owner_api.patch(f"/posts/{written.json['id']}", changes, written)
    assert (changed.json["suggested_time"], changed.json["title"]) == (None, "Good morning")


async def test_an_unknown_brand_is_refused_in_words(owner_api: Caller, brand: Brand) -> None:
    refused = await owner_api.post("/posts", draft(brand, brand_id=str(uuid4())))
    assert refused.status == 404
    assert refused.json["detail"] == "There is no such brand."
    assert refused.json["next_step"]


async def test_a_post_is_copied_archived_restored_and_deleted(owner_api: Caller, brand: Brand) -> None:
    written = await owner_api.post("/posts", draft(brand))
    copied = await owner_api.post(f"/posts/{written.json['id']}/duplicate")
    assert (copied.status, copied.json["title"]) == (201, "Good morning")
    path = f"/posts/{copied.json['id']}"
    archived = await owner_api.post(f"{path}/archive", {"reason": "No longer true"})
    assert (archived.json["state"], archived.json["archive_reason"]) == ("archived", "No longer true")
    restored = await owner_api.post(f"{path}/restore")
    assert restored.json["state"] == "draft"
    assert (await owner_api.delete(path, restored)).status == 204
    assert (await owner_api.get(path)).status == 404


async def test_revisions_are_listed_newest_first(owner_api: Caller, brand: Brand) -> None:
    written = await owner_api.post("/posts", draft(brand))
    path = f"/posts/{written.json['id']}"
    await owner_api.patch(path, {"body": "Fresh bread at nine."}, written)
    listed = await owner_api.get(f"{path}/revisions")
    assert [(one["number"], one["body"]) for one in listed.json["items"]] == [
        (2, "Fresh bread at nine."),
        (1, "Fresh bread at eight."),
    ]


async def test_a_list_is_read_page_by_page(owner_api: Caller, brand: Brand) -> None:
    for number in range(5):
        await owner_api.post("/posts", draft(brand, title=f"Post {number}"))
    titles: list[str] = []
    cursor = ""
    while True:
        page = await owner_api.get(
            "/posts", limit="2", sort="title", **({"cursor": cursor} if cursor else {})
        )
        titles += [post["title"] for post in page.json["items"]]
        if page.json["next_cursor"] is None:
            break
        cursor = page.json["next_cursor"]
    assert titles == [f"Post {number}" for number in range(5)]


async def test_a_list_is_filtered(owner_api: Caller, brand: Brand, channel: Channel) -> None:
    await owner_api.post("/posts", draft(brand, channel, title="Opening day", tags=["opening"]))
    await owner_api.post("/posts", draft(brand, title="Closing day"))
    for params in ({"search": "opening"}, {"tag": "opening"}, {"channel": str(channel.id)}):
        listed = await owner_api.get("/posts", **params)
        assert [post["title"] for post in listed.json["items"]] == ["Opening day"], params
    assert len((await owner_api.get("/posts", state="draft", brand=str(brand.id))).json["items"]) == 2
    assert (await owner_api.get("/posts", state="approved")).json["items"] == []


@pytest.mark.parametrize(
    "params", [{"limit": "101"}, {"limit": "0"}, {"sort": "colour"}, {"cursor": "x"}, {"state": "lost"}]
)
async def test_a_list_that_is_asked_for_wrongly_is_refused(owner_api: Caller, params: dict[str, str]) -> None:
    refused = await owner_api.get("/posts", **params)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, next(iter(params)))
