"""Pictures."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from signoff.api.schemas.base import In, Out
from signoff.media.crop import FULL
from signoff.records.models import Media


class ImportIn(In):
    """A picture that is copied in from its address."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"url": "https://www.example.com/counter.jpg", "alt": "The counter"}]}
    )

    url: str = Field(min_length=1, max_length=2000)
    alt: str = Field(default="", max_length=2000)


class CropIn(In):
    """Which part of a picture is kept. Percent, so that it fits a picture of any size."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ratio": 0.8, "size": 100, "left": 50, "top": 0}]}
    )

    ratio: float
    """Width divided by height: 1 for a square, 0.8 for 4:5."""
    size: int = FULL
    """Of the largest frame of that shape in the picture."""
    left: int = FULL // 2
    """Of the room beside the frame: 0 is the left edge, 100 the right one."""
    top: int = FULL // 2


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
