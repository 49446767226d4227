"""Nothing that isn't approved gets out, through whatever door, and nothing gets out twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.journeys.conftest import Page
from tests.journeys.steps import (
    approved,
    came_to,
    draft,
    photo,
    published_now,
    read,
    refusal,
    send,
    submitted,
    uploaded,
)
from tests.support.commands import as_caller
from tests.support.installation import Installation
from tests.support.rest import Caller
from tests.web.visitor import Visitor

NOW = {"due_at": "now"}
MARK = "This one may go out."


async def only_out(olga: Caller, brand: str, page: Page, *texts: str) -> None:
    """Nothing but these is out: whatever else was in line would be out before a later post is."""
    mark = await submitted(olga, brand, page.channel, body=MARK)
    for delivery in await published_now(olga, mark):
        await came_to(olga, delivery, "published")
    assert sorted(page.texts()) == sorted([MARK, *texts])


def in_an_hour() -> str:
    return (datetime.now(UTC) + timedelta(hours=1)).isoformat()


async def test_a_post_that_nobody_approved_gets_out_through_no_door(
    olga: Caller, brand: str, page: Page, visitor: Visitor, tmp_path: Path
) -> None:
    written = (await send(olga, "/posts", draft(brand, [page.channel], body="Not ready.")))["id"]
    waiting = await submitted(olga, brand, page.channel, body="Not approved.")
    signoff = as_caller(olga, tmp_path)
    for post in (written, waiting):
        assert refusal(await olga.post(f"/posts/{post}/deliveries", NOW)) == (409, "wrong-state")
        run = await signoff("publish-now", post)
        assert run.code == 1
        assert "approved" in run.errors
        await visitor.get(f"/posts/{post}")
        fields = [("csrf", visitor.csrf), ("channel", page.channel), ("when", "now")]
        shown = await visitor.post(f"/posts/{post}/schedule", fields)
        assert shown.status == 409
        assert "approved" in shown.text
        assert (await read(olga, f"/posts/{post}"))["deliveries"] == []
    await only_out(olga, brand, page)


async def test_an_approval_of_something_else_than_was_seen_approves_nothing(
    olga: Caller, brand: str, page: Page
) -> None:
    post = await submitted(olga, brand, page.channel)
    made_up = {"verdict": "approve", "seen": "0" * 64, "schedule": NOW}
    assert refusal(await olga.post(f"/posts/{post}/decisions", made_up)) == (409, "content-changed")
    assert (await read(olga, f"/posts/{post}"))["state"] == "in_review"
    await only_out(olga, brand, page)


async def test_a_request_that_is_replayed_publishes_once(olga: Caller, brand: str, page: Page) -> None:
    post = await submitted(olga, brand, page.channel)
    seen = (await read(olga, f"/posts/{post}/preview"))["seen"]
    verdict = {"verdict": "approve", "seen": seen, "schedule": NOW}
    same = {"Idempotency-Key": f"approve {post}"}
    first = await olga.post(f"/posts/{post}/decisions", verdict, **same)
    again = await olga.post(f"/posts/{post}/decisions", verdict, **same)
    assert (first.status, first.body) == (again.status, again.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert refusal(await olga.post(f"/posts/{post}/decisions", verdict)) == (409, "wrong-state")

    await came_to(olga, first.json["deliveries"][0]["id"], "published")
    assert refusal(await olga.post(f"/posts/{post}/deliveries", NOW)) == (409, "wrong-state")
    await only_out(olga, brand, page, "Fresh bread at eight.")


async def test_many_requests_at_once_publish_once(olga: Caller, brand: str, page: Page) -> None:
    post = await submitted(olga, brand, page.channel)
    await approved(olga, post)
    replies = await asyncio.gather(*(olga.post(f"/posts/{post}/deliveries", NOW) for _ in range(8)))
    assert sorted(reply.status for reply in replies) == [201] + [409] * 7
    (placed,) = [reply.json["items"][0] for reply in replies if reply.status == 201]
    await came_to(olga, placed["id"], "published")
    await only_out(olga, brand, page, "Fresh bread at eight.")


async def test_many_approvals_at_once_publish_once(olga: Caller, brand: str, page: Page) -> None:
    post = await submitted(olga, brand, page.channel)
    seen = (await read(olga, f"/posts/{post}/preview"))["seen"]
    verdict = {"verdict": "approve", "seen": seen, "schedule": NOW}
    replies = await asyncio.gather(*(olga.post(f"/posts/{post}/decisions", verdict) for _ in range(8)))
    assert sorted(reply.status for reply in replies) == [201] + [409] * 7
    (decided,) = [reply.json for reply in replies if reply.status == 201]
    await came_to(olga, decided["deliveries"][0]["id"], "published")
    await only_out(olga, brand, page, "Fresh bread at eight.")


async def test_an_approved_post_cant_be_edited(olga: Caller, brand: str, page: Page) -> None:
    post = await submitted(olga, brand, page.channel)
    await approved(olga, post)
    shown = await olga.get(f"/posts/{post}")
    changed = await olga.patch(f"/posts/{post}", {"body": "Nobody approved this."}, shown)
    assert refusal(changed) == (409, "wrong-state")
    placed = await send(olga, f"/posts/{post}/deliveries", NOW)
    await came_to(olga, placed["items"][0]["id"], "published")
    await only_out(olga, brand, page, "Fresh bread at eight.")


async def withdrawn(olga: Caller, post: str) -> dict[str, Any]:
    shown = await read(olga, f"/posts/{post}/preview")
    wanted = {"verdict": "request_changes", "seen": shown["seen"], "comment": "The price is wrong."}
    return await send(olga, f"/posts/{post}/decisions", wanted)


async def test_after_a_withdrawal_nothing_brings_the_old_approval_back(
    olga: Caller, brand: str, page: Page
) -> None:
    post = await submitted(olga, brand, page.channel, body="Ten euros.")
    seen = (await read(olga, f"/posts/{post}/preview"))["seen"]
    decided = await approved(olga, post, {"due_at": in_an_hour()})
    delivery = decided["deliveries"][0]["id"]
    assert (await withdrawn(olga, post))["post"]["state"] == "draft"

    await came_to(olga, delivery, "cancelled")
    for what, body in {"reschedule": {"due_at": in_an_hour()}, "retry": None, "look": None}.items():
        assert refusal(await olga.post(f"/deliveries/{delivery}/{what}", body)) == (409, "wrong-state")
    assert refusal(await olga.post(f"/posts/{post}/deliveries", NOW)) == (409, "wrong-state")
    shown = await olga.get(f"/posts/{post}")
    assert (await olga.patch(f"/posts/{post}", {"body": "Twelve euros."}, shown)).status == 200
    await send(olga, f"/posts/{post}/submit")
    stale = {"verdict": "approve", "seen": seen, "schedule": NOW}
    assert refusal(await olga.post(f"/posts/{post}/decisions", stale)) == (409, "content-changed")
    await only_out(olga, brand, page)

    (delivery,) = await published_now(olga, post)
    await came_to(olga, delivery, "published")
    assert sorted(page.texts()) == sorted([MARK, "Twelve euros."])


async def test_a_picture_that_was_altered_on_disk_after_the_approval_isnt_published(
    olga: Caller, brand: str, page: Page, signoff: Installation
) -> None:
    media = await uploaded(olga, photo(size=(700, 640)), "A loaf", "loaf.jpg")
    post = await submitted(olga, brand, page.channel, media=[media])
    await approved(olga, post)
    digest = (await read(olga, f"/media/{media}"))["digest"]
    (file,) = (signoff.folder / "data/media").glob(f"*/*/{digest}")
    file.write_bytes(photo(size=(701, 640)))

    placed = await olga.post(f"/posts/{post}/deliveries", NOW)
    if placed.status == 201:
        failed = await came_to(olga, placed.json["items"][0]["id"], "failed")
        assert failed["error"]
        assert failed["next_step"]
    else:
        assert refusal(placed)[0] == 409
    await only_out(olga, brand, page)


async def test_the_options_of_a_channel_are_part_of_what_was_approved(
    olga: Caller, brand: str, page: Page
) -> None:
    post = await submitted(olga, brand, page.channel)
    await approved(olga, post)
    channel = await olga.get(f"/channels/{page.channel}")
    changed = await olga.patch(f"/channels/{page.channel}", {"options": {"draft_first": False}}, channel)
    assert changed.status == 200
    assert refusal(await olga.post(f"/posts/{post}/deliveries", NOW)) == (409, "content-changed")
    await only_out(olga, brand, page)


async def test_options_stay_as_they_are_while_something_waits_for_the_channel(
    olga: Caller, brand: str, page: Page
) -> None:
    post = await submitted(olga, brand, page.channel)
    (waiting,) = (await approved(olga, post, {"due_at": in_an_hour()}))["deliveries"]
    channel = await olga.get(f"/channels/{page.channel}")
    changed = await olga.patch(f"/channels/{page.channel}", {"options": {"draft_first": False}}, channel)
    assert refusal(changed) == (409, "wrong-state")
    await send(olga, f"/deliveries/{waiting['id']}/cancel")


async def test_an_agent_writes_and_never_approves_or_publishes(
    olga: Caller, brand: str, page: Page, signoff: Installation
) -> None:
    agent = await signoff.token("--agent")
    post = await submitted(agent, brand, page.channel)
    seen = (await read(agent, f"/posts/{post}/preview"))["seen"]
    verdict = {"verdict": "approve", "seen": seen, "schedule": NOW}
    assert refusal(await agent.post(f"/posts/{post}/decisions", verdict)) == (403, "not-allowed")
    await approved(olga, post)
    assert refusal(await agent.post(f"/posts/{post}/deliveries", NOW)) == (403, "not-allowed")
    await only_out(olga, brand, page)


async def test_a_new_approval_doesnt_go_out_beside_an_older_delivery_that_is_in_doubt(
    olga: Caller, brand: str, page: Page
) -> None:
    post = await submitted(olga, brand, page.channel, body="Ten euros.")
    page.sandbox.fault("facebook.publish", "reset_after")
    page.sandbox.fault("facebook.read", "error_500_before", times=None)
    page.sandbox.fault("facebook.list", "error_500_before", times=None)
    (doubtful,) = await published_now(olga, post)
    await came_to(olga, doubtful, "unknown")

    await withdrawn(olga, post)
    shown = await olga.get(f"/posts/{post}")
    assert (await olga.patch(f"/posts/{post}", {"body": "Twelve euros."}, shown)).status == 200
    await send(olga, f"/posts/{post}/submit")
    await approved(olga, post)
    assert refusal(await olga.post(f"/posts/{post}/deliveries", NOW)) == (409, "wrong-state")
    assert page.texts() == ["Ten euros."]

    page.sandbox.clear_faults()
    await send(olga, f"/deliveries/{doubtful}/look")
    found = await came_to(olga, doubtful, "published", "recovered")
    assert found["state"] == "published"
    assert refusal(await olga.post(f"/posts/{post}/deliveries", NOW)) == (409, "wrong-state")
    await only_out(olga, brand, page, "Ten euros.")
