"""Templates and snippets over REST."""

from __future__ import annotations

from signoff.records.tenants import Brand, Channel
from tests.api.drafts import draft
from tests.support.rest import Caller


async def test_a_snippet_is_kept_used_changed_archived_and_restored(owner_api: Caller, brand: Brand) -> None:
    body = {"name": "Signature", "body": "Your {brand.name}", "brand_id": str(brand.id)}
    added = await owner_api.post("/snippets", body)
    assert (added.status, added.json["shortcut"]) == (201, "signature")
    path = f"/snippets/{added.json['id']}"
    assert added.headers["Location"] == f"/api/v1{path}"
    assert (await owner_api.get(f"{path}/text")).json == {"text": f"Your {brand.name}"}
    changed = await owner_api.patch(path, {"body": "Call {brand.phone}"}, added)
    assert (changed.json["body"], changed.json["name"]) == ("Call {brand.phone}", "Signature")
    lacking = await owner_api.get(f"{path}/text")
    assert lacking.status == 422
    assert "no telephone number" in lacking.json["detail"]
    unknown = await owner_api.patch(path, {"body": "{fone}"}, changed)
    assert (unknown.status, unknown.json["errors"][0]["field"]) == (422, "body")
    assert (await owner_api.delete(path)).status == 428
    assert (await owner_api.delete(path, added)).json["version"] == 2
    archived = await owner_api.delete(path, changed)
    assert (archived.status, archived.json["archived_at"] is None) == (200, False)
    assert (await owner_api.get("/snippets")).json["items"] == []
    assert len((await owner_api.get("/snippets", archived="true")).json["items"]) == 1
    restored = await owner_api.post(f"{path}/restore")
    assert (restored.json["archived_at"], restored.headers["ETag"]) == (None, '"4"')


async def test_lists_come_in_pages_and_are_searched(owner_api: Caller, brand: Brand) -> None:
    for name in ("Ça va", "bye", "Hello 100%"):
        await owner_api.post("/snippets", {"name": name, "body": name})
    await owner_api.post("/snippets", {"name": "Own", "body": "x", "brand_id": str(brand.id)})
    first = (await owner_api.get("/snippets", limit="2")).json
    rest = (await owner_api.get("/snippets", limit="2", cursor=first["next_cursor"])).json
    found = [each["name"] for each in (*first["items"], *rest["items"])]
    assert sorted(found) == ["Hello 100%", "Own", "bye", "Ça va"]
    assert rest["next_cursor"] is None
    assert [each["name"] for each in (await owner_api.get("/snippets", search="0%")).json["items"]] == [
        "Hello 100%"
    ]
    assert len((await owner_api.get("/snippets", brand=str(brand.id))).json["items"]) == 4


async def test_a_post_becomes_a_template_and_a_template_a_post(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    own = {str(channel.id): {"body": "Short"}}
    post = await owner_api.post("/posts", draft(brand, channel, tags=["bread"], overrides=own))
    saved = await owner_api.post(f"/posts/{post.json['id']}/template", {"name": "Morning", "for_all": True})
    assert saved.status == 201, saved.body
    assert (saved.json["channels"], saved.json["overrides"]) == (
        ["noticeboard"],
        {"noticeboard": {"body": "Short"}},
    )
    path = f"/templates/{saved.json['id']}"
    made = await owner_api.post(f"{path}/posts", {"brand_id": str(brand.id)})
    assert made.status == 201, made.body
    same = ("content_type", "title", "body", "channels", "overrides", "tags")
    assert {name: made.json[name] for name in same} == {name: post.json[name] for name in same}
    assert made.json["state"] == "draft"
    without_brand = await owner_api.post(f"{path}/posts")
    assert (without_brand.status, without_brand.json["errors"][0]["field"]) == (422, "brand_id")
    changed = await owner_api.patch(path, {"title": "{brand.nme}", "link": "bakery", "tags": []}, saved)
    assert [error["field"] for error in changed.json["errors"]] == ["title", "link"]
    archived = await owner_api.delete(path, saved)
    assert (await owner_api.post(f"{path}/posts", {"brand_id": str(brand.id)})).status == 409
    assert archived.json["version"] == 2
    assert (await owner_api.post(f"{path}/restore")).json["archived_at"] is None
