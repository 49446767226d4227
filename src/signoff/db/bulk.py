"""Adding many rows by one statement that is the same for any number of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.base import Base


async def insert_rows(tx: AsyncSession, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns; the others get the database's defaults."""
    if rows:
        await tx.execute(_insert(table.__tablename__, tuple(rows[0])), {"rows": as_json(rows)})


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Give rows as PostgreSQL reads them from JSON: ids and moments are texts."""
    return json.dumps(rows, default=str, ensure_ascii=False)


@cache
def _insert(table: str, columns: tuple[str, ...]) -> TextClause:
    names = ", ".join(f'"{column}"' for column in columns)
    source = f"json_populate_recordset(CAST(NULL AS {table}), CAST(:rows AS json))"
    return text(f"INSERT INTO {table} ({names}) SELECT {names} FROM {source}")  # noqa: S608 - names of ours
