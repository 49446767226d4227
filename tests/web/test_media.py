"""Pictures: shown to their organization, fetched by platforms, and never run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from signoff.kernel.people import Actor
from signoff.media.addresses import Address, sign_address
from signoff.pipeline.draft.media import upload_media
from signoff.records.models import Media
from signoff.runtime import Runtime
from tests.support.world import Neighbour
from tests.web.visitor import Visitor

PICTURE = (Path(__file__).parent / "picture.png").read_bytes()


async def _chunks() -> AsyncIterator[bytes]:
    yield PICTURE


@pytest.fixture
async def picture(runtime: Runtime, owner: Actor) -> Media:
    return await upload_media(runtime, owner, _chunks(), filename="a.png")


def _signed(runtime: Runtime, picture: Media, life: timedelta = timedelta(hours=1)) -> str:
    address = Address(picture.organization_id, picture.digest, picture.media_type)
    return sign_address(runtime.vault, address, base_url="", now=runtime.clock.now(), life=life)


async def test_a_picture_is_shown_to_its_organization(olga: Visitor, picture: Media) -> None:
    for path in (f"/media/{picture.id}", f"/media/file/{picture.digest}"):
        page = await olga.get(path)
        assert page.headers["Content-Type"] == picture.media_type
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Content-Security-Policy"].startswith("sandbox")
        assert page.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert len(page.body) == picture.size_bytes


async def test_a_picture_isnt_shown_to_strangers(stranger: Visitor, picture: Media) -> None:
    page = await stranger.get(f"/media/{picture.id}")
    assert page.path.startswith("/sign-in")


async def test_a_picture_of_another_organization_isnt_there(
    olga: Visitor, runtime: Runtime, neighbour: Neighbour
) -> None:
    theirs = await upload_media(runtime, neighbour.owner, _chunks())
    assert (await olga.get(f"/media/{theirs.id}")).status == 404
    assert (await olga.get(f"/media/file/{theirs.digest}")).status == 404


async def test_whoever_has_a_signed_address_gets_the_picture(
    stranger: Visitor, runtime: Runtime, picture: Media
) -> None:
    page = await stranger.get(_signed(runtime, picture))
    assert page.status == 200
    assert len(page.body) == picture.size_bytes


async def test_an_altered_or_expired_address_gets_nothing(
    stranger: Visitor, runtime: Runtime, picture: Media
) -> None:
    address = _signed(runtime, picture)
    assert (await stranger.get(address.replace("?e=", "?e=9"))).status == 404
    assert (await stranger.get(address[:-1] + ("0" if address[-1] != "0" else "1"))).status == 404
    assert (await stranger.get(address.partition("?")[0])).status == 404
    assert (await stranger.get(_signed(runtime, picture, timedelta(seconds=-1)))).status == 404


async def test_an_altered_file_isnt_handed_out(
    olga: Visitor, stranger: Visitor, runtime: Runtime, picture: Media
) -> None:
    stored = next((runtime.settings.data_dir / "media").rglob(picture.digest))
    stored.write_bytes(stored.read_bytes()[:-1] + b"x")
    assert (await olga.get(f"/media/{picture.id}")).status == 409
    assert (await stranger.get(_signed(runtime, picture))).status == 409


async def test_an_upload_by_script_gives_the_block_for_the_editor(olga: Visitor) -> None:
    await olga.get("/settings/profile")
    page = await olga.upload("/media", PICTURE, csrf=olga.csrf)
    assert page.status == 200
    assert 'name="media_id"' in page.html
    await olga.get("/settings/profile")
    page = await olga.upload("/media", b"<svg onload=alert(1)>", filename="x.svg", csrf=olga.csrf)
    assert page.status == 422
