"""What people get wrong on the pages is told there, and what they wrote stays."""

from __future__ import annotations

from tests.journeys.conftest import Page
from tests.journeys.steps import (
    approved,
    came_to,
    connected,
    draft,
    photo,
    published_now,
    read,
    send,
    submitted,
    uploaded,
)
from tests.support.rest import Caller
from tests.support.sandbox import Sandbox
from tests.web.visitor import Visitor


async def test_a_post_that_cant_be_sent_to_review_says_why(
    olga: Caller, brand: str, sandbox: Sandbox, visitor: Visitor
) -> None:
    account = sandbox.seed_instagram(name="Casa Luz")
    login = {"ig_user_id": account.id, "access_token": account.token}
    channel = await connected(olga, brand, "instagram", login)
    picture = await uploaded(olga, photo(size=(672, 640)), "", "loaf.jpg")
    body = "x" * 2237
    post = await send(olga, "/posts", draft(brand, [channel], media=[picture], body=body))
    await visitor.get(f"/posts/{post['id']}")
    refused = await visitor.send(f"/posts/{post['id']}/submit")
    assert refused.status == 422
    assert "alt text" in refused.text
    shown = await read(olga, f"/posts/{post['id']}/preview")
    (over,) = [each["over_by"] for each in shown["variants"][0]["measures"] if each["over_by"]]
    assert str(over) in refused.text
    assert (await read(olga, f"/posts/{post['id']}"))["body"] == body


async def test_a_past_time_is_told_in_the_form(
    olga: Caller, brand: str, page: Page, visitor: Visitor
) -> None:
    post = await submitted(olga, brand, page.channel)
    await approved(olga, post)
    address = f"/posts/{post}/schedule"
    await visitor.get(address)
    refused = await visitor.send(address, when="at", due_local="2020-01-01T09:00")
    assert refused.status == 422
    assert "past" in refused.text
    assert refused.form(address).value("due_local") == "2020-01-01T09:00"
    assert (await read(olga, f"/posts/{post}"))["deliveries"] == []


async def test_a_file_that_isnt_taken_says_why(visitor: Visitor) -> None:
    await visitor.get("/settings/profile")
    csrf = visitor.csrf
    html = await visitor.upload("/media", b"<html>not a picture</html>", csrf=csrf)
    assert html.status == 422
    huge = await visitor.upload("/media", photo("PNG") + bytes(40_000_000), csrf=csrf)
    assert huge.status == 413
    assert "25 MB" in huge.text


async def test_a_failed_delivery_says_on_its_page_what_to_do(
    olga: Caller, brand: str, page: Page, visitor: Visitor
) -> None:
    post = await submitted(olga, brand, page.channel)
    page.sandbox.token(page.account.token, dead=460)
    (delivery,) = await published_now(olga, post)
    failed = await came_to(olga, delivery, "failed")

    shown = await visitor.get(f"/deliveries/{delivery}")
    for said in ("Not sent.", failed["error"], "Certainly nothing was published.", failed["next_step"]):
        assert said in shown.text
    assert any(link.endswith("/reconnect") for link in shown.links)
    assert failed["error"].partition(" (190/460")[0] in (await visitor.get("/publishing")).text
    assert page.texts() == []
