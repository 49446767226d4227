"""Templates and snippets."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict, Field

from signoff.api.schemas.base import In, Out
from signoff.records.states import ContentType

_BRAND: Final = "01980c7a-7bb0-7c3e-9a7b-2f6d1c0e8a11"


class SnippetIn(In):
    """A new snippet."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Opening hours",
                    "shortcut": "hours",
                    "body": "We are open {brand.hours}. Call {brand.phone}.",
                    "brand_id": _BRAND,
                }
            ]
        }
    )

    name: str = Field(max_length=200)
    body: str = Field(max_length=5000)
    """May hold placeholders, such as {brand.name}."""
    shortcut: str = Field(default="", max_length=200)
    """Typed behind a slash in the editor; empty: one is made of the name."""
    brand_id: UUID | None = None
    """Null: for every brand."""


class SnippetChangesIn(In):
    """What shall be different; what isn't given stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"body": "Open daily: {brand.hours}."}]})

    name: str | None = Field(default=None, max_length=200)
    body: str | None = Field(default=None, max_length=5000)
    shortcut: str | None = Field(default=None, max_length=200)


class SnippetOut(Out):
    """A short piece of text."""

    id: UUID
    brand_id: UUID | None
    name: str
    shortcut: str
    body: str
    version: int
    """Grows with every change; the ETag."""
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class SnippetTextOut(Out):
    """What a snippet stands for at a brand."""

    text: str


class OwnTextIn(In):
    """What one channel says differently."""

    title: str = Field(default="", max_length=500)
    body: str = Field(default="", max_length=100_000)
    link: str = Field(default="", max_length=2000)


class TemplateIn(In):
    """A new template."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "New on the menu",
                    "brand_id": _BRAND,
                    "content_type": "feed_post",
                    "body": "New at {brand.name}: \n\nCome and try it. We are open {brand.hours}.",
                    "tags": ["menu"],
                }
            ]
        }
    )

    name: str = Field(max_length=200)
    brand_id: UUID | None = None
    """Null: for every brand."""
    content_type: ContentType = ContentType.FEED_POST
    title: str = Field(default="", max_length=500)
    body: str = Field(default="", max_length=100_000)
    """Texts may hold placeholders, such as {brand.name}."""
    link: str = Field(default="", max_length=2000)
    channels: list[str] = Field(default=[], max_length=50)
    """Ids of the brand's channels; platforms in a template for every brand; empty: all."""
    overrides: dict[str, OwnTextIn] = Field(default={}, max_length=50)
    """By the same: where a channel differs."""
    tags: list[str] = Field(default=[], max_length=50)
    image_prompt: str = Field(default="", max_length=5000)
    image_ratio: str = Field(default="", max_length=20)


class TemplateChangesIn(In):
    """What shall be different; what isn't given stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "New dish", "tags": ["menu", "new"]}]})

    name: str | None = Field(default=None, max_length=200)
    content_type: ContentType | None = None
    title: str | None = Field(default=None, max_length=500)
    body: str | None = Field(default=None, max_length=100_000)
    link: str | None = Field(default=None, max_length=2000)
    channels: list[str] | None = Field(default=None, max_length=50)
    overrides: dict[str, OwnTextIn] | None = Field(default=None, max_length=50)
    tags: list[str] | None = Field(default=None, max_length=50)
    image_prompt: str | None = Field(default=None, max_length=5000)
    image_ratio: str | None = Field(default=None, max_length=20)


class SaveAsTemplateIn(In):
    """Keeping a post as a template."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "New on the menu"}]})

    name: str = Field(max_length=200)
    for_all: bool = Field(default=False, strict=True)
    """For every brand, not for the post's only."""


class UseTemplateIn(In):
    """Beginning a post."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"brand_id": _BRAND}]})

    brand_id: UUID | None = None
    """Whose post it becomes; needed for a template for every brand."""


class TemplateOut(Out):
    """What a post can begin with."""

    id: UUID
    brand_id: UUID | None
    name: str
    content_type: ContentType
    title: str
    body: str
    link: str
    channels: list[str]
    overrides: dict[str, dict[str, str]]
    tags: list[str]
    image_prompt: str
    image_ratio: str
    origin: str
    """Who wrote it: hand, model or import. Posts made from it say the same."""
    origin_detail: dict[str, Any]
    version: int
    """Grows with every change; the ETag."""
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None
