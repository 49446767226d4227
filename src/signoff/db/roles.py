"""The three roles that Signoff works with, and the database they work in.

`signoff_owner` owns the tables and runs migrations, `signoff_app` sees one organization at a time,
`signoff_worker` sees all of them. The last two own nothing and can't get around row-level security.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Final

import structlog
from psycopg import AsyncConnection, Error, OperationalError
from psycopg.sql import SQL, Identifier, Literal
from pydantic import SecretStr
from sqlalchemy import URL

from signoff.db.errors import RolesMissing, UnsafeRole
from signoff.db.urls import DatabaseUrls, conninfo, parse_url
from signoff.vault.keys import keep_key

OWNER: Final = "signoff_owner"
APP: Final = "signoff_app"
WORKER: Final = "signoff_worker"
ROLES: Final = (OWNER, APP, WORKER)

DEFAULT_DATABASE: Final = "signoff"
_MAINTENANCE = {None, "", "postgres", "template1"}
_SETTING_UP: Final = 0x5167_0FF0
"""Advisory lock: two processes that start for the first time take turns."""

log = structlog.get_logger(__name__)


async def provide_database(
    url: URL | SecretStr | str,
    *,
    data_dir: Path,
    owner_url: SecretStr | str | None = None,
    worker_url: SecretStr | str | None = None,
) -> DatabaseUrls:
    """Tell how each role reaches the database; make roles and database where they are missing. Repeatable.

    With `owner_url` and `worker_url`, `url` is the application's own. Without them it is the address of a
    role that may create roles.

    Raises:
        RolesMissing: An address doesn't lead to its role, or the roles are missing and can't be made.
        UnsafeRole: The application's or the workers' role could get around the database's rules.
    """
    given = url if isinstance(url, URL) else parse_url(url)
    if owner_url and worker_url:
        urls = DatabaseUrls(parse_url(owner_url), given, parse_url(worker_url))
        await _verify(urls)
        return urls
    urls = _derived_urls(given, data_dir)
    try:
        await _verify(urls)
    except RolesMissing:
        await _make(given, urls)
        await _verify(urls)
    return urls


def _derived_urls(admin: URL, data_dir: Path) -> DatabaseUrls:
    """Every machine with the same address comes to the same passwords, so none must be handed around."""
    key = admin.password or _stored_key(data_dir)
    database = DEFAULT_DATABASE if admin.database in _MAINTENANCE else admin.database
    owner, app, worker = (
        admin.set(username=role, password=_password(key, role), database=database) for role in ROLES
    )
    return DatabaseUrls(owner, app, worker)


def _password(key: str, role: str) -> str:
    # Slow on purpose: who learns a role's password shall not find the administrator's by guessing.
    digest = hashlib.scrypt(key.encode(), salt=f"signoff {role}".encode(), n=2**13, r=8, p=1, dklen=24)
    return base64.urlsafe_b64encode(digest).decode()


def _stored_key(data_dir: Path) -> str:
    """For an administrator without a password (peer, certificate): machines then share the data folder."""
    file = data_dir / "database.key"
    keep_key(file)
    if key := file.read_text("ascii").strip():
        return key
    # Passwords made of nothing could be computed by anybody.
    raise RolesMissing(
        f"{file} is empty.",
        next_step="Bring it back from a copy, or delete it: the roles then get new passwords.",
    )


async def _make(admin: URL, urls: DatabaseUrls) -> None:
    database = str(urls.app.database)
    try:
        async with await _connect_somewhere(admin) as outside:
            await outside.execute("select pg_advisory_lock(%s)", [_SETTING_UP])
            await _require_createrole(outside)
            for url in (urls.owner, urls.app, urls.worker):
                await _make_role(outside, url)
            # To create something for the owner one must be able to act as it.
            await outside.execute(SQL("grant {} to current_user").format(Identifier(OWNER)))
            await _make_database(outside, database)
            async with await _connect(admin.set(database=database)) as inside:
                await _let_in(inside, database)
    except Error as problem:
        raise RolesMissing(
            f"The database can't be set up: {problem}", next_step="Check SIGNOFF_DATABASE_URL."
        ) from problem
    log.info("the database and its roles are set up", database=database)


async def _connect_somewhere(admin: URL) -> AsyncConnection:
    """The database that the address names may be one that is yet to be made."""
    try:
        return await _connect(admin.set(database=admin.database or "postgres"))
    except OperationalError:
        if admin.database in _MAINTENANCE:
            raise
        return await _connect(admin.set(database="postgres"))


async def _require_createrole(connection: AsyncConnection) -> None:
    answer = await connection.execute(
        "select rolsuper or rolcreaterole from pg_roles where rolname = current_user"
    )
    if await answer.fetchone() != (True,):
        raise RolesMissing(
            "Signoff works with three roles, and the role of SIGNOFF_DATABASE_URL may not create them.",
            next_step="Give it CREATEROLE, or create the roles "
            f"{', '.join(ROLES)} and set SIGNOFF_DATABASE_OWNER_URL and SIGNOFF_DATABASE_WORKER_URL as well.",
        )


async def _make_role(connection: AsyncConnection, url: URL) -> None:
    role = Identifier(str(url.username))
    password = Literal(str(url.password))
    known = await connection.execute("select 1 from pg_roles where rolname = %s", [url.username])
    # New ones have no rights at all; of old ones only the password changes, the rights are verified later.
    verb = SQL("alter" if await known.fetchone() else "create")
    await connection.execute(SQL("{} role {} login password {}").format(verb, role, password))


async def _make_database(connection: AsyncConnection, database: str) -> None:
    known = await connection.execute("select 1 from pg_database where datname = %s", [database])
    if not await known.fetchone():
        statement = SQL("create database {} owner {} encoding 'UTF8' template template0")
        await connection.execute(statement.format(Identifier(database), Identifier(OWNER)))
        await connection.execute(SQL("revoke all on database {} from public").format(Identifier(database)))


async def _let_in(connection: AsyncConnection, database: str) -> None:
    name, owner, app, worker = (Identifier(each) for each in (database, *ROLES))
    statements = (
        SQL("grant connect, create, temporary on database {} to {}").format(name, owner),
        SQL("grant connect on database {} to {}, {}").format(name, app, worker),
        SQL("grant usage, create on schema public to {}").format(owner),
    )
    for statement in statements:
        await connection.execute(statement)


async def _verify(urls: DatabaseUrls) -> None:
    for url, role in ((urls.owner, OWNER), (urls.app, APP), (urls.worker, WORKER)):
        try:
            connection = await _connect(url)
        except OperationalError as problem:
            raise RolesMissing(
                f"{role} can't connect: {problem}", next_step="Check the SIGNOFF_DATABASE_*URL settings."
            ) from problem
        async with connection:
            await _verify_role(connection, role)


async def _verify_role(connection: AsyncConnection, role: str) -> None:
    answer = await connection.execute(
        """
        select current_user = %(role)s,
               rolsuper or rolbypassrls or rolcreaterole or rolreplication
                        or exists (select from pg_roles as o
                                    where o.rolname = %(owner)s and pg_has_role(o.oid, 'member'))
          from pg_roles where rolname = current_user
        """,
        {"role": role, "owner": OWNER},
    )
    is_expected, is_mighty = await answer.fetchone() or (False, False)
    if not is_expected:
        raise RolesMissing(
            f"The address given for {role} leads to another role.",
            next_step=f"Use {APP} in SIGNOFF_DATABASE_URL, {OWNER} in SIGNOFF_DATABASE_OWNER_URL and "
            f"{WORKER} in SIGNOFF_DATABASE_WORKER_URL.",
        )
    if is_mighty and role != OWNER:
        raise UnsafeRole(
            f"{role} is a superuser, gets around row-level security, manages roles, or belongs to {OWNER}.",
            next_step=f"alter role {role} nosuperuser nobypassrls nocreaterole noreplication; "
            f"revoke {OWNER} from {role};",
        )


async def _connect(url: URL) -> AsyncConnection:
    return await AsyncConnection.connect(
        conninfo(url), autocommit=True, connect_timeout=10, application_name="signoff set-up"
    )
