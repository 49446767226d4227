"""Search and jump over real HTTP: what is found, and by whom."""

from __future__ import annotations

import pytest

from signoff.kernel.people import Role
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.posts import written
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor


@pytest.mark.parametrize("asked", ["morning", "mor", "good mor", "Fresh br"])
async def test_a_post_is_found_by_words_and_by_their_beginning(
    olga: Visitor, runtime: Runtime, channel: Channel, asked: str
) -> None:
    post = (await written(runtime, olga.actor, channel)).post
    assert f"/posts/{post.id}" in (await olga.get(f"/search?q={asked}")).links
    listed = (await olga.get(f"/posts?search={asked}")).links
    assert any(link.startswith(f"/posts/{post.id}") for link in listed)


@pytest.mark.parametrize(
    "asked", ["'", "!", "-morning", '"good', "a & | b", ":*", "\\", "(", "%", "bread':*"]
)
async def test_signs_that_mean_something_elsewhere_break_nothing(
    olga: Visitor, runtime: Runtime, channel: Channel, asked: str
) -> None:
    await written(runtime, olga.actor, channel)
    async with olga.http.get(f"{olga.site}/search", params={"q": asked}) as answer:
        assert answer.status == 200
    async with olga.http.get(f"{olga.site}/posts", params={"search": asked}) as answer:
        assert answer.status == 200


async def test_brands_channels_people_and_pages_are_found_by_name(
    olga: Visitor, brand: Brand, channel: Channel
) -> None:
    assert f"/posts?brand={brand.id}" in (await olga.get(f"/search?q={brand.name[:4]}")).links
    assert f"/channels/{channel.id}" in (await olga.get(f"/search?q={channel.name[:4]}")).links
    assert olga.actor.email in (await olga.get(f"/search?q={olga.actor.email[:5]}")).text
    assert "/calendar" in (await olga.get("/search?q=plan")).links


async def test_nobody_is_led_where_they_may_not_go(arrive: Arrive) -> None:
    viewer = await arrive(Role.VIEWER)
    page = await viewer.get("/search?q=pause")
    assert "/pauses/new" not in page.links
    assert "Nothing has" in page.text


@pytest.mark.parametrize(
    "path", ["/search?q=%00", "/posts?search=%00&tag=%00", "/settings/audit?q=%00", "/settings/jobs/%00"]
)
async def test_an_address_that_no_database_takes_is_refused(olga: Visitor, path: str) -> None:
    assert (await olga.get(path)).status == 422
