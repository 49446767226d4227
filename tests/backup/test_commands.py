"""signoff backup and signoff restore, as processes, on a given database and on the embedded one."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from psycopg import AsyncConnection
from sqlalchemy import text

from signoff.db.session import Database
from signoff.db.urls import DatabaseUrls, conninfo
from tests.support.commands import Run, run_signoff
from tests.support.private_servers import reachable_folder

KEY = "a-key-that-only-the-tests-use-0123456789"
FOUND = ("init", "--organization", "Casa Luz", "--owner", "owner@casaluz.example")

Operate: TypeAlias = Callable[..., Awaitable[Run]]


@pytest.fixture
def operate(database_urls: DatabaseUrls, tmp_path: Path) -> Operate:
    """The command on a migrated database of a given server."""
    addresses = {"": database_urls.app, "OWNER_": database_urls.owner, "WORKER_": database_urls.worker}
    settings = {
        f"SIGNOFF_DATABASE_{name}URL": url.render_as_string(hide_password=False)
        for name, url in addresses.items()
    } | {"SIGNOFF_DATA_DIR": str(tmp_path / "data"), "SIGNOFF_SECRET_KEY": KEY}

    async def run(*arguments: str, **more: str) -> Run:
        return await run_signoff(*arguments, folder=tmp_path, settings=settings | more)

    return run


@pytest.fixture
async def made(operate: Operate, tmp_path: Path) -> Path:
    """A backup of one organization."""
    assert (await operate(*FOUND)).code == 0
    target = tmp_path / "signoff.zip"
    ended = await operate("backup", "--to", str(target))
    assert ended.code == 0, ended.errors
    return target


async def names(urls: DatabaseUrls) -> list[str]:
    async with await AsyncConnection.connect(conninfo(urls.owner)) as connection:
        answer = await connection.execute("select name from organizations order by created_at")
        return [str(row[0]) for row in await answer.fetchall()]


def mode_of(file: Path) -> str:
    return oct(file.stat().st_mode & 0o777)


async def test_a_backup_says_what_it_holds_and_where_the_key_is(operate: Operate, made: Path) -> None:
    assert mode_of(made) == "0o600"
    ended = await operate("backup", "--json", SIGNOFF_SECRET_KEY=KEY)
    assert ended.json["key"] == "SIGNOFF_SECRET_KEY"
    assert Path(ended.json["file"]).parent.name == "backups"
    with zipfile.ZipFile(made) as inside:
        assert "database/organizations" in inside.namelist()
        assert "database/sessions" not in inside.namelist()
        assert not [name for name in inside.namelist() if KEY.encode() in inside.read(name)]
    again = await operate("backup", "--to", str(made))
    assert (again.code, "there already" in again.errors) == (1, True)


async def test_a_restore_brings_back_what_was_there_and_pauses(
    operate: Operate, made: Path, database_urls: DatabaseUrls
) -> None:
    await operate("init", "--organization", "Bar Sol", "--owner", "owner@barsol.example")
    assert await names(database_urls) == ["Casa Luz", "Bar Sol"]
    asked = await operate("restore", str(made))
    assert (asked.code, "--yes" in asked.errors) == (2, True)
    ended = await operate("restore", str(made), "--yes")
    assert ended.code == 0, ended.errors
    assert "Publishing is paused" in ended.out
    assert await names(database_urls) == ["Casa Luz"]
    assert (await operate("audit", "verify")).code == 0
    async with await AsyncConnection.connect(conninfo(database_urls.owner)) as connection:
        answer = await connection.execute("select scope from pauses where resumed_at is null")
        assert await answer.fetchall() == [("global",)]


async def test_a_restore_waits_for_nobody_who_is_at_work(
    operate: Operate, made: Path, database_urls: DatabaseUrls
) -> None:
    running = Database(database_urls)
    async with running.worker_transaction() as tx:
        await tx.execute(text("select 1"))
        ended = await operate("restore", str(made), "--yes")
    await running.close()
    assert (ended.code, "is running" in ended.errors) == (1, True)
    assert await names(database_urls) == ["Casa Luz"]


def _spoil(made: Path) -> None:
    content = bytearray(made.read_bytes())
    content[len(content) // 2] ^= 0xFF
    made.write_bytes(content)


def _cut(made: Path) -> None:
    made.write_bytes(made.read_bytes()[: made.stat().st_size // 2])


def _add(made: Path) -> None:
    with zipfile.ZipFile(made, "a") as inside:
        inside.writestr("media/" + "0" * 64, b"not from here")


def _replace(made: Path) -> None:
    with zipfile.ZipFile(made) as old:
        contents = {name: old.read(name) for name in old.namelist()}
    contents["database/organizations"] = b""
    with zipfile.ZipFile(made, "w") as new:
        for name, content in contents.items():
            new.writestr(name, content)


def _disconnect(made: Path) -> None:
    """Right checksums, wrong rows: a delivery's organization is gone."""
    with zipfile.ZipFile(made) as old:
        contents = {name: old.read(name) for name in old.namelist()}
    manifest = json.loads(contents.pop("manifest.json"))
    contents["database/organizations"] = b""
    manifest["files"]["database/organizations"] = {
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "bytes": 0,
    }
    with zipfile.ZipFile(made, "w") as new:
        for name, content in contents.items():
            new.writestr(name, content)
        new.writestr("manifest.json", json.dumps(manifest))


def _make_newer(made: Path) -> None:
    with zipfile.ZipFile(made) as old:
        contents = {name: old.read(name) for name in old.namelist()}
    manifest = json.loads(contents["manifest.json"])
    contents["manifest.json"] = json.dumps(manifest | {"revision": "2999_01_01_later"}).encode()
    with zipfile.ZipFile(made, "w") as new:
        for name, content in contents.items():
            new.writestr(name, content)


@pytest.mark.slow
async def test_a_backup_that_is_not_whole_changes_nothing(
    operate: Operate, made: Path, database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    await operate("init", "--organization", "Bar Sol", "--owner", "owner@barsol.example")
    for damage in (_spoil, _cut, _add, _replace, _disconnect, _make_newer):
        bad = Path(shutil.copy(made, tmp_path / f"{damage.__name__}.zip"))
        damage(bad)
        ended = await operate("restore", str(bad), "--yes")
        assert (ended.code, "Traceback" in ended.errors) == (1, False), damage.__name__
        assert await names(database_urls) == ["Casa Luz", "Bar Sol"], damage.__name__


async def test_without_the_key_a_restore_says_what_is_missing(operate: Operate, made: Path) -> None:
    other = "another-key-that-only-the-tests-use-012345"
    ended = await operate("restore", str(made), "--yes", SIGNOFF_SECRET_KEY=other)
    assert (ended.code, "--without-key" in ended.errors) == (1, True)
    assert (await operate("restore", str(made), "--yes", "--without-key", SIGNOFF_SECRET_KEY=other)).code == 0


async def test_nothing_is_made_where_nothing_is(tmp_path: Path) -> None:
    ended = await run_signoff(
        "backup", folder=tmp_path, settings={"SIGNOFF_DATA_DIR": str(tmp_path / "none")}
    )
    assert (ended.code, "no database" in ended.errors) == (1, True)
    assert not (tmp_path / "none").exists()


@pytest.mark.slow
async def test_an_installation_moves_to_another_machine(tmp_path: Path) -> None:
    with reachable_folder() as folder:
        old, new = ({"SIGNOFF_DATA_DIR": str(folder / name)} for name in ("old", "new"))
        assert (await run_signoff(*FOUND, folder=tmp_path, settings=old)).code == 0
        target = tmp_path / "moved.zip"
        assert (await run_signoff("backup", "--to", str(target), folder=tmp_path, settings=old)).code == 0
        (folder / "new").mkdir()
        refused = await run_signoff("restore", str(target), "--yes", folder=tmp_path, settings=new)
        assert (refused.code, "secret.key" in refused.errors) == (1, True)
        shutil.copy(folder / "old/secret.key", folder / "new/secret.key")
        ended = await run_signoff("restore", str(target), "--yes", folder=tmp_path, settings=new)
        assert ended.code == 0, ended.errors
        known = await run_signoff(*FOUND, folder=tmp_path, settings=new)
        assert "was there already" in known.out
