"""What is asked of posts: written, changed, handed in, put away."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict, Field

from signoff.api.schemas.base import In, Moment
from signoff.records.states import ContentType

_POST_EXAMPLE: Final[Any] = {
    "brand_id": "01980c7a-7bb0-7c3e-9a7b-2f6d1c0e8a11",
    "content_type": "feed_post",
    "title": "Opening day",
    "body": "We open on Saturday at nine. Coffee is on us until noon.",
    "media": [{"id": "01980c7a-8c10-7d2a-8f5e-0b6a4d1f9c22", "alt": "The counter with a row of cups"}],
    "channels": ["01980c7a-9d44-7a1b-b3c2-6e8f7a2d5b33"],
    "tags": ["opening"],
}


class MediaUseIn(In):
    """A picture in a post."""

    id: UUID
    """From POST /media."""
    alt: str | None = Field(default=None, max_length=2000)
    """What can be seen, for people who can't; null: what was given at the upload."""


class GeneratedIn(In):
    """A language model wrote this: it is shown to the reviewer, who confirms the facts."""

    model: str = Field(min_length=1, max_length=200)
    evidence: list[str] = Field(default=[], max_length=20)
    """What it was given: facts, questions, addresses."""


class OverrideIn(In):
    """What one channel says differently; what isn't given is as in the post."""

    title: str | None = None
    body: str | None = None
    link: str | None = None
    media: list[UUID | MediaUseIn] | None = None
    crops: dict[UUID, UUID] | None = Field(default=None, max_length=20)
    """By picture of the post: which crop this channel gets in its place (POST /media/{media_id}/crops)."""


class PostIn(In):
    """A new post."""

    model_config = ConfigDict(json_schema_extra={"examples": [_POST_EXAMPLE]})

    brand_id: UUID
    content_type: ContentType
    title: str = Field(default="", max_length=500)
    body: str = Field(default="", max_length=100_000)
    """Markdown for pages and articles, plain text for social channels."""
    link: str = Field(default="", max_length=2000)
    media: list[UUID | MediaUseIn] = Field(default=[], max_length=20)
    """Pictures in order, as ids or with an alt text."""
    channels: list[UUID] = Field(default=[], max_length=50)
    overrides: dict[UUID, OverrideIn] = Field(default={}, max_length=50)
    """By channel id: where a channel differs."""
    tags: list[str] = Field(default=[], max_length=50)
    metadata: dict[str, Any] = Field(default={}, max_length=100)
    suggested_time: Moment | None = None
    image_prompt: str = Field(default="", max_length=5000)
    image_ratio: str = Field(default="", max_length=20)
    target_prompt: str = Field(default="", max_length=5000)
    generated: GeneratedIn | None = None
    """Null: written by hand, unless an agent's token sends it."""


class PostChangesIn(In):
    """What shall be different; what isn't given stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"body": "We open on Sunday at nine.", "tags": []}]}
    )

    brand_id: UUID | None = None
    content_type: ContentType | None = None
    title: str | None = Field(default=None, max_length=500)
    body: str | None = Field(default=None, max_length=100_000)
    link: str | None = Field(default=None, max_length=2000)
    media: list[UUID | MediaUseIn] | None = Field(default=None, max_length=20)
    channels: list[UUID] | None = Field(default=None, max_length=50)
    overrides: dict[UUID, OverrideIn] | None = Field(default=None, max_length=50)
    tags: list[str] | None = Field(default=None, max_length=50)
    metadata: dict[str, Any] | None = Field(default=None, max_length=100)
    suggested_time: Moment | None = None
    """The one field that null empties."""
    image_prompt: str | None = Field(default=None, max_length=5000)
    image_ratio: str | None = Field(default=None, max_length=20)
    target_prompt: str | None = Field(default=None, max_length=5000)
    generated: GeneratedIn | None = None
    """Null: who wrote it stays as it is."""


class PostMediaIn(In):
    """A post's pictures, all of them, in order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"media": _POST_EXAMPLE["media"]}]})

    media: list[UUID | MediaUseIn] = Field(max_length=20)


class SubmitIn(In):
    """Handing a post in for review."""

    version: int | None = Field(default=None, strict=True, ge=1)
    """The version that was looked at; null: whatever is stored."""


class ArchiveIn(In):
    """Putting a post away."""

    reason: str = Field(default="", max_length=2000)
