"""Somebody who sees some brands only: no operation leads to the others, or tells of them."""

from __future__ import annotations

from uuid import UUID

import pytest

from signoff.kernel.ids import PostId
from signoff.kernel.people import Actor, Role
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.organizations.library.snippets import SnippetDraft, create_snippet
from signoff.organizations.library.templates import TemplateDraft, create_template
from signoff.organizations.members import list_members
from signoff.organizations.membership import change_brands
from signoff.pipeline.review.discuss import comment
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.api.drafts import approval, in_review
from tests.api.operations import NOWHERE, read_operations
from tests.support.rest import CallAs, Caller
from tests.support.world import Join, connect_board


@pytest.fixture
async def limited(runtime: Runtime, owner: Actor, join: Join, call_as: CallAs) -> Caller:
    """A publisher who sees the brand Northlight alone."""
    publisher = await join(Role.PUBLISHER)
    own = await create_brand(runtime, owner, BrandDraft(name="Northlight", time_zone="Europe/London"))
    await connect_board(runtime, owner, own, "northlight")
    api = await call_as(publisher)
    (seat,) = [each for each in await list_members(runtime, owner) if each.person_id == publisher.person_id]
    await change_brands(runtime, owner, seat.id, [own.id], seat.version)
    return api


async def _hidden(
    runtime: Runtime, owner: Actor, api: Caller, brand: Brand, channel: Channel
) -> dict[str, str]:
    post_id = (await in_review(api, brand, channel)).json["id"]
    decision = await approval(api, post_id, schedule={"due_at": "now"})
    decided = (await api.post(f"/posts/{post_id}/decisions", decision)).json
    threads = await comment(runtime, owner, PostId(UUID(post_id)), "Between us, @publisher.")
    snippet = await create_snippet(runtime, owner, SnippetDraft("Sign", "Between us.", brand_id=brand.id))
    template = await create_template(runtime, owner, TemplateDraft("New", brand.id, body="Between us."))
    await api.post("/pauses", {"scope": "channel", "id": str(channel.id), "reason": "Between us."})
    return {
        "post_id": post_id,
        "delivery_id": decided["deliveries"][0]["id"],
        "decision_id": decided["decision"]["id"],
        "comment_id": str(threads[0].head.comment.id),
        "brand_id": str(brand.id),
        "channel_id": str(channel.id),
        "snippet_id": str(snippet.id),
        "template_id": str(template.id),
        "statement": "0" * 16,
        "event": "nowhere",
        "job_name": "nowhere",
        **dict.fromkeys(
            ("media_id", "member_id", "token_id", "view_id", "alert_id", "undo_id", "closed_id"), NOWHERE
        ),
    }


@pytest.mark.slow
async def test_no_operation_leads_to_another_brand_or_tells_of_it(
    runtime: Runtime, owner: Actor, owner_api: Caller, brand: Brand, channel: Channel, limited: Caller
) -> None:
    ids = await _hidden(runtime, owner, owner_api, brand, channel)
    secret = [b"Between us", channel.name.encode(), *(ids[name].encode() for name in list(ids)[:8])]
    for one in await read_operations(owner_api):
        if not one.ids and one.method != "GET":
            continue
        reply = await one.call(limited, ids)
        assert not one.ids or reply.status in {403, 404}, one
        assert [each for each in secret if each in reply.body] == [], one
    delivery = await owner_api.get(f"/deliveries/{ids['delivery_id']}")
    assert (delivery.json["state"], delivery.json["wanted"]) == ("scheduled", None)
    assert len((await owner_api.get("/pauses")).json["items"]) == 1
