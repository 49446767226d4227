"""How the database carries out what the code really sends: each statement is explained before it runs.

The explanation runs in the same transaction, as the same role and for the same organization, and is rolled
back before the statement itself runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Engine, event

Node: TypeAlias = Mapping[str, Any]

MOST_ROWS: Final = 6_000
"""Rows that one step of a plan may look at: the two thousand deliveries of a full month, with some room."""
LARGE: Final = 10_000
"""Rows from which on a table is never read from end to end."""

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
        plan = _explained(connection, statement, parameters)
        self.seen.add(statement)
        self.roles.add(str(connection.engine.url.username))
        for node in _nodes(plan) if plan else ():
            if why := self._trouble(node):
                self.bad[statement] = f"{connection.engine.url.username}: {why}, with {parameters}"

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


def _explained(connection: Connection, statement: str, parameters: Any) -> Node | None:
    one = parameters[0] if isinstance(parameters, list) and parameters else parameters
    cursor = _cursor(connection)
    cursor.execute("savepoint explained")
    try:
        cursor.execute(f"explain (analyze, timing off, format json) {statement}", one)
        plan: Node = cursor.fetchone()[0][0]["Plan"]
    except connection.dialect.loaded_dbapi.Error:
        return None  # what is refused is refused again in a moment, and handled
    finally:
        cursor.execute("rollback to savepoint explained")
    return plan


def _nodes(plan: Node) -> Iterator[Node]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
