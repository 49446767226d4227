"""Tables in memory, and a journal on disk that brings them back after a restart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

Row = TypeVar("Row")


class Journal:
    """One line of JSON for each change; the last one of a key counts. Without a path nothing is written."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)

    def read(self) -> Iterator[tuple[str, str, Any]]:
        """Give table, key and value of each change; a line torn by a crash ends the journal."""
        if not self._path or not self._path.exists():
            return
        with self._path.open(encoding="utf-8") as lines:
            for line in lines:
                if not line.endswith("\n"):
                    return
                table, key, value = json.loads(line)
                yield table, key, value

    def write(self, table: str, key: str, value: object) -> None:
        """Append a change. It is in the hands of the operating system on return: a kill loses nothing."""
        if self._path:
            with self._path.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps([table, key, value], ensure_ascii=False) + "\n")

    def start_over(self, rows: Iterator[tuple[str, str, Any]]) -> None:
        """Replace all earlier lines by one for each row that still exists."""
        if not self._path:
            return
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(list(row), ensure_ascii=False) + "\n" for row in rows)
        fresh.replace(self._path)


class Table(Generic[Row]):
    """Rows by key, in the order in which they came."""

    def __init__(self, name: str, row: type[Row], journal: Journal, limit: int | None = None) -> None:
        self.name = name
        self._adapter = TypeAdapter(row)
        self._journal = journal
        self._limit = limit
        self._rows: dict[str, Row] = {}

    def get(self, key: str) -> Row | None:
        return self._rows.get(key)

    def values(self) -> list[Row]:
        return list(self._rows.values())

    def put(self, key: str, row: Row) -> Row:
        """Add or replace a row; beyond the limit the oldest one goes."""
        self._rows[key] = row
        self._journal.write(self.name, key, self._adapter.dump_python(row, mode="json"))
        if self._limit and len(self._rows) > self._limit:
            self.remove(next(iter(self._rows)))
        return row

    def remove(self, key: str) -> Row | None:
        gone = self._rows.pop(key, None)
        if gone is not None:
            self._journal.write(self.name, key, None)
        return gone

    def replay(self, key: str, value: object) -> None:
        """Take over a change from the journal."""
        if value is None:
            self._rows.pop(key, None)
        else:
            self._rows[key] = self._adapter.validate_python(value)

    def dump(self) -> Iterator[tuple[str, str, Any]]:
        for key, row in self._rows.items():
            yield self.name, key, self._adapter.dump_python(row, mode="json")

    def clear(self) -> None:
        self._rows.clear()
