"""Addresses of the database, one for each role."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.conninfo import make_conninfo
from pydantic import SecretStr
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from signoff.db.errors import RolesMissing

DRIVER = "postgresql+psycopg"


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """How each role reaches the database. Their text form hides the passwords."""

    owner: URL
    """Owns the tables; migrations only."""
    app: URL
    """Sees one organization at a time."""
    worker: URL
    """Sees all organizations, writes what publishing needs."""

    def of_database(self, name: str) -> DatabaseUrls:
        """The same server and roles with another database."""
        return DatabaseUrls(
            self.owner.set(database=name), self.app.set(database=name), self.worker.set(database=name)
        )


def parse_url(text: SecretStr | str) -> URL:
    """Read an address as people write it: `postgres://` or `postgresql://`, with or without a driver.

    Raises:
        RolesMissing: It isn't an address of a PostgreSQL database.
    """
    plain = text.get_secret_value() if isinstance(text, SecretStr) else text
    try:
        url = make_url(plain)
    except (ArgumentError, ValueError):
        url = None
    # The text isn't repeated: it may hold a password.
    if url is None or url.get_backend_name() not in {"postgres", "postgresql"}:
        raise RolesMissing(
            "The database address can't be read.",
            next_step="Write it as postgresql://user:password@host:port/database.",
        )
    return url.set(drivername=DRIVER)


def conninfo(url: URL) -> str:
    """Write the address as libpq reads it, password included: for psycopg, `pg_dump` and `pg_restore`.

    As words rather than as an address, because libpq and SQLAlchemy disagree about a space in the latter.
    """
    named = {
        "host": url.host,
        "port": url.port,
        "user": url.username,
        "password": url.password,
        "dbname": url.database,
    }
    extra = {key: value if isinstance(value, str) else ",".join(value) for key, value in url.query.items()}
    return make_conninfo("", **(named | extra))
