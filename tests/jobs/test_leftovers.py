"""Files that nothing refers to go; pictures of any organization stay."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

from signoff.kernel.people import Actor
from signoff.pipeline.draft.media import upload_media
from signoff.records.deliveries.leftovers import sweep_media
from signoff.runtime import Runtime

PICTURE = Path(__file__).parents[1] / "web/picture.png"


async def chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


def make_old(folder: Path) -> None:
    two_days_ago = time.time() - 2 * 86_400
    for path in folder.rglob("*"):
        os.utime(path, (two_days_ago, two_days_ago))


async def test_a_file_without_a_picture_is_deleted_after_a_day(runtime: Runtime, owner: Actor) -> None:
    kept = await upload_media(runtime, owner, chunks(PICTURE.read_bytes()))
    folder = runtime.settings.data_dir / "media"
    stray = "ab" * 32
    path = folder / "ab/ab" / stray
    path.parent.mkdir(parents=True)
    path.write_bytes(b"an upload that lost its row")
    assert await sweep_media(runtime) == 0, "its row may still come"
    make_old(folder)
    assert await sweep_media(runtime) == 1
    assert not path.exists()
    assert await runtime.media.exists(kept.digest)
