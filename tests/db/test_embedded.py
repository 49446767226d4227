"""The private server keeps what was committed, whoever is killed, and has one owner."""

import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from signoff.db.embedded import EmbeddedPostgres
from signoff.db.embedded.account import owner_of
from signoff.db.errors import CannotStart, OwnedByAnother
from signoff.db.urls import conninfo
from tests.support.private_servers import (
    Owner,
    is_running,
    kill_hard,
    reachable_folder,
    run_sql,
    wait_until,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder


@pytest.fixture
def server(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    started = EmbeddedPostgres(data_dir)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def owner(data_dir: Path) -> Iterator[Owner]:
    process = Owner(data_dir)
    yield process
    process.finish()


def test_rows_survive_a_stop_and_a_start(server: EmbeddedPostgres) -> None:
    run_sql(server, "create table kept as select 1 as n")
    first = server.pid
    server.stop()
    wait_until(lambda: not is_running(first))
    server.start()
    assert server.pid != first
    assert run_sql(server, "select n from kept") == [(1,)]


def test_starting_twice_leaves_the_server_alone(server: EmbeddedPostgres) -> None:
    first = server.pid
    server.start()
    assert server.pid == first
    assert run_sql(server, "select 1") == [(1,)]


def test_a_committed_row_survives_the_kill_of_the_server(server: EmbeddedPostgres) -> None:
    run_sql(server, "create table kept (n int)")
    open_transaction = psycopg.connect(conninfo(server.admin_url()))
    open_transaction.execute("insert into kept values (1)")
    open_transaction.commit()
    open_transaction.execute("insert into kept values (2)")
    kill_hard(server.pid)
    server.start()
    open_transaction.close()
    assert run_sql(server, "select n from kept") == [(1,)]


def test_a_server_that_was_killed_a_moment_ago_is_not_taken_for_alive(server: EmbeddedPostgres) -> None:
    for _ in range(5):
        killed = server.pid
        kill_hard(killed)
        server.start()
        assert server.pid != killed
        assert run_sql(server, "select 1") == [(1,)]


def test_a_server_left_by_a_killed_owner_is_adopted(data_dir: Path, owner: Owner) -> None:
    left = owner.server_pid()
    owner.kill()
    assert is_running(left)
    heir = EmbeddedPostgres(data_dir)
    heir.start()
    assert (heir.is_owner, heir.pid) == (True, left)
    assert run_sql(heir, "select 1") == [(1,)]
    heir.stop()
    wait_until(lambda: not is_running(left))


def test_owner_and_server_killed_together_lose_no_committed_row(data_dir: Path, owner: Owner) -> None:
    killed = owner.server_pid()
    guest = EmbeddedPostgres(data_dir)
    guest.join()
    run_sql(guest, "create table kept as select 1 as n")
    owner.kill()
    kill_hard(killed)
    heir = EmbeddedPostgres(data_dir)
    heir.start()
    assert run_sql(heir, "select n from kept") == [(1,)]
    heir.stop()


def test_a_second_owner_is_refused_and_told_who_the_first_is(data_dir: Path, owner: Owner) -> None:
    first = owner.server_pid()
    second = EmbeddedPostgres(data_dir)
    with pytest.raises(OwnedByAnother, match=str(owner.pid)):
        second.start()
    assert not second.is_owner
    assert is_running(first)


def test_a_guest_works_beside_the_owner_and_leaves_the_server_running(data_dir: Path, owner: Owner) -> None:
    wait_until((data_dir / "postgres/owner.lock").exists)
    guest = EmbeddedPostgres(data_dir)
    guest.join()  # while the owner is still busy with the first start
    assert not guest.is_owner
    assert run_sql(guest, "select 1") == [(1,)]
    guest.stop()
    assert is_running(owner.server_pid())


def test_who_joins_when_nobody_owns_becomes_the_owner(data_dir: Path) -> None:
    alone = EmbeddedPostgres(data_dir)
    alone.join()
    assert alone.is_owner
    pid = alone.pid
    alone.stop()
    assert not is_running(pid)


def test_a_process_number_used_again_does_not_keep_the_server_from_starting(
    server: EmbeddedPostgres,
) -> None:
    cluster = server.folder / "cluster"
    run_sql(server, "create table kept as select 1 as n")
    left_behind = (cluster / "postmaster.pid").read_text().splitlines()
    kill_hard(server.pid)
    account = owner_of(cluster)
    with subprocess.Popen(["sleep", "60"], user=account.uid, group=account.gid) as innocent:
        (cluster / "postmaster.pid").write_text("\n".join([str(innocent.pid), *left_behind[1:]]) + "\n")
        server.start()
        assert innocent.poll() is None
        innocent.kill()
    assert run_sql(server, "select n from kept") == [(1,)]


def test_the_server_is_reached_by_its_password_and_its_socket_only(server: EmbeddedPostgres) -> None:
    assert run_sql(server, "show listen_addresses") == [("",)]
    assert run_sql(server, "show fsync") == [("on",)]
    sockets = Path(str(server.admin_url().query["host"]))
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    for password in ("", "guessed"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(conninfo(server.admin_url()), password=password, passfile="/dev/null")


def test_the_password_is_kept_for_us_alone(server: EmbeddedPostgres, data_dir: Path) -> None:
    memory = data_dir / "postgres.json"
    assert stat.S_IMODE(memory.stat().st_mode) == 0o600
    assert str(server.admin_url().password) in memory.read_text()


def test_text_sorts_the_same_on_every_machine(server: EmbeddedPostgres) -> None:
    assert run_sql(
        server,
        "select datlocprovider::text, datlocale, pg_encoding_to_char(encoding) from pg_database "
        "where datname = 'template1'",
    ) == [("b", "C.UTF-8", "UTF8")]


def test_a_long_path_gets_a_short_socket(data_dir: Path) -> None:
    deep = data_dir / ("long-" * 24)
    deep.mkdir()
    server = EmbeddedPostgres(deep)
    server.start()
    sockets = Path(str(server.admin_url().query["host"]))
    assert run_sql(server, "select 1") == [(1,)]
    assert stat.S_ISSOCK((sockets / ".s.PGSQL.5432").stat().st_mode)
    assert len(bytes(sockets)) < len(bytes(deep))
    server.stop()
    assert not sockets.exists()


def test_a_foreign_folder_in_place_of_the_short_socket_folder_is_refused(data_dir: Path) -> None:
    deep = data_dir / ("long-" * 24)
    deep.mkdir()
    server = EmbeddedPostgres(deep)
    server.start()
    sockets = Path(str(server.admin_url().query["host"]))
    server.stop()
    sockets.mkdir(mode=0o777)
    sockets.chmod(0o777)
    try:
        with pytest.raises(CannotStart, match="belongs to somebody else"):
            server.start()
    finally:
        sockets.rmdir()


def test_a_cluster_of_another_major_version_is_left_alone(server: EmbeddedPostgres) -> None:
    version = server.folder / "cluster/PG_VERSION"
    server.stop()
    version.write_text("17\n")
    with pytest.raises(CannotStart, match="PostgreSQL 17") as refusal:
        server.start()
    assert "backup" in refusal.value.next_step
    version.write_text("18\n")
    server.start()
    assert run_sql(server, "select 1") == [(1,)]


def test_what_the_server_says_reaches_the_operator(data_dir: Path) -> None:
    broken = EmbeddedPostgres(data_dir, extra_settings={"shared_buffers": "plenty"})
    with pytest.raises(CannotStart, match="plenty"):
        broken.start()
    repaired = EmbeddedPostgres(data_dir)
    repaired.start()
    assert run_sql(repaired, "select 1") == [(1,)]
    repaired.stop()
