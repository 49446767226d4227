"""The `fields` parameter: which parts of an object the caller wants to see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from signoff.sandbox.graph.errors import invalid

_NAME = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Field:
    """A name and, for an edge, the fields of what is behind it: `children{id,media_type}`."""

    name: str
    inner: tuple[Field, ...] = ()


def parse(text: str) -> tuple[Field, ...]:
    """Read a list of fields. Modifiers such as `.limit(0)` are accepted and make no difference."""
    return tuple(_field(part) for part in _split(text) if part)


def pick(node: str, known: Mapping[str, Any], wanted: str, default: str) -> dict[str, Any]:
    """Give the wanted fields and the id. As the platform does, leave out what has no value."""
    return _pick(node, known, parse(wanted or default))


def _pick(node: str, known: Mapping[str, Any], fields: tuple[Field, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields:
        if field.name not in known:
            raise invalid(f"Tried accessing nonexisting field ({field.name}) on node type ({node})")
        value = known[field.name]
        if value is not None:
            found[field.name] = _inside(field, value)
    return found | {"id": known["id"]} if "id" in known else found


def _inside(field: Field, value: object) -> object:
    if not field.inner:
        return value
    if isinstance(value, dict) and "data" in value:
        return {"data": [_pick(field.name, item, field.inner) for item in value["data"]]}
    return _pick(field.name, value, field.inner) if isinstance(value, dict) else value


def _field(part: str) -> Field:
    name = _NAME.match(part)
    if not name:
        raise invalid(f"Syntax error in field expansion: {part}")
    inner = part[part.index("{") + 1 : part.rindex("}")] if "{" in part and "}" in part else ""
    return Field(name.group(), parse(inner))


def _split(text: str) -> list[str]:
    """Split at the commas outside all brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "({") - (sign in ")}")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]
