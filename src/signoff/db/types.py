"""Column types that SQLAlchemy lacks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, DateTime, Dialect, Enum, TypeDecorator, bindparam
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine


def _values(names: type[StrEnum]) -> list[str]:
    return [each.value for each in names]


AS_TEXT: Final[Mapping[str, Any]] = {
    "native_enum": False,
    "create_constraint": False,
    "length": 40,
    "values_callable": _values,
}
"""Enums are text rather than PostgreSQL's own: a new value needs no change of type under lock."""


class Moment(TypeDecorator[datetime]):
    """A point in time: `timestamptz`, always UTC in Python. A datetime without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"a moment needs a zone, and {value.isoformat()} has none")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else value.astimezone(UTC)

    def coerce_compared_value(self, op: OperatorType | None, value: object) -> TypeEngine[Any]:
        """Durations and the like keep their own type, so that `due_at + timedelta` means what it says."""
        if value is None or isinstance(value, datetime):
            return self
        return self.impl_instance.coerce_compared_value(op, value)


class Written(Enum):
    """A name of an enum that is written into the statements which ask for it: `state = 'scheduled'`.

    As a parameter it would be unknown when the database settles for one way to run a prepared statement, so
    that an index which is kept for some of the names couldn't be used from then on.
    """

    class Comparator(Enum.Comparator):
        """Writes what it is compared with, unless that is a column or a query."""

        __slots__ = ()

        def operate(self, op: OperatorType, *other: object, **more: object) -> ColumnElement[Any]:
            return super().operate(op, *(self._written(each) for each in other), **more)

        def _written(self, value: object) -> object:
            if isinstance(value, str):
                return bindparam(None, value, self.type, unique=True, literal_execute=True)
            if isinstance(value, Collection) and all(isinstance(each, str) for each in value):
                return bindparam(None, [*value], self.type, unique=True, expanding=True, literal_execute=True)
            return value

    comparator_factory = Comparator
