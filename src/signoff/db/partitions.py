"""The months in which attempts are kept: made ahead, and dropped when their time is over.

Only the owner of the tables makes and drops tables, so this works over a connection of its own, as migrations
and backups do. Each step waits for its locks for a second and leaves the table alone otherwise: publishing
goes first, and the next run tries again.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier, Literal

from signoff.db.urls import DatabaseUrls, conninfo

MONTHS_AHEAD: Final = 3
"""As many months may pass without this work before rows land in the default partition, which loses none."""

_SCHEMA: Final = "partitions"
_DEFAULT: Final = "attempts_default"
_TURN: Final = 0x5167_0FF3
"""Advisory lock: processes that do this at the same time take turns."""

_BOUNDS: Final = """
    select c.relname, pg_get_expr(c.relpartbound, c.oid)
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'public.attempts'::regclass
"""
_UNTIL: Final = re.compile(r"TO \('([^']+)'\)")


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What was made and what was dropped, by name."""

    made: tuple[str, ...]
    dropped: tuple[str, ...]


async def keep_months(
    urls: DatabaseUrls, *, clock_offset: timedelta = timedelta(0), kept_months: int = 0
) -> Upkeep:
    """Make the months to come, drop those that ended more than `kept_months` ago; 0 drops none. Repeatable.

    Raises:
        psycopg.Error: The database can't be reached, or the table was in use for too long.
    """
    async with _owner(urls) as connection:
        now = await _now(connection, clock_offset)
        present = await _present(connection)
        made = [
            await _make(connection, month)
            for month in (_month(now, ahead) for ahead in range(MONTHS_AHEAD + 1))
            if not any(until > month for until in present.values())
        ]
        dropped = await _forget(connection, present, _month(now, -kept_months)) if kept_months else ()
    return Upkeep(tuple(made), tuple(dropped))


async def last_month(urls: DatabaseUrls) -> datetime:
    """Tell until when there are months; what is written later lands in the default partition."""
    async with _owner(urls) as connection:
        return max((await _present(connection)).values())


@asynccontextmanager
async def _owner(urls: DatabaseUrls) -> AsyncIterator[AsyncConnection]:
    connecting = AsyncConnection.connect(
        conninfo(urls.owner), autocommit=True, connect_timeout=10, application_name="signoff partitions"
    )
    async with await connecting as connection:
        await connection.execute("set timezone to 'UTC'")
        await connection.execute("select pg_advisory_lock(%s)", [_TURN])
        await connection.execute("set lock_timeout to '1s'")
        yield connection


async def _now(connection: AsyncConnection, offset: timedelta) -> datetime:
    cursor = await connection.execute("select statement_timestamp() + %s", [offset])
    row = await cursor.fetchone()
    if row is None:
        raise AssertionError
    moment: datetime = row[0]
    return moment


async def _present(connection: AsyncConnection) -> dict[str, datetime]:
    """Until when each month lasts, by name; the default partition has no end and isn't among them."""
    rows: list[tuple[Any, ...]] = await (await connection.execute(_BOUNDS)).fetchall()
    ends = {name: _UNTIL.search(bound) for name, bound in rows}
    return {name: datetime.fromisoformat(end[1]) for name, end in ends.items() if end}


def _month(moment: datetime, ahead: int) -> datetime:
    years, month = divmod(moment.astimezone(UTC).month - 1 + ahead, 12)
    return datetime(moment.astimezone(UTC).year + years, month + 1, 1, tzinfo=UTC)


async def _make(connection: AsyncConnection, month: datetime) -> str:
    """Make a month. Rows of it that came before it was there move in from the default partition."""
    name = f"attempts_{month:%Y_%m}"
    values = {
        "new": Identifier(_SCHEMA, name),
        "default": Identifier(_SCHEMA, _DEFAULT),
        "start": Literal(month),
        "end": Literal(_month(month, 1)),
    }
    async with connection.transaction():
        for statement in _MAKING:
            await connection.execute(statement.format(**values))
    return name


_MAKING: Final = (
    # Beside the table first, and attached when it is complete: that holds up nobody who reads or writes.
    SQL("create table {new} (like public.attempts including defaults including constraints)"),
    SQL("alter table {new} enable row level security"),
    SQL(
        "with early as (delete from {default} where ended_at >= {start} and ended_at < {end} returning *)"
        " insert into {new} select * from early"
    ),
    SQL("alter table public.attempts attach partition {new} for values from ({start}) to ({end})"),
)


async def _forget(
    connection: AsyncConnection, present: Mapping[str, datetime], before: datetime
) -> list[str]:
    over = [name for name, until in present.items() if until <= before]
    for name in over:
        await connection.execute(SQL("drop table {}").format(Identifier(_SCHEMA, name)))
    strays = SQL("delete from {} where ended_at < {}").format(Identifier(_SCHEMA, _DEFAULT), Literal(before))
    await connection.execute(strays)
    return over
