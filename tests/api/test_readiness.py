"""Score, statements, several decisions and taking one back, over REST."""

from __future__ import annotations

from signoff.records.tenants import Brand, Channel
from tests.api.drafts import approval, in_review
from tests.support.rest import Caller


async def test_the_score_comes_with_reasons_and_statements_are_marked(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    post = await in_review(owner_api, brand, channel, body="The best bread costs 7 £.")
    path = f"/posts/{post.json['id']}"
    found = (await owner_api.get(f"{path}/readiness")).json
    assert 0 < found["score"]["value"] < 60
    assert found["score"]["band"] == "not_ready"
    assert {each["part"] for each in found["score"]["not_measured"]} >= {"coverage"}
    assert all(each["reason"] and each["action"] for each in found["score"]["findings"])
    [statement] = found["statements"]
    assert statement["open_phrases"] == ["7 £", "best"]
    mark = {"seen": found["seen"], "checked": True}
    marked = await owner_api.call("PUT", f"{path}/statements/{statement['key']}", json=mark)
    assert marked.json["statements"][0]["checked_by"] == "Olga Owner"


async def test_several_decisions_give_a_result_each(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    posts = [(await in_review(owner_api, brand, channel)).json["id"] for _ in range(2)]
    seen = (await approval(owner_api, posts[0]))["seen"]
    looked = [{"post_id": posts[0], "seen": seen}, {"post_id": posts[1], "seen": "0" * 64}]
    reply = await owner_api.post("/decisions", {"verdict": "approve", "posts": looked})
    assert reply.status == 200, reply.body
    done, refused = reply.json["items"]
    assert (done["decided"]["post"]["state"], done["refused"]) == ("approved", None)
    assert (refused["decided"], refused["refused"]["status"]) == (None, 409)
    assert refused["refused"]["type"] == "urn:signoff:problem:content-changed"
    decision = done["decided"]["decision"]["id"]
    back = await owner_api.post(f"/posts/{posts[0]}/decisions/{decision}/undo", {})
    assert back.json["state"] == "in_review"


async def test_what_a_model_wrote_says_so_and_needs_a_confirmation(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    generated = {"model": "writer-1", "evidence": ["opening hours"]}
    post = await in_review(owner_api, brand, channel, generated=generated)
    assert post.json["origin"] == "model"
    assert post.json["origin_detail"]["model"] == "writer-1"
    path = f"/posts/{post.json['id']}/decisions"
    body = await approval(owner_api, post.json["id"])
    refused = await owner_api.post(path, body)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "facts_confirmed")
    done = await owner_api.post(path, body | {"facts_confirmed": True})
    assert done.json["decision"]["facts_confirmed"]
