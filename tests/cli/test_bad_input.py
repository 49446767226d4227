"""What is wrong is said in words on the terminal, with a status that scripts can tell; nothing gets out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from signoff.kernel.people import Actor
from signoff.records.posts.listing import list_posts
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.settings import Settings
from signoff.worker.loop import Worker
from tests.api.drafts import draft, in_review, png
from tests.support.clock import ShiftableClock
from tests.support.commands import Run, Signoff
from tests.support.noticeboard import Noticeboard
from tests.support.posts import approved
from tests.support.rest import Caller

pytestmark = pytest.mark.slow

FORTY_MEGABYTES = 40 * 1024 * 1024


@pytest.fixture(autouse=True)
async def _nothing_gets_out(
    runtime: Runtime, clock: ShiftableClock, noticeboard: Noticeboard
) -> AsyncIterator[None]:
    """Whatever a test sends: a worker that comes by much later finds nothing to publish."""
    yield
    clock.advance(timedelta(days=300))
    await Worker(runtime).run_until_idle()
    assert noticeboard.notes == []


def is_refused(run: Run, words: str) -> bool:
    """Does the command end as one that was refused, with these words and nothing else to see?"""
    said = " ".join(run.errors.split())
    return (run.code, run.out) == (1, "") and words in said and "Traceback" not in said


async def test_an_unknown_brand(runtime: Runtime, owner: Actor, signoff: Signoff) -> None:
    assert is_refused(
        await signoff("posts", "create", "--brand", str(uuid4()), "--title", "Rye"), "no such brand"
    )
    assert (await list_posts(runtime, owner)).items == []


async def test_a_time_that_is_past(
    runtime: Runtime, owner: Actor, channel: Channel, signoff: Signoff
) -> None:
    post = str((await approved(runtime, owner, channel)).post.id)
    assert is_refused(await signoff("schedule", post, "--local", "2020-01-01T09:00"), "The due time is past")
    assert is_refused(await signoff("schedule", post, "--local", "2027-03-28T02:30"), "set forward")


async def test_what_is_not_approved(
    owner_api: Caller, brand: Brand, channel: Channel, signoff: Signoff
) -> None:
    post = (await in_review(owner_api, brand, channel)).json["id"]
    assert is_refused(await signoff("publish-now", post), "Only an approved post is scheduled")
    assert is_refused(
        await signoff("review", "approve", post, "--seen", "0" * 64), "isn't what you were shown"
    )


async def test_a_picture_without_alt_text_and_a_text_that_is_too_long(
    owner_api: Caller, brand: Brand, channel: Channel, signoff: Signoff
) -> None:
    media = (await owner_api.upload(png())).json["id"]
    written = await owner_api.post("/posts", draft(brand, channel, media=[media], body="x" * 600))
    run = await signoff("posts", "submit", written.json["id"])
    assert is_refused(run, "Picture 1 has no alt text")
    assert is_refused(run, "113 characters too long")


async def test_files_that_are_no_pictures(tmp_path: Path, settings: Settings, signoff: Signoff) -> None:
    page, large = tmp_path / "page.png", tmp_path / "large.png"
    page.write_bytes(b"<!doctype html><script>alert(1)</script>")
    large.write_bytes(bytes(FORTY_MEGABYTES))
    assert is_refused(await signoff("media", "upload", str(page)), "web page")
    assert is_refused(await signoff("media", "upload", str(large)), "25")
    kept = [path for path in (settings.data_dir / "media").rglob("*") if path.is_file()]
    assert kept == []


async def test_a_picture_from_an_internal_address(signoff: Signoff) -> None:
    run = await signoff("media", "import", "http://127.0.0.1:9/a.png")
    assert (run.code, run.out) == (1, "")


async def test_a_token_that_is_none(brand: Brand, signoff: Signoff) -> None:
    run = await signoff("brands", "list", SIGNOFF_TOKEN="sgn_made_up")
    assert run.code != 0
    assert run.out == ""
    assert "token" in run.errors
