"""Many posts at once over REST, repeated without harm and taken back."""

from __future__ import annotations

from uuid import uuid4

from signoff.kernel.people import Actor
from signoff.records.tenants import Brand, Channel
from tests.api.drafts import approval, draft, in_review
from tests.support.rest import CallAs, Caller


async def _draft(caller: Caller, brand: Brand, channel: Channel) -> str:
    post_id: str = (await caller.post("/posts", draft(brand, channel))).json["id"]
    return post_id


async def test_each_has_its_own_result_and_all_are_taken_back(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    posts = [await _draft(owner_api, brand, channel) for _ in range(2)]
    nowhere = str(uuid4())
    body = {"action": "archive", "posts": [*posts, nowhere], "reason": "Out of season"}
    reply = await owner_api.post("/posts/bulk", body)
    assert reply.status == 200, reply.body
    *done, refused = reply.json["items"]
    assert [(each["post_id"], each["state"], each["refused"]) for each in done] == [
        (each, "archived", None) for each in posts
    ]
    assert (refused["post_id"], refused["state"], refused["refused"]["status"]) == (nowhere, None, 404)
    back = await owner_api.post(f"/undos/{reply.json['undo_id']}")
    assert [each["state"] for each in back.json["items"]] == ["draft", "draft"]
    again = await owner_api.post(f"/undos/{reply.json['undo_id']}")
    assert (again.status, again.json["type"]) == (409, "urn:signoff:problem:wrong-state")


async def test_the_same_request_is_carried_out_once(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    post = await _draft(owner_api, brand, channel)
    body, key = {"action": "tag", "posts": [post], "tags": ["winter"]}, {"Idempotency-Key": str(uuid4())}
    first = await owner_api.call("POST", "/posts/bulk", json=body, headers=key)
    second = await owner_api.call("POST", "/posts/bulk", json=body, headers=key)
    assert (first.status, second.json) == (200, first.json)
    stored = (await owner_api.get(f"/posts/{post}")).json
    assert (stored["tags"], stored["version"]) == (["winter"], 2)


async def test_what_makes_no_sense_is_refused_as_a_whole(
    owner_api: Caller, call_as: CallAs, viewer: Actor, brand: Brand, channel: Channel
) -> None:
    post = await _draft(owner_api, brand, channel)
    for body in (
        {"action": "tag", "posts": [post], "tags": [" "]},
        {"action": "tag", "posts": [post, post], "tags": ["winter"]},
        {"action": "publish", "posts": [post]},
        {"action": "archive", "posts": []},
        {"action": "archive", "posts": [str(uuid4()) for _ in range(101)]},
    ):
        assert (await owner_api.post("/posts/bulk", body)).status == 422, body
    reader = await call_as(viewer)
    assert (await reader.post("/posts/bulk", {"action": "archive", "posts": [post]})).status == 403


async def test_decisions_made_at_once_are_taken_back_at_once(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    posts = [(await in_review(owner_api, brand, channel)).json["id"] for _ in range(2)]
    looked = [{"post_id": each, "seen": (await approval(owner_api, each))["seen"]} for each in posts]
    decided = (await owner_api.post("/decisions", {"verdict": "approve", "posts": looked})).json
    assert [each["decided"]["post"]["state"] for each in decided["items"]] == ["approved"] * 2
    back = (await owner_api.post(f"/undos/{decided['undo_id']}")).json
    assert [each["state"] for each in back["items"]] == ["in_review"] * 2
