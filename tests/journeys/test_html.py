"""From a written post to a page that is downloaded, alone or in the archive of its brand."""

from __future__ import annotations

import io
import zipfile

from tests.journeys.steps import came_to, connected, photo, published_now, send, submitted, uploaded
from tests.support.rest import Caller
from tests.web.visitor import Visitor


async def test_an_exported_page_is_downloaded_and_is_in_the_archive_of_its_brand(
    olga: Caller, brand: str
) -> None:
    channel = await connected(olga, brand, "html", {}, {"folder": "bakery"})
    picture = await uploaded(olga, photo(), "A rye loaf", "rye.jpg")
    post = await submitted(
        olga, brand, channel, title="Rye & spelt", content_type="blog_post", media=[picture]
    )
    empty = await olga.get(f"/brands/{brand}/exports.zip")
    assert zipfile.ZipFile(io.BytesIO(empty.body)).namelist() == []

    (delivery,) = await published_now(olga, post)
    detail = await came_to(olga, delivery, "published")

    page = await olga.get(f"/deliveries/{delivery}/export")
    assert page.status == 200
    for part in (
        "<title>Rye &amp; spelt",
        '<meta property="og:title" content="Rye &amp; spelt"',
        '<script type="application/ld+json">',
        "Fresh bread at eight.",
        'alt="A rye loaf"',
    ):
        assert part in page.body.decode()
    archive = zipfile.ZipFile(io.BytesIO((await olga.get(f"/brands/{brand}/exports.zip")).body))
    assert archive.testzip() is None
    assert page.body in [archive.read(name) for name in archive.namelist() if name.endswith(".html")]
    stored = (await olga.get(f"/media/{picture}/content")).body
    assert stored in [archive.read(name) for name in archive.namelist()]
    assert detail["key"]

    await send(olga, f"/deliveries/{delivery}/recover", {"reason": "Sold out."})
    await came_to(olga, delivery, "recovered")
    after = zipfile.ZipFile(io.BytesIO((await olga.get(f"/brands/{brand}/exports.zip")).body))
    assert [name for name in after.namelist() if name.endswith(".html")] == []


async def test_an_exported_page_is_downloaded_from_its_page(
    olga: Caller, brand: str, visitor: Visitor
) -> None:
    channel = await connected(olga, brand, "html", {})
    post = await submitted(olga, brand, channel, content_type="blog_post")
    (delivery,) = await published_now(olga, post)
    await came_to(olga, delivery, "published")

    shown = await visitor.get(f"/deliveries/{delivery}")
    assert f"/deliveries/{delivery}/export" in shown.links
    page = await visitor.get(f"/deliveries/{delivery}/export")
    assert page.body == (await olga.get(f"/deliveries/{delivery}/export")).body
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert page.headers["Content-Security-Policy"].startswith("sandbox")
