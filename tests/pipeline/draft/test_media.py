"""Bringing pictures in: what is wrong is said, nothing half-done stays behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from signoff.kernel.errors import Invalid, NotAllowed, NotFound, TooLarge
from signoff.kernel.ids import MediaId
from signoff.kernel.people import Actor
from signoff.pipeline.draft.media import get_media, import_image, upload_media
from signoff.records.posts.pictures import find_media
from signoff.runtime import Runtime
from signoff.settings import Settings
from tests.media.pictures import huge_png, in_chunks, saved, scene, with_everything
from tests.support.world import Neighbour

MEGABYTE = 1024 * 1024


def files_of(settings: Settings) -> list[Path]:
    return [path for path in (settings.data_dir / "media").rglob("*") if path.is_file()]


async def test_a_picture_is_known_by_its_bytes_and_keeps_nothing_else(
    runtime: Runtime, author: Actor
) -> None:
    sent = with_everything("PNG", "secret-of-the-camera")
    media = await upload_media(runtime, author, in_chunks(sent), filename="a.png", alt="A loaf")
    assert (media.media_type, media.width, media.height, media.alt) == ("image/png", 48, 32, "A loaf")
    assert b"secret-of-the-camera" not in await runtime.media.read(media.digest)
    assert (await find_media(runtime, author, media.digest)).id == media.id


async def test_the_same_picture_is_stored_once_also_when_it_comes_twice_at_once(
    runtime: Runtime, author: Actor, settings: Settings
) -> None:
    data = saved(scene(), "PNG")
    uploads = [upload_media(runtime, author, in_chunks(data), filename=f"{n}.png") for n in range(4)]
    media = await asyncio.gather(*uploads)
    assert len({one.id for one in media}) == 1
    assert len(files_of(settings)) == 1


async def _zeros(amount: int) -> AsyncIterator[bytes]:
    for _ in range(0, amount, MEGABYTE):
        yield bytes(MEGABYTE)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"<!doctype html><script>alert(1)</script>", "a web page"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "SVG"),
        (b"", "empty"),
        (saved(scene(), "PNG")[:60], "damaged or incomplete"),
        (b"%PDF-1.7 and so on", ""),
    ],
    ids=["html", "svg", "empty", "torn", "pdf"],
)
async def test_what_is_no_picture_is_refused_whatever_its_name(
    runtime: Runtime, author: Actor, settings: Settings, data: bytes, refusal: str
) -> None:
    with pytest.raises(Invalid, match=f"(?i){refusal}"):
        await upload_media(runtime, author, in_chunks(data), filename="bread.png")
    assert files_of(settings) == []


async def test_forty_megabytes_are_refused_while_they_come(
    runtime: Runtime, author: Actor, settings: Settings
) -> None:
    with pytest.raises(TooLarge, match="25"):
        await upload_media(runtime, author, _zeros(40 * MEGABYTE), filename="large.png")
    assert files_of(settings) == []


async def test_a_small_file_with_a_huge_picture_is_refused(
    runtime: Runtime, author: Actor, settings: Settings
) -> None:
    with pytest.raises(Invalid, match="pixels"):
        await upload_media(runtime, author, in_chunks(huge_png(20_000, 20_000)))
    assert files_of(settings) == []


async def test_an_upload_that_breaks_off_leaves_nothing(
    runtime: Runtime, author: Actor, settings: Settings
) -> None:
    async def torn() -> AsyncIterator[bytes]:
        yield saved(scene(), "PNG")[:40]
        raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError):
        await upload_media(runtime, author, torn())
    assert files_of(settings) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/a.png",
        "http://localhost/a.png",
        "http://[::1]/a.png",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.8/a.png",
        "file:///etc/passwd",
        "not an address",
    ],
)
async def test_an_internal_address_is_never_fetched(runtime: Runtime, author: Actor, url: str) -> None:
    with pytest.raises(Invalid):
        await import_image(runtime, author, url)


async def test_a_viewer_brings_nothing_in(runtime: Runtime, viewer: Actor, settings: Settings) -> None:
    with pytest.raises(NotAllowed):
        await upload_media(runtime, viewer, in_chunks(saved(scene(), "PNG")))
    assert files_of(settings) == []


async def test_anothers_picture_is_not_there(runtime: Runtime, author: Actor, neighbour: Neighbour) -> None:
    theirs = await upload_media(runtime, neighbour.owner, in_chunks(saved(scene(), "PNG")))
    for media_id in (theirs.id, MediaId(uuid4())):
        with pytest.raises(NotFound):
            await get_media(runtime, author, media_id)
    with pytest.raises(NotFound):
        await find_media(runtime, author, theirs.digest)


async def test_a_picture_both_have_stays_when_one_has_it(
    runtime: Runtime, author: Actor, neighbour: Neighbour
) -> None:
    data = saved(scene(), "PNG")
    ours = await upload_media(runtime, author, in_chunks(data))
    theirs = await upload_media(runtime, neighbour.owner, in_chunks(data))
    assert (ours.digest, ours.id != theirs.id) == (theirs.digest, True)
    assert await runtime.media.exists(ours.digest)
