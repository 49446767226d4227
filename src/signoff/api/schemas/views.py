"""Saved views of the list of posts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from signoff.api.schemas.base import In, Out


class SavedViewIn(In):
    """Filters of the list of posts to keep."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "My drafts", "filters": {"state": "draft", "changed": "7"}}]}
    )

    name: str = Field(max_length=200)
    filters: dict[str, str]
    """By the names of the page's address: state, brand, channel, author, assignee, tag, search, changed
    (days), since and until (dates), sort."""


class SavedViewOut(Out):
    """A saved view."""

    id: UUID
    name: str
    filters: dict[str, str]
    created_at: datetime
