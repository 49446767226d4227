"""Pictures over REST."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from signoff.records.tenants import Brand, Channel
from signoff.settings import Environment, Settings
from tests.api.drafts import draft, png
from tests.media.pictures import with_everything
from tests.support.loopback import serving
from tests.support.rest import Caller

LIMIT = 200_000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(environment=Environment.DEVELOPMENT, data_dir=tmp_path, upload_max_bytes=LIMIT)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_an_upload_is_stored_described_and_given_back(owner_api: Caller) -> None:
    added = await owner_api.upload(png(), alt="A loaf", filename="loaf.png")
    assert added.status == 201, added.body
    assert added.headers["Location"] == f"/api/v1/media/{added.json['id']}"
    read = await owner_api.get(f"/media/{added.json['id']}")
    assert read.json == added.json
    assert (read.json["width"], read.json["height"], read.json["alt"]) == (48, 32, "A loaf")
    content = await owner_api.get(read.json["content_url"].removeprefix("/api/v1"))
    assert hashlib.sha256(content.body).hexdigest() == read.json["digest"]
    assert content.headers["Content-Type"] == "image/png"
    assert content.headers["X-Content-Type-Options"] == "nosniff"
    assert content.headers["Content-Security-Policy"].startswith("sandbox")


async def test_metadata_is_stripped(owner_api: Caller) -> None:
    added = await owner_api.upload(with_everything("JPEG", "secret place"))
    content = await owner_api.get(f"/media/{added.json['id']}/content")
    assert b"secret place" not in content.body


async def test_the_same_bytes_are_stored_once(owner_api: Caller, settings: Settings) -> None:
    first = await owner_api.upload(png())
    stored = files_in(settings.data_dir / "media")
    second = await owner_api.upload(png(), filename="other.png")
    assert first.json["id"] == second.json["id"]
    assert files_in(settings.data_dir / "media") == stored


async def test_the_alt_text_may_come_before_the_picture(owner_api: Caller) -> None:
    form = aiohttp.FormData()
    form.add_field("alt", "A loaf")
    form.add_field("picture", png(), filename="loaf.png", content_type="image/png")
    added = await owner_api.call("POST", "/media", data=form)
    assert added.json["alt"] == "A loaf"


async def endless() -> AsyncIterator[bytes]:
    for _ in range(20):
        yield b"x" * 64 * 1024


async def test_an_upload_beyond_the_limit_is_refused_while_it_comes(
    owner_api: Caller, settings: Settings
) -> None:
    form = aiohttp.FormData()
    form.add_field("file", endless(), filename="big.png", content_type="image/png")
    refused = await owner_api.call("POST", "/media", data=form)
    assert (refused.status, refused.json["type"]) == (413, "urn:signoff:problem:too-large")
    slightly = await owner_api.upload(png() + b"x" * LIMIT)
    assert slightly.status == 413
    assert files_in(settings.data_dir / "media") == []


@pytest.mark.parametrize("content", [b"", b"<html><script>alert(1)</script></html>", b"GIF89a but no"])
async def test_what_is_no_picture_is_refused_whatever_its_name(
    owner_api: Caller, settings: Settings, content: bytes
) -> None:
    refused = await owner_api.upload(content, filename="loaf.png")
    assert refused.status == 422, refused.body
    assert files_in(settings.data_dir / "media") == []


async def test_a_form_without_a_picture_is_refused(owner_api: Caller) -> None:
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("alt", "A loaf")
    refused = await owner_api.call("POST", "/media", data=form)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "file")


async def test_two_pictures_at_once_are_refused(owner_api: Caller) -> None:
    form = aiohttp.FormData()
    for name in ("a", "b"):
        form.add_field(name, png(), filename=f"{name}.png")
    assert (await owner_api.call("POST", "/media", data=form)).status == 400


# Starlette leaves the file of a part that never ended to Python, which closes it with a warning.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_form_that_breaks_off_is_refused(owner_api: Caller, settings: Settings) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=cut"}
    body = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + png()
    refused = await owner_api.call("POST", "/media", data=body, headers=headers)
    assert refused.status in {400, 422}, refused.body
    assert files_in(settings.data_dir / "media") == []


async def test_another_content_type_is_refused(owner_api: Caller) -> None:
    refused = await owner_api.call("POST", "/media", data=png(), headers={"Content-Type": "image/png"})
    assert (refused.status, refused.json["type"]) == (415, "urn:signoff:problem:unsupported-media-type")


async def test_internal_addresses_are_not_fetched(owner_api: Caller) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(body=png(), content_type="image/png")

    async with serving(answer) as url:
        for address in (f"{url}/a.png", "http://[::ffff:127.0.0.1]/a.png", "file:///etc/passwd", "a.png"):
            refused = await owner_api.post("/media", {"url": address})
            assert refused.status == 422, (address, refused.body)
    assert asked == []


async def test_a_wrong_import_names_the_field(owner_api: Caller) -> None:
    refused = await owner_api.post("/media", {"address": "https://www.example.com/a.png"})
    assert {error["field"] for error in refused.json["errors"]} == {"url", "address"}


async def test_a_channel_gets_a_crop_in_the_place_of_a_picture(
    owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    whole = (await owner_api.upload(png(), alt="A loaf")).json["id"]
    cut = await owner_api.post(f"/media/{whole}/crops", {"ratio": 1, "left": 0})
    assert (cut.status, cut.json["width"], cut.json["height"]) == (201, 32, 32)
    own = {str(channel.id): {"crops": {whole: cut.json["id"]}}}
    post = await owner_api.post("/posts", draft(brand, channel, media=[whole], overrides=own))
    assert post.json["overrides"] == own
    (shown,) = (await owner_api.get(f"/posts/{post.json['id']}/preview")).json["variants"]
    assert [(one["digest"], one["alt"]) for one in shown["pictures"]] == [(cut.json["digest"], "A loaf")]


async def test_a_frame_that_is_none_is_refused(owner_api: Caller) -> None:
    whole = (await owner_api.upload(png())).json["id"]
    refused = await owner_api.post(f"/media/{whole}/crops", {"ratio": 0.001})
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "ratio")
