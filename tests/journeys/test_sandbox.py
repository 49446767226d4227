"""From a written post to the feeds of Instagram and a Facebook Page, as the sandbox plays them."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.journeys.steps import (
    came_to,
    connected,
    photo,
    published_now,
    send,
    submitted,
    uploaded,
)
from tests.support.rest import Caller
from tests.support.sandbox import Account, Sandbox

TEXT = "Fresh bread at eight, says @casaluz. #bread"


@pytest.fixture
def instagram(sandbox: Sandbox) -> Account:
    return sandbox.seed_instagram(name="Casa Luz")


@pytest.fixture
def facebook(sandbox: Sandbox) -> Account:
    return sandbox.seed_facebook(name="Casa Luz")


def login(account: Account, id_field: str) -> dict[str, str]:
    return {id_field: account.id, "access_token": account.token}


async def pictures(api: Caller, *alts: str) -> list[str]:
    sizes = [(640 + 8 * place, 640) for place in range(len(alts))]
    return [
        await uploaded(api, photo(size=size), alt, "bread.jpg") for alt, size in zip(alts, sizes, strict=True)
    ]


async def out(api: Caller, brand: str, channel: str, **post: Any) -> dict[str, Any]:
    """Publish a post; its delivery."""
    written = await submitted(api, brand, channel, body=TEXT, **post)
    (delivery,) = await published_now(api, written)
    return await came_to(api, delivery, "published")


@pytest.mark.parametrize("alts", [("A loaf",), ("A loaf", "A bun", "A roll")], ids=["image", "carousel"])
async def test_a_post_with_pictures_is_on_instagram_once_and_can_be_taken_down(
    olga: Caller, brand: str, sandbox: Sandbox, instagram: Account, alts: tuple[str, ...]
) -> None:
    channel = await connected(olga, brand, "instagram", login(instagram, "ig_user_id"))
    kind = "carousel" if len(alts) > 1 else "feed_post"
    detail = await out(olga, brand, channel, media=await pictures(olga, *alts), content_type=kind)

    (post,) = sandbox.posts(instagram.id)
    assert post["text"].endswith(TEXT)
    assert tuple(picture["alt_text"] for picture in post["pictures"]) == alts
    assert (detail["external_id"], detail["permalink"]) == (post["id"], post["permalink"])
    assert detail["is_sandbox"] is detail["receipt"]["is_sandbox"] is True

    await send(olga, f"/deliveries/{detail['id']}/recover", {"reason": "The price is wrong."})
    await came_to(olga, detail["id"], "recovered")
    assert sandbox.posts(instagram.id) == []


@pytest.mark.parametrize(
    ("alts", "link"),
    [((), ""), ((), "https://bakery.example/rye"), (("A loaf",), ""), (("A loaf", "A bun"), "")],
    ids=["text", "link", "photo", "photos"],
)
@pytest.mark.parametrize("draft_first", [True, False], ids=["draft-first", "at-once"])
async def test_a_post_is_on_the_facebook_page_once_and_can_be_taken_down(
    olga: Caller,
    brand: str,
    sandbox: Sandbox,
    facebook: Account,
    *,
    alts: tuple[str, ...],
    link: str,
    draft_first: bool,
) -> None:
    options = {"draft_first": draft_first}
    channel = await connected(olga, brand, "facebook", login(facebook, "page_id"), options)
    detail = await out(olga, brand, channel, media=await pictures(olga, *alts), link=link)

    (post,) = sandbox.posts(facebook.id)
    assert TEXT in post["text"]
    assert (post["link"].startswith(link), bool(post["link"])) == (True, bool(link))
    assert tuple(picture["alt_text"] for picture in post["pictures"]) == alts
    assert (detail["permalink"], detail["is_sandbox"]) == (post["permalink"], True)

    await send(olga, f"/deliveries/{detail['id']}/recover", {"reason": "The price is wrong."})
    await came_to(olga, detail["id"], "recovered")
    assert sandbox.posts(facebook.id) == []


async def test_one_post_reaches_both_platforms_and_its_permalinks_can_be_opened(
    olga: Caller, brand: str, sandbox: Sandbox, instagram: Account, facebook: Account
) -> None:
    channels = [
        await connected(olga, brand, "instagram", login(instagram, "ig_user_id")),
        await connected(olga, brand, "facebook", login(facebook, "page_id")),
    ]
    post = await submitted(olga, brand, *channels, body=TEXT, media=await pictures(olga, "A loaf"))
    deliveries = [await came_to(olga, each, "published") for each in await published_now(olga, post)]

    assert {each["platform"] for each in deliveries} == {"instagram", "facebook"}
    assert len(sandbox.posts(instagram.id)) == len(sandbox.posts(facebook.id)) == 1
    async with aiohttp.ClientSession() as follower:
        for each in deliveries:
            async with follower.get(each["permalink"]) as page:
                assert page.status == 200
                assert "Fresh bread at eight" in await page.text()
