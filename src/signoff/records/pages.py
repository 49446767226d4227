"""Lists in pages: a cursor remembers the last row, so that nothing is shown twice or left out."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from signoff.kernel.errors import Invalid

T = TypeVar("T")

MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items, and where the next page starts; None: this was the last one."""

    items: Sequence[T]
    next_cursor: str | None = None


def checked_limit(limit: int) -> int:
    """Raises Invalid unless 1 <= limit <= 100."""
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(f"A page holds 1 to {MAX_LIMIT} items, not {limit}.", field="limit")
    return limit


def encode_cursor(value: str, row_id: UUID) -> str:
    """Make a cursor; opaque for callers."""
    return base64.urlsafe_b64encode(json.dumps([value, str(row_id)]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[str, UUID]:
    """Read a cursor.

    Raises:
        Invalid: It isn't one of ours.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        value, row_id = json.loads(raw)
        return str(value), UUID(row_id)
    except (ValueError, TypeError, binascii.Error, AttributeError) as problem:
        raise _not_ours() from problem


def decode_moment(cursor: str) -> tuple[datetime, UUID]:
    """Read a cursor of a list that is sorted by a moment.

    Raises:
        Invalid: It isn't one of ours, or belongs to another sort order.
    """
    value, row_id = decode_cursor(cursor)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as problem:
        raise _not_ours() from problem
    if moment.tzinfo is None:
        raise _not_ours()
    return moment, row_id


def _not_ours() -> Invalid:
    return Invalid(
        "This cursor isn't valid, or belongs to another sort order.",
        field="cursor",
        next_step="Start again without a cursor.",
    )
