"""Backups that were damaged, or made to do harm: refused in clear words, and nothing is touched."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from signoff.backup.archive import MANIFEST, Writer
from signoff.backup.manifest import BadBackup
from signoff.backup.restore import opened_backup, restore_backup
from signoff.db.session import Database
from signoff.kernel.errors import WrongState
from signoff.kernel.people import Actor
from signoff.pipeline.draft.media import upload_media
from signoff.runtime import Runtime
from tests.backup.test_restore import PICTURE, back_up, chunks, installation_of

TABLE = "database/organizations"
CONTENT = b"Whatever.\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
FACTS: dict[str, Any] = {
    "signoff": "1.0.0",
    "made_at": "2026-11-21T03:17:00+00:00",
    "revision": "2026_11_01",
    "key_ids": ["a1b2c3"],
    "pictures": 0,
    "tables": {"organizations": ["id", "name"]},
    "sequences": {},
}


def written(folder: Path, *more: str, **facts: object) -> Path:
    """A backup whose checksums are right, whatever it holds."""
    path = folder / "signoff.zip"
    writer = Writer(path)
    for name in (TABLE, *more):
        with writer.member(name, compressed=True) as write:
            write(CONTENT)
    writer.finish(FACTS | facts)
    return path


def look_through(path: Path) -> None:
    with opened_backup(path):
        pass


def test_what_a_backup_may_hold_is_read_as_it_was_written(tmp_path: Path) -> None:
    names = [f"media/{DIGEST}", "exports/casa-luz/news/post-1/index.html"]
    with opened_backup(written(tmp_path, *names)) as opened:
        assert opened.reader.manifest.tables == FACTS["tables"]
        assert sorted([*opened.reader.names("media"), *opened.reader.names("exports")]) == sorted(names)
        assert {b"".join(opened.reader.pieces(name)) for name in (TABLE, *names)} == {CONTENT}


@pytest.mark.parametrize(
    "name",
    [
        "media/../../../pwned",
        "media/",
        f"media/{DIGEST.upper()}",
        f"media/{DIGEST}/more",
        "media/" + "0" * 64,
        "exports/../pwned",
        "exports/a/../../../pwned",
        "exports//etc/pwned",
        "exports/",
        "exports/a//b",
        "exports/./a",
        "exports/.htaccess",
        "exports/a\\..\\b",
        "exports/a\nb",
        "exports/" + "a" * 256,
        "exports/" + "a/" * 600 + "a",
        "database/../pwned",
        "/etc/pwned",
        "../pwned",
        "pwned",
    ],
)
def test_a_name_that_does_not_belong_there_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadBackup, match="doesn't belong there"):
        look_through(written(tmp_path, name))


def test_a_file_can_not_be_a_folder_too(tmp_path: Path) -> None:
    with pytest.raises(BadBackup, match="a file and a folder"):
        look_through(written(tmp_path, "exports/a", "exports/a-b", "exports/a/b/c"))


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("revision", None),
        ("revision", ""),
        ("made_at", None),
        ("made_at", "yesterday"),
        ("made_at", "2026-11-21T03:17:00"),
        ("made_at", "9999-12-31T23:59:00-12:00"),
        ("key_ids", []),
        ("key_ids", [""]),
        ("key_ids", None),
        ("tables", None),
        ("tables", {"organizations": ["id"], "posts": ["id"]}),
        ("tables", {"organizations\0": ["id"]}),
        ("sequences", {"intent_numbers": "many"}),
    ],
)
def test_a_wrong_fact_is_refused(tmp_path: Path, fact: str, value: object) -> None:
    with pytest.raises(BadBackup):
        look_through(written(tmp_path, **{fact: value}))


def with_manifest(path: Path, content: bytes) -> Path:
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, member in (members | {MANIFEST: content}).items():
            new.writestr(name, member)
    return path


@pytest.mark.parametrize("lacking", [*FACTS, "files"])
def test_a_missing_fact_is_named(tmp_path: Path, lacking: str) -> None:
    path = written(tmp_path)
    with zipfile.ZipFile(path) as inside:
        facts = json.loads(inside.read(MANIFEST))
    del facts[lacking]
    with pytest.raises(BadBackup, match=lacking):
        look_through(with_manifest(path, json.dumps(facts).encode()))


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"format": 2}'])
def test_what_is_no_manifest_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadBackup):
        look_through(with_manifest(written(tmp_path), content))


FLAGS, METHOD = 8, 10


def patched(path: Path, name: str, field: int, value: int) -> Path:
    """The same backup with another number in a member's entry, at both places that have one."""
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as inside:
        local = inside.getinfo(name).header_offset
        central = inside.start_dir
    while content[central + 46 : central + 46 + len(name)] != name.encode():
        central += 46 + sum(struct.unpack_from("<HHH", content, central + 28))
    struct.pack_into("<H", content, local + field - 2, value)
    struct.pack_into("<H", content, central + field, value)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", [TABLE, MANIFEST])
@pytest.mark.parametrize(("field", "value"), [(FLAGS, 1), (FLAGS, 0x20), (METHOD, 97), (METHOD, 14)])
def test_members_that_are_encrypted_or_packed_oddly_are_refused(
    tmp_path: Path, name: str, field: int, value: int
) -> None:
    with pytest.raises(BadBackup):
        look_through(patched(written(tmp_path), name, field, value))


def test_whichever_byte_is_damaged_it_ends_in_a_refusal_or_is_of_no_meaning(tmp_path: Path) -> None:
    path = written(tmp_path, f"media/{DIGEST}")
    whole = path.read_bytes()
    refused = 0
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            look_through(path)
        except BadBackup:
            refused += 1
    assert refused > len(whole) // 2
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(BadBackup):
            look_through(path)


def everything_in(runtime: Runtime) -> dict[str, tuple[int, bytes]]:
    """Each file with what shows that it was written anew."""
    folder = runtime.settings.data_dir
    files = (path for name in ("media", "exports") for path in (folder / name).rglob("*") if path.is_file())
    return {str(path): (path.stat().st_ino, path.read_bytes()) for path in files}


async def restored(runtime: Runtime, path: Path) -> None:
    with opened_backup(path) as opened:
        await restore_backup(installation_of(runtime), opened)


async def test_a_refused_restore_leaves_the_files_alone(runtime: Runtime, owner: Actor) -> None:
    kept = await upload_media(runtime, owner, chunks(PICTURE.read_bytes()))
    backup = await back_up(runtime)
    (stored,) = (runtime.settings.data_dir / "media").rglob(kept.digest)
    stored.write_bytes(b"altered")
    before = everything_in(runtime)
    running = Database(runtime.database.urls)
    async with running.worker_transaction() as tx:
        await tx.execute(text("select 1"))
        with pytest.raises(WrongState, match="is running"):
            await restored(runtime, backup.path)
    await running.close()
    assert everything_in(runtime) == before


async def test_rows_that_do_not_fit_leave_the_files_alone(runtime: Runtime, owner: Actor) -> None:
    kept = await upload_media(runtime, owner, chunks(PICTURE.read_bytes()))
    backup = await back_up(runtime)
    (stored,) = (runtime.settings.data_dir / "media").rglob(kept.digest)
    stored.write_bytes(b"altered")
    before = everything_in(runtime)
    with zipfile.ZipFile(backup.path) as inside:
        facts = json.loads(inside.read(MANIFEST))
    facts["tables"]["media"][0] = "no_such_column"
    with pytest.raises(BadBackup, match="don't fit together"):
        await restored(runtime, with_manifest(backup.path, json.dumps(facts).encode()))
    assert everything_in(runtime) == before


async def test_a_picture_that_is_right_is_not_written_again(runtime: Runtime, owner: Actor) -> None:
    await upload_media(runtime, owner, chunks(PICTURE.read_bytes()))
    before = everything_in(runtime)
    assert before
    await restored(runtime, (await back_up(runtime)).path)
    assert everything_in(runtime) == before


async def test_a_file_in_the_way_of_a_page_is_found_before_anything_changes(
    runtime: Runtime, owner: Actor
) -> None:
    kept = await upload_media(runtime, owner, chunks(PICTURE.read_bytes()))
    exports = runtime.settings.data_dir / "exports"
    (exports / "casa").mkdir(parents=True)
    (exports / "casa/index.html").write_bytes(CONTENT)
    backup = await back_up(runtime)
    (exports / "casa/index.html").unlink()
    (exports / "casa").rmdir()
    (exports / "casa").write_bytes(b"in the way")
    (stored,) = (runtime.settings.data_dir / "media").rglob(kept.digest)
    stored.unlink()
    before = everything_in(runtime)
    with pytest.raises(WrongState, match="is a file"):
        await restored(runtime, backup.path)
    assert everything_in(runtime) == before


@pytest.mark.parametrize(("ahead", "is_refused"), [(timedelta(hours=20), False), (timedelta(days=2), True)])
async def test_a_backup_of_the_future_is_refused(
    runtime: Runtime, owner: Actor, ahead: timedelta, *, is_refused: bool
) -> None:
    kept = await upload_media(runtime, owner, chunks(PICTURE.read_bytes()))
    backup = await back_up(runtime)
    (stored,) = (runtime.settings.data_dir / "media").rglob(kept.digest)
    stored.unlink()
    with zipfile.ZipFile(backup.path) as inside:
        facts = json.loads(inside.read(MANIFEST))
    facts["made_at"] = (datetime.now(UTC) + ahead).isoformat()
    path = with_manifest(backup.path, json.dumps(facts).encode())
    if is_refused:
        with pytest.raises(BadBackup, match="yet to come"):
            await restored(runtime, path)
    else:
        await restored(runtime, path)
    assert stored.exists() is not is_refused
