"""What all bodies have in common: unknown fields are refused, and so is text that can't be stored."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, Generic, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator

from signoff.kernel.local_time import is_in_reach
from signoff.kernel.storable import UNSTORABLE

T = TypeVar("T")

_DEEPEST: Final = 40


def refuse_unstorable(value: object, depth: int = 0) -> None:
    """Refuse what JSON can say and PostgreSQL can't store, anywhere inside a body.

    Raises:
        ValueError: NUL, half a surrogate pair, a number that isn't one, or nesting without end.
    """
    if depth > _DEEPEST:
        raise ValueError("This is nested too deeply.")
    if isinstance(value, str):
        if UNSTORABLE.search(value):
            raise ValueError("The text holds a character that can't be stored.")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("A number must be finite.")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            refuse_unstorable(name, depth + 1)
            refuse_unstorable(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            refuse_unstorable(inner, depth + 1)


class In(BaseModel):
    """A body that is taken."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, value: object) -> object:
        refuse_unstorable(value)
        return value


class Out(BaseModel):
    """A body that is given."""

    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)


class PageOut(Out, Generic[T]):
    """Some items of a list."""

    items: list[T]
    next_cursor: str | None = Field(default=None, examples=["WyIyMDI2LTEx…"])
    """Send it as `cursor` to get the next page; null: this was the last one."""


class ListOut(Out, Generic[T]):
    """All items of a list."""

    items: list[T]


def parse_moment(value: object) -> datetime:
    """Read RFC 3339.

    Raises:
        ValueError: It isn't, or has no offset, or is centuries away.
    """
    if isinstance(value, datetime):
        return value
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise ValueError("Write a time as 2026-03-29T09:00:00Z.")
    if moment.tzinfo is None:
        raise ValueError("A time ends with Z or an offset such as +02:00.")
    if not is_in_reach(moment):
        raise ValueError("The time must lie between the years 2000 and 2200.")
    return moment.astimezone(UTC)


def parse_due(value: object) -> datetime | Literal["now", "next_slot"]:
    """Read a due time: a moment, “now” or “next_slot”.

    Raises:
        ValueError: None of these.
    """
    if value == "now":
        return "now"
    return parse_slot(value)


def parse_slot(value: object) -> datetime | Literal["next_slot"]:
    """Read a moment, or “next_slot”.

    Raises:
        ValueError: Neither.
    """
    return "next_slot" if value == "next_slot" else parse_moment(value)


Moment: TypeAlias = Annotated[
    datetime,
    PlainValidator(parse_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-12-01T09:00:00Z"]}),
]
"""A time that is taken; RFC 3339 with its offset."""

_MOMENT_OR: Final = {"type": "string", "format": "date-time"}

Due: TypeAlias = Annotated[
    datetime | Literal["now", "next_slot"],
    PlainValidator(parse_due),
    WithJsonSchema({"anyOf": [_MOMENT_OR, {"enum": ["now", "next_slot"]}], "examples": ["now"]}),
]
"""When something is to be published."""

DueLater: TypeAlias = Annotated[
    datetime | Literal["next_slot"],
    PlainValidator(parse_slot),
    WithJsonSchema({"anyOf": [_MOMENT_OR, {"const": "next_slot"}], "examples": ["2026-12-01T09:00:00Z"]}),
]
"""Another time for what is scheduled already."""
