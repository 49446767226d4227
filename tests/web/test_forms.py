"""Forms are ours, come from our pages, and are carried out once."""

from __future__ import annotations

import asyncio

import pytest
from PIL import Image

from signoff.kernel.people import Actor, Role
from signoff.organizations.members import list_members
from signoff.records.posts.listing import list_posts
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.media.pictures import saved
from tests.web.conftest import Arrive
from tests.web.visitor import OWN_PAGE, Visitor


async def _posts(runtime: Runtime, actor: Actor) -> int:
    return len((await list_posts(runtime, actor)).items)


async def test_a_form_without_the_sessions_token_does_nothing(
    olga: Visitor, runtime: Runtime, brand: Brand
) -> None:
    page = await olga.post(
        "/posts", [("brand", str(brand.id)), ("content_type", "feed_post"), ("title", "x")]
    )
    assert page.status == 403
    assert await _posts(runtime, olga.actor) == 0


async def test_another_sessions_token_does_nothing(
    olga: Visitor, arrive: Arrive, runtime: Runtime, brand: Brand
) -> None:
    author = await arrive(Role.AUTHOR)
    await author.get(f"/posts/new?brand={brand.id}")
    await olga.get(f"/posts/new?brand={brand.id}")
    page = await olga.send("/posts", csrf=author.csrf, title="x")
    assert page.status == 403
    assert await _posts(runtime, olga.actor) == 0


@pytest.mark.parametrize(
    "from_where",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[half"},
        {"Origin": "http://[half", "Referer": "http://[half"},
        {},
    ],
)
async def test_a_form_from_another_site_does_nothing(
    olga: Visitor, runtime: Runtime, brand: Brand, from_where: dict[str, str]
) -> None:
    await olga.get(f"/posts/new?brand={brand.id}")
    fields = olga.page.form("/posts").fields
    async with olga.http.post(f"{olga.site}/posts", data=fields, headers=from_where) as answer:
        assert answer.status == 403
        assert "another site" in await answer.text()
    assert await _posts(runtime, olga.actor) == 0


async def test_a_browser_that_names_only_the_origin_is_let_in(
    olga: Visitor, runtime: Runtime, brand: Brand
) -> None:
    await olga.get(f"/posts/new?brand={brand.id}")
    fields = olga.page.form("/posts").fields
    async with olga.http.post(f"{olga.site}/posts", data=fields, headers={"Origin": olga.site}) as answer:
        assert answer.status == 200
    assert await _posts(runtime, olga.actor) == 1


async def test_a_double_click_writes_one_post(olga: Visitor, runtime: Runtime, brand: Brand) -> None:
    await olga.get(f"/posts/new?brand={brand.id}")
    fields = [*olga.page.form("/posts").fields, ("title", "Once")]

    async def press() -> str:
        async with olga.http.post(f"{olga.site}/posts", data=fields, headers=OWN_PAGE) as answer:
            return str(answer.url)

    ends = await asyncio.gather(press(), press(), press())
    assert len(set(ends)) == 1
    assert await _posts(runtime, olga.actor) == 1


async def test_a_form_that_was_changed_makes_another_version_of_its_windows_post(
    olga: Visitor, runtime: Runtime, brand: Brand
) -> None:
    await olga.get(f"/posts/new?brand={brand.id}")
    first = olga.page
    await olga.send("/posts", title="One")
    olga.page = first
    await olga.send("/posts", title="Two")
    [view] = (await list_posts(runtime, olga.actor)).items
    assert (view.revision.number, view.revision.title) == (2, "Two")


async def test_a_refused_form_can_be_sent_again(olga: Visitor, runtime: Runtime, owner: Actor) -> None:
    await olga.get("/settings/team/invite")
    invite = olga.page
    refused = await olga.send("/settings/team/invite", email="not an address", name="", role="author")
    assert refused.status == 422
    assert refused.form("/settings/team/invite").value("email") == "not an address"
    olga.page = invite
    await olga.send("/settings/team/invite", email="ana@casaluz.example", name="Ana", role="author")
    assert {member.email for member in await list_members(runtime, owner)} >= {"ana@casaluz.example"}


async def test_a_body_beyond_the_limit_is_refused(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    await olga.get(f"/posts/new?brand={channel.brand_id}")
    too_much = b"x" * (runtime.settings.upload_max_bytes + 200_000)
    page = await olga.upload("/media", too_much, csrf=olga.csrf)
    assert page.status == 413
    assert "larger than" in page.text


async def test_another_picture_of_the_same_name_and_size_is_another_form(
    olga: Visitor, runtime: Runtime, brand: Brand
) -> None:
    pictures = [
        saved(Image.new("RGB", (64, 64), colour), "PNG", compress_level=0) for colour in ("red", "blue")
    ]
    assert len(pictures[0]) == len(pictures[1])
    await olga.get(f"/posts/new?brand={brand.id}")
    facts = {"csrf": olga.csrf, "once": "one value", "brand": str(brand.id), "content_type": "feed_post"}
    for picture in (*pictures, pictures[0]):
        await olga.upload("/posts", picture, title="Rye", **facts)
    assert await _posts(runtime, olga.actor) == 2
