"""What is wrong is refused in words with a way on; nothing is lost and nothing gets out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import aiohttp
import pytest

from signoff.kernel.people import Actor
from signoff.organizations.tokens import list_tokens, revoke_token
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.settings import Settings
from signoff.worker.loop import Worker
from tests.api.drafts import approval, draft, in_review, png
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.rest import Caller, Reply

MEGABYTE = 1024 * 1024


def refusal(reply: Reply) -> tuple[int, str]:
    """Status and kind, of an answer that says what is wrong and what to do."""
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.json["detail"]
    return reply.status, reply.json["type"].removeprefix("urn:signoff:problem:")


@pytest.fixture(autouse=True)
async def _nothing_gets_out(
    runtime: Runtime, clock: ShiftableClock, noticeboard: Noticeboard
) -> AsyncIterator[None]:
    """Whatever a test sends: a worker that comes by much later finds nothing to publish."""
    yield
    clock.advance(timedelta(days=300))
    await Worker(runtime).run_until_idle()
    assert noticeboard.notes == []


async def test_an_unknown_brand(owner_api: Caller, brand: Brand) -> None:
    refused = await owner_api.post("/posts", draft(brand, brand_id=str(uuid4())))
    assert refusal(refused) == (404, "not-found")
    assert refused.json["next_step"]
    assert (await owner_api.get("/posts")).json["items"] == []


async def test_a_time_that_is_past(
    owner_api: Caller, brand: Brand, channel: Channel, clock: ShiftableClock
) -> None:
    post = (await in_review(owner_api, brand, channel)).json["id"]
    past = (clock.now() - timedelta(minutes=1)).isoformat()
    at_once = await approval(owner_api, post, schedule={"due_at": past})
    assert refusal(await owner_api.post(f"/posts/{post}/decisions", at_once)) == (422, "invalid")
    assert (await owner_api.get(f"/posts/{post}")).json["state"] == "in_review"
    await owner_api.post(f"/posts/{post}/decisions", await approval(owner_api, post))
    refused = await owner_api.post(f"/posts/{post}/deliveries", {"due_at": past})
    assert refusal(refused) == (422, "invalid")
    assert "publish now" in refused.json["next_step"]


async def test_a_picture_without_alt_text(owner_api: Caller, brand: Brand, channel: Channel) -> None:
    media = (await owner_api.upload(png())).json["id"]
    written = await owner_api.post("/posts", draft(brand, channel, media=[media]))
    refused = await owner_api.post(f"/posts/{written.json['id']}/submit")
    assert refusal(refused) == (422, "over-limit")
    assert refused.json["errors"][0]["field"] == "media"
    assert "no alt text" in refused.json["errors"][0]["message"]


async def test_a_picture_of_forty_megabytes(owner_api: Caller, settings: Settings) -> None:
    async def large() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield bytes(MEGABYTE)

    form = aiohttp.FormData()
    form.add_field("file", large(), filename="large.png", content_type="image/png")
    refused = await owner_api.call("POST", "/media", data=form)
    assert refusal(refused) == (413, "too-large")
    assert "25" in refused.json["detail"]
    assert [path for path in (settings.data_dir / "media").rglob("*") if path.is_file()] == []


async def test_a_page_that_is_called_a_picture(owner_api: Caller) -> None:
    refused = await owner_api.upload(b"<!doctype html><script>alert(1)</script>", filename="loaf.png")
    assert refusal(refused) == (422, "invalid")
    assert "web page" in refused.json["detail"]


@pytest.mark.parametrize("url", ["http://127.0.0.1/a.png", "http://169.254.169.254/", "file:///etc/passwd"])
async def test_a_picture_from_an_internal_address(owner_api: Caller, url: str) -> None:
    assert refusal(await owner_api.post("/media", {"url": url})) == (422, "invalid")


async def test_a_text_that_is_too_long(owner_api: Caller, brand: Brand, channel: Channel) -> None:
    written = await owner_api.post("/posts", draft(brand, channel, body="x" * 600))
    refused = await owner_api.post(f"/posts/{written.json['id']}/submit")
    assert refusal(refused) == (422, "over-limit")
    assert "113 characters too long" in refused.json["errors"][0]["message"]
    kept = (await owner_api.get(f"/posts/{written.json['id']}")).json
    assert (kept["state"], len(kept["body"])) == ("draft", 600)


async def test_a_token_that_was_revoked(
    runtime: Runtime, owner: Actor, owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    post = (await in_review(owner_api, brand, channel)).json["id"]
    body = await approval(owner_api, post, schedule={"due_at": "now"})
    for token in (await list_tokens(runtime, owner)).items:
        await revoke_token(runtime, owner, token.id)
    refused = await owner_api.post(f"/posts/{post}/decisions", body)
    assert refusal(refused) == (401, "sign-in-needed")


async def test_a_decision_about_another_version(owner_api: Caller, brand: Brand, channel: Channel) -> None:
    post = (await in_review(owner_api, brand, channel)).json["id"]
    body = {"verdict": "approve", "seen": "0" * 64, "schedule": {"due_at": "now"}}
    assert refusal(await owner_api.post(f"/posts/{post}/decisions", body)) == (409, "content-changed")


async def test_a_cursor_of_another_list(owner_api: Caller, brand: Brand, channel: Channel) -> None:
    for title in ("Rye", "Spelt"):
        await owner_api.post("/posts", draft(brand, channel, title=title))
    first = await owner_api.get("/posts", sort="title", limit="1")
    cursor = first.json["next_cursor"]
    for path in ("/posts", "/deliveries", "/review-queue"):
        refused = await owner_api.get(path, cursor=cursor)
        assert refusal(refused) == (422, "invalid"), path
