"""Fills a migrated database with posts by the million, in SQL alone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from psycopg import Connection
from psycopg.sql import SQL

_PARTS: Final = re.compile(r"^--- (\w+)\n", re.MULTILINE)
_SECONDARY: Final = """
    select indexrelid::regclass::text, pg_get_indexdef(indexrelid)
      from pg_index i join pg_class c on c.oid = i.indexrelid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('i', 'I') and not indisunique
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there shall be; four deliveries make a post, and drafts and reviews come on top."""

    future: int
    past: int
    organizations: int = 300
    brands: int = 50
    """Of the largest organization."""


def fill(
    connection: Connection[Any],
    size: Size,
    *,
    batch: int,
    tell: Callable[[str, float], None] = lambda _part, _seconds: None,
) -> None:
    """Add a batch of organizations with all that is theirs; `batch` (1 to 999) keeps their ids apart.

    Args:
        connection: Autocommitting, of a superuser, to a migrated database.
        size: How much.
        batch: Also part of the names: the owner of the largest is `owner-BATCH-1@scale.example`.
        tell: Is told how many seconds each part took.
    """
    values = {
        "future": size.future,
        "past": size.past,
        "organizations": size.organizations,
        "brands": size.brands,
    }
    connection.execute("set session_replication_role to replica")
    connection.execute("set work_mem to '256MB'")
    connection.execute("set maintenance_work_mem to '512MB'")
    connection.execute("set timezone to 'UTC'")
    connection.execute("select set_config('fill.batch', %s, false)", [str(batch)])
    for name, statements in _parts():
        began = time.monotonic()
        for statement in statements:
            connection.execute(statement.encode(), values)
        tell(name, time.monotonic() - began)
    connection.execute("reset all")


def analyze(connection: Connection[Any]) -> None:
    """Let the planner know what is there, and let indexes answer alone."""
    connection.execute("vacuum analyze")


def without_indexes(connection: Connection[Any]) -> list[str]:
    """Take the indexes away that keep no promise: filling goes faster. Gives what brings them back."""
    found = connection.execute(_SECONDARY).fetchall()
    for name, _ in found:
        connection.execute(SQL("drop index {}").format(SQL(name)))
    # "Only" would leave the partitions of a table without it.
    return [definition.replace(" ON ONLY ", " ON ") for _, definition in found]


def _parts() -> list[tuple[str, list[str]]]:
    text = Path(__file__).with_name("fill.sql").read_text("utf-8")
    _, *pieces = _PARTS.split(text)
    return [
        (name, [one for one in re.split(r";\n", body) if one.strip()])
        for name, body in zip(pieces[::2], pieces[1::2], strict=True)
    ]
