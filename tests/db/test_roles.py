"""Signoff's roles are made where that is allowed, and none of them can get around the database's rules."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from pydantic import SecretStr
from sqlalchemy import URL

from signoff.db import migrate
from signoff.db.embedded import EmbeddedPostgres
from signoff.db.errors import RolesMissing, UnsafeRole
from signoff.db.roles import provide_database
from signoff.db.urls import DatabaseUrls, conninfo, parse_url
from tests.support.private_servers import reachable_folder, run_sql

ROLES: Final = ("signoff_owner", "signoff_app", "signoff_worker")
MANAGER: Final = "manager"


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server of its own: roles belong to a whole server, and these tests bend them."""
    with reachable_folder() as folder:
        started = EmbeddedPostgres(folder, extra_settings={"fsync": "off"})
        started.start()
        yield started
        started.stop()


@pytest.fixture
def bare(server: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """The server without Signoff's databases and roles."""
    yield server
    run_sql(server, "drop database if exists signoff with (force)")
    run_sql(server, "drop database if exists theirs with (force)")
    for role in (*ROLES, MANAGER):
        run_sql(server, f"drop role if exists {role}")


@pytest.fixture
async def urls(bare: EmbeddedPostgres, tmp_path: Path) -> DatabaseUrls:
    return await provide_database(bare.admin_url(), data_dir=tmp_path)


def text_of(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def make_manager(server: EmbeddedPostgres, rights: str) -> URL:
    run_sql(server, f"create role {MANAGER} login password 'of the manager' {rights}")
    return server.admin_url().set(username=MANAGER, password="of the manager")


async def test_three_roles_and_a_database_are_made(bare: EmbeddedPostgres, tmp_path: Path) -> None:
    urls = await provide_database(bare.admin_url(), data_dir=tmp_path)
    assert [url.username for url in (urls.owner, urls.app, urls.worker)] == list(ROLES)
    assert {url.database for url in (urls.owner, urls.app, urls.worker)} == {"signoff"}
    rights = "rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
    for role in ROLES:
        assert run_sql(bare, f"select {rights} from pg_roles where rolname = '{role}'") == [(False,) * 5]
    assert len({url.password for url in (urls.owner, urls.app, urls.worker)}) == 3


async def test_making_them_again_changes_nothing(
    urls: DatabaseUrls, bare: EmbeddedPostgres, tmp_path: Path
) -> None:
    await migrate.upgrade(urls)
    assert await provide_database(bare.admin_url(), data_dir=tmp_path) == urls
    assert await migrate.current(urls) == migrate.head()


async def test_another_machine_with_the_same_address_comes_to_the_same_passwords(
    urls: DatabaseUrls, bare: EmbeddedPostgres, tmp_path: Path
) -> None:
    elsewhere = await provide_database(SecretStr(text_of(bare.admin_url())), data_dir=tmp_path / "elsewhere")
    assert elsewhere == urls


@pytest.mark.parametrize("role", ["app", "worker"])
async def test_only_the_owner_makes_tables(urls: DatabaseUrls, role: str) -> None:
    with psycopg.connect(conninfo(getattr(urls, role))) as connection:
        for statement in ("create table t ()", "create temporary table t ()", "create schema s"):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(statement.encode())
            connection.rollback()
    with psycopg.connect(conninfo(urls.owner)) as connection:
        connection.execute("create table t ()")
        connection.execute("create schema s")


@pytest.mark.parametrize("role", ["app", "worker"])
async def test_neither_becomes_the_owner(urls: DatabaseUrls, role: str) -> None:
    with (
        psycopg.connect(conninfo(getattr(urls, role))) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute("set role signoff_owner")


async def test_a_role_that_may_create_roles_is_enough(bare: EmbeddedPostgres, tmp_path: Path) -> None:
    urls = await provide_database(make_manager(bare, "createrole createdb"), data_dir=tmp_path)
    await migrate.upgrade(urls)
    assert await migrate.current(urls) == migrate.head()


async def test_the_database_that_the_address_names_is_used(bare: EmbeddedPostgres, tmp_path: Path) -> None:
    manager = make_manager(bare, "createrole")
    run_sql(bare, f"create database theirs owner {MANAGER}")
    urls = await provide_database(manager.set(database="theirs"), data_dir=tmp_path)
    await migrate.upgrade(urls)
    assert urls.app.database == "theirs"
    assert await migrate.current(urls) == migrate.head()


async def test_a_database_that_is_yet_to_be_made_is_made(bare: EmbeddedPostgres, tmp_path: Path) -> None:
    urls = await provide_database(bare.admin_url("theirs"), data_dir=tmp_path)
    assert urls.app.database == "theirs"
    assert run_sql(bare, "select count(*) from pg_database where datname = 'theirs'") == [(1,)]


async def test_a_changed_password_of_the_manager_is_followed(bare: EmbeddedPostgres, tmp_path: Path) -> None:
    manager = make_manager(bare, "createrole createdb")
    before = await provide_database(manager, data_dir=tmp_path)
    run_sql(bare, f"alter role {MANAGER} password 'another'")
    after = await provide_database(manager.set(password="another"), data_dir=tmp_path)
    assert after.app.password != before.app.password
    assert await migrate.current(after) is None


async def test_without_a_password_to_derive_from_there_is_a_key_for_the_owner_only(tmp_path: Path) -> None:
    with pytest.raises(RolesMissing):
        await provide_database(parse_url("postgresql://manager@127.0.0.1:1"), data_dir=tmp_path / "data")
    (key,) = (tmp_path / "data").iterdir()
    assert (key.name, key.stat().st_mode & 0o777) == ("database.key", 0o600)
    assert len(key.read_text().strip()) >= 32


async def test_no_password_is_made_of_an_empty_key(tmp_path: Path) -> None:
    (tmp_path / "database.key").touch()
    with pytest.raises(RolesMissing, match="is empty"):
        await provide_database(parse_url("postgresql://manager@127.0.0.1:1"), data_dir=tmp_path)


async def test_without_the_right_to_create_roles_the_operator_learns_what_to_do(
    bare: EmbeddedPostgres, tmp_path: Path
) -> None:
    with pytest.raises(RolesMissing) as refusal:
        await provide_database(make_manager(bare, "createdb"), data_dir=tmp_path)
    assert "SIGNOFF_DATABASE_OWNER_URL" in refusal.value.next_step
    assert run_sql(bare, "select count(*) from pg_roles where rolname like 'signoff%'") == [(0,)]


async def test_roles_can_be_given_by_their_addresses(urls: DatabaseUrls, tmp_path: Path) -> None:
    given = await provide_database(
        text_of(urls.app), data_dir=tmp_path, owner_url=text_of(urls.owner), worker_url=text_of(urls.worker)
    )
    assert given == urls


async def test_an_address_of_the_wrong_role_is_refused(
    urls: DatabaseUrls, bare: EmbeddedPostgres, tmp_path: Path
) -> None:
    with pytest.raises(RolesMissing, match="signoff_app leads to another role"):
        await provide_database(
            bare.admin_url("signoff"),
            data_dir=tmp_path,
            owner_url=text_of(urls.owner),
            worker_url=text_of(urls.worker),
        )


@pytest.mark.parametrize(
    "too_much",
    [
        "alter role signoff_app superuser",
        "alter role signoff_app bypassrls",
        "alter role signoff_worker createrole",
        "grant signoff_owner to signoff_worker",
    ],
)
async def test_a_role_that_gets_around_the_rules_is_refused(
    urls: DatabaseUrls, bare: EmbeddedPostgres, tmp_path: Path, too_much: str
) -> None:
    run_sql(bare, too_much)
    with pytest.raises(UnsafeRole) as refusal:
        await provide_database(bare.admin_url(), data_dir=tmp_path)
    for statement in refusal.value.next_step.split(";"):
        if statement.strip():
            run_sql(bare, statement)
    assert await provide_database(bare.admin_url(), data_dir=tmp_path) == urls


async def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RolesMissing, match="can't be set up"):
        await provide_database(f"postgresql://a:b@/c?host={tmp_path}", data_dir=tmp_path)


@pytest.mark.parametrize("text", ["mysql://a:secret@h/d", "not an address", "postgresql://a:secret@h:port/d"])
def test_an_unreadable_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(RolesMissing) as refusal:
        parse_url(text)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+asyncpg"])
def test_addresses_are_read_as_people_write_them(scheme: str) -> None:
    url = parse_url(SecretStr(f"{scheme}://a:p%40ss@h:1/d?sslmode=require&options=-c%20x.y%3D1"))
    assert psycopg.conninfo.conninfo_to_dict(conninfo(url)) == {
        "host": "h",
        "port": "1",
        "user": "a",
        "password": "p@ss",
        "dbname": "d",
        "sslmode": "require",
        "options": "-c x.y=1",
    }
