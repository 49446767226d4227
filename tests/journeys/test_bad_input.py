"""What people get wrong is told clearly, costs nothing that was written, and publishes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.journeys.conftest import Page
from tests.journeys.steps import (
    approved,
    came_to,
    connected,
    draft,
    photo,
    published_now,
    read,
    refusal,
    send,
    submitted,
    uploaded,
)
from tests.support.rest import Caller
from tests.support.sandbox import Sandbox

HTML = b"<!doctype html><script>document.location='https://evil.example'</script>"


async def test_a_brand_that_isnt_there(olga: Caller, page: Page) -> None:
    posts = (await read(olga, "/posts"))["items"]
    for body in (draft(str(uuid4()), [page.channel]), draft(str(uuid4()), [])):
        assert refusal(await olga.post("/posts", body)) == (404, "not-found")
    assert (await read(olga, "/posts"))["items"] == posts


async def test_a_time_that_is_past(olga: Caller, brand: str, page: Page) -> None:
    post = await submitted(olga, brand, page.channel)
    seen = (await read(olga, f"/posts/{post}/preview"))["seen"]
    yesterday = {"due_at": (datetime.now(UTC) - timedelta(days=1)).isoformat()}
    verdict = {"verdict": "approve", "seen": seen, "schedule": yesterday}
    assert refusal(await olga.post(f"/posts/{post}/decisions", verdict)) == (422, "invalid")
    assert (await read(olga, f"/posts/{post}"))["state"] == "in_review"

    await approved(olga, post)
    for past in (yesterday, {"due_local": "2020-01-01T09:00"}):
        reply = await olga.post(f"/posts/{post}/deliveries", past)
        assert refusal(reply) == (422, "invalid")
        assert "past" in reply.json["detail"]
    assert (await read(olga, f"/posts/{post}"))["deliveries"] == []


async def test_a_picture_without_alt_text(olga: Caller, brand: str, page: Page) -> None:
    picture = await uploaded(olga, photo(size=(650, 640)), "", "loaf.jpg")
    post = await send(olga, "/posts", draft(brand, [page.channel], media=[picture]))
    reply = await olga.post(f"/posts/{post['id']}/submit")
    assert refusal(reply) == (422, "over-limit")
    assert "alt text" in " ".join(error["message"] for error in reply.json["errors"])
    kept = await read(olga, f"/posts/{post['id']}")
    assert (kept["state"], kept["body"]) == ("draft", "Fresh bread at eight.")


async def test_a_caption_that_is_too_long_is_told_by_how_much(
    olga: Caller, brand: str, sandbox: Sandbox
) -> None:
    account = sandbox.seed_instagram(name="Casa Luz")
    login = {"ig_user_id": account.id, "access_token": account.token}
    channel = await connected(olga, brand, "instagram", login)
    picture = await uploaded(olga, photo(), "A loaf", "loaf.jpg")
    body = "x" * 2237
    post = await send(olga, "/posts", draft(brand, [channel], media=[picture], body=body))
    reply = await olga.post(f"/posts/{post['id']}/submit")
    assert refusal(reply) == (422, "over-limit")
    shown = await read(olga, f"/posts/{post['id']}/preview")
    (over,) = [each["over_by"] for each in shown["variants"][0]["measures"] if each["over_by"]]
    assert over >= 37
    assert str(over) in " ".join(error["message"] for error in reply.json["errors"])
    assert (await read(olga, f"/posts/{post['id']}"))["body"] == body
    assert sandbox.posts(account.id) == []


async def test_a_picture_of_40_megabytes(olga: Caller) -> None:
    reply = await olga.upload(photo("PNG") + bytes(40_000_000))
    assert refusal(reply) == (413, "too-large")
    assert "25 MB" in reply.json["detail"]


@pytest.mark.parametrize("content", [HTML, b"", photo("PNG")[:200]], ids=["html", "empty", "torn"])
async def test_a_png_that_is_none(olga: Caller, content: bytes) -> None:
    assert refusal(await olga.upload(content, alt="A loaf")) == (422, "invalid")


async def test_a_token_that_was_revoked_fails_the_delivery_and_a_new_one_brings_it_out(
    olga: Caller, brand: str, sandbox: Sandbox
) -> None:
    account = sandbox.seed_instagram(name="Casa Luz")
    channel = await connected(
        olga, brand, "instagram", {"ig_user_id": account.id, "access_token": account.token}
    )
    picture = await uploaded(olga, photo(), "A loaf", "loaf.jpg")
    post = await submitted(olga, brand, channel, media=[picture])
    sandbox.token(account.token, dead=460)

    (delivery,) = await published_now(olga, post)
    failed = await came_to(olga, delivery, "failed")
    assert failed["error_class"] == "reconnect"
    assert failed["error"]
    assert failed["next_step"]
    assert (await read(olga, f"/channels/{channel}"))["state"] == "reconnect"
    titles = [alert["title"] for alert in (await read(olga, "/alerts"))["items"]]
    assert any("Good morning" in title for title in titles)
    assert refusal(await olga.post(f"/deliveries/{delivery}/retry")) == (409, "not-connected")
    assert sandbox.posts(account.id) == []

    sandbox.token(account.token, revive=True)
    login = {"ig_user_id": account.id, "access_token": account.token}
    await send(olga, f"/channels/{channel}/reconnect", {"credentials": login})
    await send(olga, f"/deliveries/{delivery}/retry")
    await came_to(olga, delivery, "published")
    assert len(sandbox.posts(account.id)) == 1
