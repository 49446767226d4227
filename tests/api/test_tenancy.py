"""Another organization's ids: whatever is asked of them, they aren't there."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from signoff.kernel.ids import PostId, new_id
from signoff.organizations.library.snippets import SnippetDraft, create_snippet
from signoff.organizations.library.templates import TemplateDraft, create_template
from signoff.organizations.saved_views import save_view
from signoff.organizations.tokens import create_token
from signoff.pipeline.review.discuss import comment
from signoff.records.alerts.raising import raise_alert
from signoff.records.models import Pause
from signoff.records.tenants import Brand, Membership
from signoff.records.undos import keep_undo
from signoff.runtime import Runtime
from tests.api.drafts import approval, draft, in_review, png
from tests.api.operations import read_operations
from tests.support.rest import CallAs, Caller
from tests.support.world import Neighbour


@pytest.fixture
async def theirs(runtime: Runtime, call_as: CallAs, neighbour: Neighbour) -> dict[str, str]:
    """One id of each kind, all of them the neighbour's."""
    api, actor = await call_as(neighbour.owner), neighbour.owner
    post = await in_review(api, neighbour.brand, neighbour.channel)
    body = await approval(api, post.json["id"], schedule={"due_at": "now"})
    decided = await api.post(f"/posts/{post.json['id']}/decisions", body)
    threads = await comment(runtime, actor, PostId(UUID(post.json["id"])), "Theirs")
    token, _ = await create_token(runtime, actor, "theirs", ["read"])
    view = await save_view(runtime, actor, "theirs", {"state": "draft"})
    snippet = await create_snippet(runtime, actor, SnippetDraft("Theirs", "Their text"))
    template = await create_template(runtime, actor, TemplateDraft("Theirs", body="Their text"))
    undo = await keep_undo(runtime, actor, "archive", [{"post": post.json["id"], "state": "draft"}])
    async with runtime.transaction(actor.organization_id) as tx:
        member = await tx.scalar(select(Membership.id).where(Membership.person_id == actor.person_id))
        alert = await raise_alert(
            tx, actor.organization_id, "test", title="Theirs", cause="", next_step="", path="/"
        )
    return {
        "post_id": post.json["id"],
        "delivery_id": decided.json["deliveries"][0]["id"],
        "media_id": (await api.upload(png())).json["id"],
        "brand_id": str(neighbour.brand.id),
        "channel_id": str(neighbour.channel.id),
        "member_id": str(member),
        "token_id": str(token.id),
        "view_id": str(view.id),
        "undo_id": str(undo),
        "closed_id": str(new_id()),
        "snippet_id": str(snippet.id),
        "template_id": str(template.id),
        "alert_id": str(alert.id),
        "event": "nowhere",
        "job_name": "nowhere",
        "decision_id": decided.json["decision"]["id"],
        "statement": "0" * 16,
        "comment_id": str(threads[0].head.comment.id),
    }


async def test_every_address_with_another_organizations_id_answers_404(
    owner_api: Caller, theirs: dict[str, str], call_as: CallAs, neighbour: Neighbour
) -> None:
    asked = [one for one in await read_operations(owner_api) if one.ids]
    assert len(asked) > 35
    answers = {f"{one.method} {one.path}": (await one.call(owner_api, theirs)).status for one in asked}
    assert {where: status for where, status in answers.items() if status != 404} == {}
    # They are there for those they belong to, and nothing happened to them.
    api = await call_as(neighbour.owner)
    delivery = await api.get(f"/deliveries/{theirs['delivery_id']}")
    assert (delivery.status, delivery.json["state"]) == (200, "scheduled")
    post = await api.get(f"/posts/{theirs['post_id']}")
    assert (post.json["state"], post.json["version"]) == ("approved", 3)


@pytest.mark.slow
async def test_an_id_that_is_nowhere_gets_the_same_answer(owner_api: Caller, theirs: dict[str, str]) -> None:
    nowhere = dict.fromkeys(theirs, str(uuid4()))
    for one in await read_operations(owner_api):
        if one.ids:
            there, here = await one.call(owner_api, theirs), await one.call(owner_api, nowhere)
            same = ("type", "title", "status", "detail", "next_step")
            assert [there.json[name] for name in same] == [here.json[name] for name in same], one


async def test_bodies_with_another_organizations_ids_are_refused(
    owner_api: Caller, brand: Brand, theirs: dict[str, str]
) -> None:
    refused = [
        await owner_api.post("/posts", draft(brand, brand_id=theirs["brand_id"])),
        await owner_api.post("/posts", draft(brand, channels=[theirs["channel_id"]])),
        await owner_api.post("/posts", draft(brand, media=[theirs["media_id"]])),
        await owner_api.post("/posts", draft(brand, media=[{"id": theirs["media_id"], "alt": "x"}])),
        await owner_api.post("/posts", draft(brand, overrides={theirs["channel_id"]: {"body": "x"}})),
        await owner_api.post("/pauses", {"scope": "brand", "id": theirs["brand_id"], "reason": "x"}),
        await owner_api.post("/pauses", {"scope": "channel", "id": theirs["channel_id"], "reason": "x"}),
    ]
    assert [reply.status for reply in refused] == [404, 422, 422, 422, 422, 404, 404]
    assert all(b"Bar Sol" not in reply.body for reply in refused)


async def test_lists_and_filters_show_nothing_of_others(
    owner_api: Caller, runtime: Runtime, neighbour: Neighbour, theirs: dict[str, str]
) -> None:
    async with runtime.transaction(neighbour.owner.organization_id) as tx:
        tx.add(
            Pause(
                id=new_id(),
                organization_id=neighbour.owner.organization_id,
                scope="organization",
                reason="Theirs",
            )
        )
    lists = ("/posts", "/review-queue", "/deliveries", "/brands", "/channels", "/alerts", "/pauses")
    for path in (*lists, "/templates", "/snippets"):
        assert (await owner_api.get(path)).json["items"] == [], path
    for name, path in (
        ("brand", "/posts"),
        ("channel", "/posts"),
        ("brand", "/deliveries"),
        ("post", "/deliveries"),
    ):
        assert (await owner_api.get(path, **{name: theirs[f"{name}_id"]})).json["items"] == []
    assert (await owner_api.get("/audit", post=theirs["post_id"])).json["items"] == []
    members = (await owner_api.get("/members")).json["items"]
    assert [member["email"] for member in members] == ["owner@casaluz.example"]
