"""How the database carries out what the code really sends: each statement is explained before it runs.

The explanation runs in the same transaction, as the same role and for the same organization, and is rolled
back before the statement itself runs. There are two of them: how it is carried out with what is asked for,
and how from the sixth time on. By then the driver has prepared it, and the database may have settled for one
way whatever is asked, which can't know that a state is one of those that an index is kept for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from psycopg import AsyncClientCursor, AsyncConnection
from psycopg.adapt import PyFormat, Transformer
from sqlalchemy import Connection, Engine, event

Node: TypeAlias = Mapping[str, Any]

MOST_ROWS: Final = 6_000
"""Rows that one step of a plan may look at: the two thousand deliveries of a full month, with some room."""
LARGE: Final = 10_000
"""Rows from which on a table is never read from end to end."""

_EXPLAIN: Final = "explain (analyze, timing off, format json)"
_PLACE: Final = re.compile(r"(?<!%)%\((\w+)\)s")
_UNTIL_SETTLED: Final = 5
"""So often the database plans a prepared statement anew."""
_EXPLAINED: Final = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
_SIZES: Final = "select relname, reltuples from pg_class where relkind = 'r' and reltuples >= %s"
_FILTERED: Final = ("Rows Removed by Filter", "Rows Removed by Index Recheck", "Rows Removed by Join Filter")


@dataclass
class Watch:
    """What was found out: of each statement the worst that was seen."""

    large: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    bad: dict[str, str] = field(default_factory=dict)
    """By statement: why it doesn't stay as fast when the tables grow."""

    @property
    def slow(self) -> str:
        """What doesn't stay as fast, one paragraph each; empty when everything does."""
        return "\n\n".join(f"{why}\n{statement}" for statement, why in self.bad.items())

    def look(self, connection: Connection, statement: str, parameters: Any) -> None:
        self.seen.add(statement)
        role = str(connection.engine.url.username)
        self.roles.add(role)
        for when, plan in _explained(connection, statement, parameters).items():
            for node in _nodes(plan):
                if why := self._trouble(node):
                    self.bad[statement] = f"{role}: {why}, {when}, with {parameters}"

    def _trouble(self, node: Node) -> str:
        loops = node.get("Actual Loops", 1)
        rows = (node.get("Actual Rows", 0) + sum(node.get(name, 0) for name in _FILTERED)) * loops
        table = node.get("Relation Name", "")
        where = f"{node['Node Type']} {node.get('Index Name') or table}".strip()
        if node["Node Type"] == "Seq Scan" and table in self.large:
            return f"reads all of {table}"
        return f"{where} looks at {rows:.0f} rows" if rows > MOST_ROWS else ""


@contextmanager
def watched() -> Iterator[Watch]:
    """Explain every statement that any engine sends while the block runs."""
    watch = Watch()

    def look(
        connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> None:
        if statement.lstrip().upper().startswith(_EXPLAINED) and "set_config" not in statement:
            if not watch.large:
                watch.large = _large_tables(connection)
            watch.look(connection, statement, parameters)

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield watch
    finally:
        event.remove(Engine, "before_cursor_execute", look)


def _cursor(connection: Connection) -> Any:
    return connection.connection.cursor()


def _large_tables(connection: Connection) -> set[str]:
    cursor = _cursor(connection)
    cursor.execute(_SIZES, [LARGE])
    return {name for name, _ in cursor.fetchall()}


def _explained(connection: Connection, statement: str, parameters: Any) -> Mapping[str, Node]:
    """Give the plans by when they are used; none of what is refused: that is done again, and handled."""
    one = parameters[0] if isinstance(parameters, list) and parameters else parameters
    plans = {}
    with _taken_back(connection) as cursor:
        cursor.execute(f"{_EXPLAIN} {statement}", one)
        plans["at first"] = cursor.fetchone()[0][0]["Plan"]
    if plans and one:
        plans["when prepared"] = _prepared(connection, statement, one)
    return plans


def _prepared(connection: Connection, statement: str, parameters: Mapping[str, Any]) -> Node:
    driver = connection.connection.driver_connection
    assert isinstance(driver, AsyncConnection)
    names = list(dict.fromkeys(_PLACE.findall(statement)))
    values = [parameters[each] for each in names]
    numbered = _PLACE.sub(lambda place: f"${names.index(place[1]) + 1}", statement)
    run = f"execute explained({', '.join(['%s'] * len(names))})".encode()
    run_with = AsyncClientCursor(driver).mogrify(run, values).replace("%", "%%")
    cursor = _cursor(connection)
    cursor.execute("savepoint explained")
    cursor.execute(f"prepare explained ({', '.join(_types(driver, values))}) as {numbered}", {})
    for _ in range(_UNTIL_SETTLED):
        cursor.execute(f"explain {run_with}", {})
    cursor.execute(f"{_EXPLAIN} {run_with}", {})
    plan: Node = cursor.fetchone()[0][0]["Plan"]
    cursor.execute("deallocate explained")
    cursor.execute("rollback to savepoint explained")
    return plan


def _types(driver: AsyncConnection, values: Sequence[Any]) -> Iterator[str]:
    """Name what the driver says that the values are, as it does when it prepares a statement."""
    transformer = Transformer(driver)
    transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
    for oid in transformer.types or ():
        known = driver.adapters.types.get(oid)
        yield "unknown" if known is None else known.regtype + ("[]" if oid == known.array_oid else "")


@contextmanager
def _taken_back(connection: Connection) -> Iterator[Any]:
    cursor = _cursor(connection)
    cursor.execute("savepoint explained")
    with suppress(connection.dialect.loaded_dbapi.Error):
        yield cursor
    cursor.execute("rollback to savepoint explained")


def _nodes(plan: Node) -> Iterator[Node]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
