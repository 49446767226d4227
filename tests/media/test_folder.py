"""The folder that keeps pictures: whole or not at all, once each, and never changed unseen."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Collection
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from signoff.kernel.errors import Invalid, NoSpace, NotFound, TooLarge
from signoff.media.folder import FolderStore
from signoff.media.inspect import clean
from signoff.media.space import free_bytes
from signoff.media.store import MediaChanged, MediaStore, Stored
from tests.media.pictures import in_chunks, saved, scene, with_everything

LIMIT = 25 * 1024 * 1024
PIXELS = 50_000_000
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return FolderStore(tmp_path / "media")


async def put(store: MediaStore, data: bytes, limit_bytes: int = LIMIT) -> Stored:
    return await store.put(in_chunks(data), limit_bytes=limit_bytes, max_pixels=PIXELS)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def file_of(folder: Path, kept: Stored) -> Path:
    (found,) = (path for path in files(folder) if path.name == kept.digest)
    return found


def age(path: Path, by: timedelta) -> None:
    then = time.time() - by.total_seconds()
    os.utime(path, (then, then))


async def nobody(_: Collection[str]) -> Collection[str]:
    return ()


async def test_an_upload_is_kept_under_the_digest_of_its_clean_bytes(
    store: MediaStore, tmp_path: Path
) -> None:
    kept = await put(store, with_everything("JPEG", "hidden"))
    data = await store.read(kept.digest)
    assert hashlib.sha256(data).hexdigest() == kept.digest
    assert (kept.media_type, kept.width, kept.height, kept.size_bytes) == ("image/jpeg", 48, 32, len(data))
    assert await store.exists(kept.digest)
    path = file_of(tmp_path, kept)
    assert (
        path.relative_to(tmp_path / "media").as_posix()
        == f"{kept.digest[:2]}/{kept.digest[2:4]}/{kept.digest}"
    )


async def test_the_same_picture_is_kept_once(store: MediaStore, tmp_path: Path) -> None:
    uploads = [with_everything("PNG", f"secret {number}") for number in range(8)]
    kept = await asyncio.gather(*(put(store, data) for data in uploads))
    assert len(set(kept)) == 1
    assert files(tmp_path) == [file_of(tmp_path, kept[0])]


async def test_two_processes_may_share_the_folder(tmp_path: Path) -> None:
    stores = [FolderStore(tmp_path) for _ in range(4)]
    kept = await asyncio.gather(*(put(store, saved(scene(), "PNG")) for store in stores for _ in range(5)))
    assert len(set(kept)) == 1
    assert len(files(tmp_path)) == 1
    assert await stores[0].read(kept[0].digest)


async def test_too_many_bytes_are_refused_while_they_come_in(store: MediaStore, tmp_path: Path) -> None:
    taken = 0

    async def forty_megabytes() -> AsyncIterator[bytes]:
        nonlocal taken
        yield saved(scene(), "JPEG")
        for _ in range(40):
            taken += 1
            yield os.urandom(1024 * 1024)

    with pytest.raises(TooLarge, match="larger than 25 MB") as refused:
        await store.put(forty_megabytes(), limit_bytes=LIMIT, max_pixels=PIXELS)
    assert refused.value.next_step
    assert refused.value.extra == {"limit_bytes": LIMIT}
    assert taken == 25
    assert files(tmp_path) == []


async def test_a_file_of_exactly_the_limit_is_taken(store: MediaStore) -> None:
    data = saved(scene(), "PNG")
    assert await put(store, data, limit_bytes=len(data))
    with pytest.raises(TooLarge):
        await put(store, data, limit_bytes=len(data) - 1)


async def test_a_refused_upload_leaves_nothing_behind(store: MediaStore, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="web page"):
        await put(store, b"<!doctype html><p>photo.png")
    assert files(tmp_path) == []


async def test_a_broken_connection_leaves_nothing_behind(store: MediaStore, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield saved(scene(), "JPEG")[:200]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.put(broken(), limit_bytes=LIMIT, max_pixels=PIXELS)
    assert files(tmp_path) == []


async def test_a_cancelled_upload_leaves_a_whole_picture_or_nothing(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    data = saved(Image.effect_noise((900, 700), 90), "PNG")
    whole = (await put(FolderStore(tmp_path / "other"), data)).digest
    for delay_ms in range(0, 60, 3):
        task = asyncio.create_task(put(store, data))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(task, delay_ms / 1000)
        for path in files(tmp_path / "incoming"):
            pytest.fail(f"left behind: {path}")
        if await store.exists(whole):
            assert hashlib.sha256(await store.read(whole)).hexdigest() == whole
            await store.delete(whole)


async def test_a_killed_process_leaves_nothing_of_an_upload_behind(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        import asyncio
        from pathlib import Path
        from signoff.media.folder import FolderStore

        async def endless():
            yield b"x" * 100_000
            print("writing", flush=True)
            await asyncio.sleep(3600)

        asyncio.run(FolderStore(Path({str(tmp_path)!r})).put(endless(), limit_bytes=10**9, max_pixels=1))
    """)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=subprocess.PIPE)
    assert process.stdout
    assert await process.stdout.readline() == b"writing\n"
    process.kill()
    await process.wait()
    assert files(tmp_path) == []


async def test_a_changed_file_is_never_given_out(store: MediaStore, tmp_path: Path) -> None:
    kept = await put(store, saved(scene(), "PNG"))
    path = file_of(tmp_path, kept)
    path.write_bytes(saved(scene().rotate(90), "PNG"))
    with pytest.raises(MediaChanged) as changed:
        await store.read(kept.digest)
    assert changed.value.next_step
    with pytest.raises(MediaChanged):
        await store.stream(kept.digest)


async def test_uploading_the_original_again_mends_a_changed_file(store: MediaStore, tmp_path: Path) -> None:
    original = saved(scene(), "PNG")
    kept = await put(store, original)
    file_of(tmp_path, kept).write_bytes(b"altered")
    assert await put(store, original) == kept
    assert await store.read(kept.digest)


async def test_serving_gives_the_same_bytes_in_blocks(store: MediaStore) -> None:
    kept = await put(store, saved(Image.effect_noise((1200, 900), 90), "PNG"))
    blocks = [block async for block in await store.stream(kept.digest)]
    assert len(blocks) > 3
    assert b"".join(blocks) == await store.read(kept.digest)


async def test_a_file_changed_while_it_is_served_does_not_arrive_whole(
    store: MediaStore, tmp_path: Path
) -> None:
    kept = await put(store, saved(Image.effect_noise((1200, 900), 90), "PNG"))
    blocks = await store.stream(kept.digest)
    arrived = await anext(blocks)
    with file_of(tmp_path, kept).open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x00")
    with contextlib.suppress(MediaChanged):
        async for block in blocks:
            arrived += block
    assert len(arrived) < kept.size_bytes
    with pytest.raises(StopAsyncIteration):
        await anext(blocks)


@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", "", "A" * 64, "0" * 64 + "\n"])
async def test_what_is_not_there_is_not_found(store: MediaStore, digest: str) -> None:
    with pytest.raises(NotFound):
        await store.read(digest)
    with pytest.raises(NotFound):
        await store.stream(digest)


async def test_a_deleted_picture_is_gone_with_all_that_was_noted_about_it(
    store: MediaStore, tmp_path: Path
) -> None:
    kept = await put(store, saved(scene(), "PNG"))
    await store.remember(kept.digest, "small", kept)
    assert await store.delete(kept.digest)
    assert not await store.exists(kept.digest)
    assert files(tmp_path) == []
    assert not await store.delete(kept.digest)


async def test_what_was_made_is_recalled_while_it_is_there(store: MediaStore) -> None:
    source, made = await put(store, saved(scene(), "PNG")), await put(store, saved(scene(), "GIF"))
    assert await store.recall(source.digest, "as-gif") is None
    await store.remember(source.digest, "as-gif", made)
    assert await store.recall(source.digest, "as-gif") == made
    await store.delete(made.digest)
    assert await store.recall(source.digest, "as-gif") is None


async def test_only_old_pictures_that_nobody_uses_are_swept(store: MediaStore, tmp_path: Path) -> None:
    used, unused, fresh = [await put(store, saved(scene((size, size)), "PNG")) for size in (10, 11, 12)]
    for old in (used, unused):
        age(file_of(tmp_path, old), 2 * DAY)

    async def in_use(asked: Collection[str]) -> Collection[str]:
        assert set(asked) == {used.digest, unused.digest}
        return {used.digest}

    assert await store.sweep(in_use, idle_for=DAY) == 1
    assert [await store.exists(kept.digest) for kept in (used, unused, fresh)] == [True, False, True]


async def test_half_written_files_are_swept_once_no_process_can_still_write_them(tmp_path: Path) -> None:
    await put(FolderStore(tmp_path), saved(scene(), "PNG"))
    left = tmp_path / "incoming" / "left-by-a-killed-process"
    left.write_bytes(b"half a pic")
    await FolderStore(tmp_path).sweep(nobody, idle_for=DAY)
    assert left.exists()
    await FolderStore(tmp_path, abandoned_after=timedelta(0)).sweep(nobody, idle_for=DAY)
    assert not left.exists()
    assert len(files(tmp_path)) == 1


async def test_a_picture_uploaded_again_during_a_sweep_stays(store: MediaStore, tmp_path: Path) -> None:
    data = saved(scene(), "PNG")
    kept = await put(store, data)
    age(file_of(tmp_path, kept), 2 * DAY)

    async def uploads_again(_: Collection[str]) -> Collection[str]:
        await put(store, data)
        return ()

    assert await store.sweep(uploads_again, idle_for=DAY) == 0
    assert await store.read(kept.digest)


async def test_sweeping_while_uploading_never_takes_a_picture_away(tmp_path: Path) -> None:
    store, data = FolderStore(tmp_path), saved(scene(), "PNG")
    for _ in range(40):
        kept = await put(store, data)
        age(file_of(tmp_path, kept), 2 * DAY)
        await asyncio.gather(put(store, data), *(store.sweep(nobody, idle_for=DAY) for _ in range(3)))
        assert await store.read(kept.digest)


async def test_the_size_of_all_pictures_is_told(store: MediaStore, tmp_path: Path) -> None:
    assert await store.size_bytes() == 0
    kept = [await put(store, saved(scene((size, size)), "PNG")) for size in (10, 20)]
    await store.remember(kept[0].digest, "note", kept[1])
    assert await store.size_bytes() == sum(one.size_bytes for one in kept)


async def test_a_full_disk_is_told_and_leaves_nothing_behind(tiny_disk: Path) -> None:
    store = FolderStore(tiny_disk / "media")
    kept = await put(store, saved(scene(), "PNG"))
    with pytest.raises(NoSpace, match="disk is full") as full:
        await put(store, saved(Image.effect_noise((800, 600), 90), "PNG"))
    assert full.value.next_step
    assert files(tiny_disk) == [file_of(tiny_disk, kept)]
    assert await store.read(kept.digest)


async def test_a_disk_that_is_full_when_the_clean_picture_is_written_leaves_nothing_behind(
    tiny_disk: Path,
) -> None:
    picture = clean(saved(Image.effect_noise((800, 600), 90), "PNG"), max_pixels=PIXELS)
    with pytest.raises(NoSpace):
        await FolderStore(tiny_disk / "media").add(picture)
    assert files(tiny_disk) == []


async def test_free_space_is_that_of_the_folder_s_disk(tiny_disk: Path) -> None:
    before = await free_bytes(tiny_disk / "not" / "there" / "yet")
    assert 0 < before <= 256 * 1024
    (tiny_disk / "filler").write_bytes(bytes(100 * 1024))
    assert await free_bytes(tiny_disk) <= before - 100 * 1024


def test_a_limit_on_the_size_of_files_counts_as_a_full_disk(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        import asyncio, resource
        from pathlib import Path
        from PIL import Image
        from signoff.kernel.errors import NoSpace
        from signoff.media.folder import FolderStore
        from tests.media.pictures import in_chunks, saved
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))
        data = saved(Image.effect_noise((400, 300), 90), "PNG")
        try:
            asyncio.run(
                FolderStore(Path({str(tmp_path)!r})).put(in_chunks(data), limit_bytes=10**9, max_pixels=10**9)
            )
        except NoSpace as full:
            print(full.detail)
    """)
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout == "The disk is full; nothing was stored.\n"
    assert files(tmp_path) == []
