"""Pictures."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from signoff.api.schemas.base import In, Out
from signoff.records.models import Media


class ImportIn(In):
    """A picture that is copied in from its address."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"url": "https://www.example.com/counter.jpg", "alt": "The counter"}]}
    )

    url: str = Field(min_length=1, max_length=2000)
    alt: str = Field(default="", max_length=2000)


class MediaOut(Out):
    """A stored picture. Its bytes never change; the same bytes are stored once."""

    id: UUID
    digest: str
    """SHA-256 of the bytes."""
    media_type: str
    width: int
    height: int
    size_bytes: int
    filename: str
    alt: str
    """What a post starts with when this picture is attached."""
    source_url: str
    created_at: datetime
    content_url: str
    """Where the bytes are, with the same token."""

    @classmethod
    def of(cls, media: Media, content_url: str) -> MediaOut:
        return cls(
            id=media.id,
            digest=media.digest,
            media_type=media.media_type,
            width=media.width,
            height=media.height,
            size_bytes=media.size_bytes,
            filename=media.filename,
            alt=media.alt,
            source_url=media.source_url,
            created_at=media.created_at,
            content_url=content_url,
        )
