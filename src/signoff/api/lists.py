"""How lists are asked for, page by page."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Query

from signoff.records.pages import MAX_LIMIT

Limit: TypeAlias = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Items on a page.")]
Cursor: TypeAlias = Annotated[
    str | None,
    Query(max_length=3000, description="`next_cursor` of the page before; without it, the first page."),
]
