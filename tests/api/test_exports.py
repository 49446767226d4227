"""Exported pages over REST."""

from __future__ import annotations

import io
import zipfile

import pytest

from signoff.kernel.people import Actor
from signoff.organizations.channels import connect_channel
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.api.drafts import approval, in_review
from tests.support.rest import Caller


@pytest.fixture
async def site(runtime: Runtime, owner: Actor, brand: Brand) -> Channel:
    return await connect_channel(runtime, owner, brand.id, "html", "Our site", {}, {})


async def scheduled(api: Caller, brand: Brand, channel: Channel) -> str:
    post = await in_review(api, brand, channel, title="Good <morning>", content_type="blog_post")
    body = await approval(api, post.json["id"], schedule={"due_at": "now"})
    decided = await api.post(f"/posts/{post.json['id']}/decisions", body)
    assert decided.status == 201, decided.body
    return str(decided.json["deliveries"][0]["id"])


async def test_a_page_is_downloaded_as_it_was_approved(
    owner_api: Caller, brand: Brand, site: Channel
) -> None:
    delivery = await scheduled(owner_api, brand, site)
    page = await owner_api.get(f"/deliveries/{delivery}/export")
    assert page.status == 200, page.body
    assert b"<title>Good &lt;morning&gt;" in page.body
    assert b"Fresh bread at eight." in page.body


async def test_a_download_never_runs_on_our_origin(owner_api: Caller, brand: Brand, site: Channel) -> None:
    delivery = await scheduled(owner_api, brand, site)
    for path in (f"/deliveries/{delivery}/export", f"/brands/{brand.id}/exports.zip"):
        headers = (await owner_api.get(path)).headers
        assert headers["Content-Disposition"].startswith('attachment; filename="')
        assert headers["Content-Security-Policy"].startswith("sandbox")
        assert headers["X-Content-Type-Options"] == "nosniff"


async def test_other_platforms_have_no_page(owner_api: Caller, brand: Brand, channel: Channel) -> None:
    post = await in_review(owner_api, brand, channel)
    body = await approval(owner_api, post.json["id"], schedule={"due_at": "now"})
    decided = await owner_api.post(f"/posts/{post.json['id']}/decisions", body)
    delivery = decided.json["deliveries"][0]["id"]
    refused = await owner_api.get(f"/deliveries/{delivery}/export")
    assert (refused.status, refused.json["type"]) == (409, "urn:signoff:problem:wrong-state")


async def test_before_anything_is_published_the_archive_is_empty_and_whole(
    owner_api: Caller, brand: Brand
) -> None:
    archive = await owner_api.get(f"/brands/{brand.id}/exports.zip")
    assert archive.headers["Content-Type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(archive.body)).namelist() == []
