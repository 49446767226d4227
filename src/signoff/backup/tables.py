"""The tables of a backup, read and written with COPY over the connection that Signoff has anyway.

Unlike `pg_dump` this needs no program of the server's version on this machine, reaches servers that demand
TLS, and doesn't care about the major version at either end: the tables themselves are made by the migrations,
so policies and grants are always those of the code. Constraints are checked when the rows are in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier

LEFT_OUT: Final = (
    "alembic_version",
    "call_counts",
    "one_time_links",
    "sessions",
    "sign_in_attempts",
    "watchers",
    "workers",
)
"""Made by migrations, or meaningless later: after a restore everybody signs in again."""

_TABLES: Final = """
    select c.relname, array_agg(a.attname::text order by a.attnum)
      from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> all(%s)
       and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     group by c.relname order by c.relname
"""
_LINKS: Final = """
    select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
     where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0 order by conname
"""
_SEQUENCES: Final = """
    select sequencename, coalesce(last_value, 0) from pg_sequences
     where schemaname = 'public' order by sequencename
"""

Sql = Connection[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table and its columns, without those that are computed from others."""

    name: str
    columns: list[str]

    @property
    def copy_out(self) -> Composed:
        # As a query, because the name of a table in partitions stands for none of their rows.
        return SQL("copy (select {} from {}) to stdout").format(self._columns, self._name)

    @property
    def copy_in(self) -> Composed:
        return SQL("copy {} ({}) from stdin").format(self._name, self._columns)

    @property
    def empty(self) -> Composed:
        return SQL("delete from {}").format(self._name)

    @property
    def _name(self) -> Identifier:
        return Identifier("public", self.name)

    @property
    def _columns(self) -> Composed:
        return SQL(", ").join(map(Identifier, self.columns))


def tables_of(sql: Sql) -> list[Table]:
    return [Table(name, columns) for name, columns in sql.execute(_TABLES, [list(LEFT_OUT)])]


def sequences_of(sql: Sql) -> dict[str, int]:
    return dict(sql.execute(_SEQUENCES).fetchall())


def read_rows(sql: Sql, table: Table) -> Iterator[bytes]:
    """Give the rows in COPY's text format."""
    with sql.cursor().copy(table.copy_out) as copy:
        for piece in copy:
            yield bytes(piece)


def write_rows(sql: Sql, table: Table, pieces: Iterable[bytes]) -> None:
    with sql.cursor().copy(table.copy_in) as copy:
        for piece in pieces:
            copy.write(piece)


def without_links(sql: Sql) -> list[Composed]:
    """Take the foreign keys away, which go round in circles, and keep the rules of single rows from acting.

    Returns:
        What brings both back; the foreign keys are then checked over all rows.
    """
    back = []
    for table, name, definition in sql.execute(_LINKS).fetchall():
        place, link = SQL(table), Identifier(name)
        sql.execute(SQL("alter table {} drop constraint {}").format(place, link))
        back.append(SQL("alter table {} add constraint {} {}").format(place, link, SQL(definition)))
    for found in tables_of(sql):
        sql.execute(SQL("alter table {} disable trigger user").format(Identifier("public", found.name)))
        back.append(SQL("alter table {} enable trigger user").format(Identifier("public", found.name)))
    return back


def set_sequences(sql: Sql, values: dict[str, int]) -> None:
    for name, value in values.items():
        if value:
            sql.execute("select setval(format('public.%%I', %s::text)::regclass, %s)", [name, value])
