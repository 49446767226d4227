"""The disk is full while something is uploaded: nothing is lost, and people are told."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest
from PIL import Image

from tests.journeys.steps import photo, read, refusal, uploaded
from tests.media.pictures import saved
from tests.servers.running import cannot_run
from tests.support.installation import OWNER, Installation, installed
from tests.support.rest import Caller
from tests.web.visitor import Visitor

_SMALL = "mount -t tmpfs -o size=512k tmpfs {folder} && "
_SERVE = f"exec {sys.executable} -m signoff.cli.main serve"


def noise(side: int = 700) -> bytes:
    """A picture that can't be made smaller: more than the disk has."""
    pixels = random.Random(1).randbytes(side * side * 3)
    return saved(Image.frombytes("RGB", (side, side), pixels), "PNG")


def can_mount() -> bool:
    if os.geteuid() != 0 or not shutil.which("unshare"):
        return False
    attempt = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    return subprocess.run(attempt, check=False, capture_output=True).returncode == 0


@pytest.fixture(scope="module")
async def crowded() -> AsyncIterator[Installation]:
    """Signoff whose pictures and temporary files have half a megabyte each."""
    if not can_mount():
        cannot_run("only root may mount a small disk")
    async with installed() as installation:
        media, temporary = installation.folder / "data/media", installation.folder / "temporary"
        for folder in (media, temporary):
            folder.mkdir(parents=True)
        installation.folder.joinpath("data").chmod(0o755)
        installation.settings["TMPDIR"] = str(temporary)
        disks = _SMALL.format(folder=media) + _SMALL.format(folder=temporary)
        # The mounts are the process' own and go with it.
        await installation.start(["unshare", "--mount", "sh", "-c", disks + _SERVE])
        yield installation


@pytest.fixture(scope="module")
async def link(crowded: Installation) -> str:
    return (await crowded.found("Casa Luz", OWNER)).removeprefix(crowded.url)


@pytest.fixture(scope="module")
async def owner(crowded: Installation, link: str) -> Caller:
    return await crowded.token()


async def test_an_upload_that_doesnt_fit_is_refused_and_what_is_there_stays(owner: Caller) -> None:
    kept = await uploaded(owner, photo(), "A loaf", "loaf.jpg")
    assert refusal(await owner.upload(noise(), alt="Too much")) == (507, "no-space")
    assert (await read(owner, f"/media/{kept}"))["alt"] == "A loaf"
    assert (await owner.get(f"/media/{kept}/content")).status == 200
    assert await uploaded(owner, photo(size=(656, 640)), "A bun", "bun.jpg") != kept


async def test_the_editor_says_so_and_keeps_the_text(crowded: Installation, link: str) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        visitor = Visitor(http, crowded.url)
        await visitor.get(link)
        await visitor.send(link)
        await visitor.get("/settings/profile")
        shown = await visitor.upload("/media", noise(), csrf=visitor.csrf)
        assert shown.status == 507, shown.text
        assert "disk is full" in shown.text
