"""What only a person can bring to an end: connecting again, and taking down by hand."""

from __future__ import annotations

from tests.journeys.conftest import Page
from tests.journeys.steps import (
    came_to,
    connected,
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

PUBLISHING_ONLY = ["instagram_basic", "instagram_content_publish", "pages_read_engagement", "pages_show_list"]


async def test_a_revoked_token_is_replaced_and_the_failed_post_sent_on_the_pages(
    olga: Caller, brand: str, page: Page, visitor: Visitor
) -> None:
    post = await submitted(olga, brand, page.channel)
    page.sandbox.token(page.account.token, dead=460)
    (delivery,) = await published_now(olga, post)
    await came_to(olga, delivery, "failed")

    reconnect = f"/channels/{page.channel}/reconnect"
    await visitor.get(reconnect)
    wrong = await visitor.send(reconnect, credentials_access_token="wrong")
    assert wrong.status in {409, 422}
    page.sandbox.token(page.account.token, revive=True)
    again = await visitor.send(
        reconnect, credentials_page_id=page.account.id, credentials_access_token=page.account.token
    )
    assert "Connected again. 1 failed for want of a connection" in again.text
    await visitor.send(f"/deliveries/{delivery}/retry")
    await came_to(olga, delivery, "published")
    assert page.texts() == ["Fresh bread at eight."]


async def test_what_the_platform_wont_take_down_is_taken_down_by_hand(
    olga: Caller, brand: str, sandbox: Sandbox, visitor: Visitor
) -> None:
    account = sandbox.seed_instagram(name="Casa Luz")
    login = {"ig_user_id": account.id, "access_token": account.token}
    channel = await connected(olga, brand, "instagram", login)
    picture = await uploaded(olga, photo(), "A loaf", "loaf.jpg")
    post = await submitted(olga, brand, channel, media=[picture])
    (delivery,) = await published_now(olga, post)
    await came_to(olga, delivery, "published")
    sandbox.token(account.token, scopes=PUBLISHING_ONLY)

    await send(olga, f"/deliveries/{delivery}/recover", {"reason": "The price is wrong."})
    asked = await came_to(olga, delivery, "manual_recovery_needed")
    assert "Instagram app" in asked["next_step"]
    assert len(sandbox.posts(account.id)) == 1
    shown = await visitor.get(f"/deliveries/{delivery}")
    assert "Take it down by hand." in shown.text
    assert "choose Delete" in shown.text
    titles = [alert["title"] for alert in (await read(olga, "/alerts"))["items"]]
    assert any("Good morning" in title for title in titles)

    await visitor.send(f"/deliveries/{delivery}/by-hand")
    assert (await read(olga, f"/deliveries/{delivery}"))["state"] == "recovered"
