"""Tables of posts: pictures, revisions, and what each channel gets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import FetchedValue, ForeignKey, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from signoff.db.base import Base
from signoff.db.types import AS_TEXT, Written
from signoff.kernel.ids import (
    BrandId,
    ChannelId,
    MediaId,
    OrganizationId,
    PersonId,
    PostId,
    RevisionId,
    SealId,
    VariantId,
    new_id,
)
from signoff.records.states import (
    ContentType,
    PostState,
)


class Media(Base):
    """A stored picture; `digest` is the SHA-256 of its bytes and its name in the store."""

    __tablename__ = "media"

    id: Mapped[MediaId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    digest: Mapped[str]
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size_bytes: Mapped[int]
    filename: Mapped[str] = mapped_column(default="")
    alt: Mapped[str] = mapped_column(default="")
    """What a post starts with when this picture is attached; each post keeps its own."""
    source_url: Mapped[str] = mapped_column(default="")
    rendition_of: Mapped[MediaId | None] = mapped_column(ForeignKey("media.id"))
    cropped_from: Mapped[MediaId | None] = mapped_column(ForeignKey("media.id"))
    """The whole picture that this one was cut from, with the frame in `crop`."""
    crop: Mapped[dict[str, Any] | None]
    created_by: Mapped[PersonId | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Post(Base):
    """A piece of content and where it stands; its text is in its revisions."""

    __tablename__ = "posts"

    id: Mapped[PostId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    brand_id: Mapped[BrandId]
    state: Mapped[PostState] = mapped_column(Written(PostState, **AS_TEXT), default=PostState.DRAFT)
    state_since: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    content_type: Mapped[ContentType]
    revision_id: Mapped[RevisionId]
    """The current revision."""
    seal_id: Mapped[SealId | None]
    """Set exactly while the post is approved."""
    title: Mapped[str] = mapped_column(default="")
    """Of the current revision, for lists."""
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    suggested_time: Mapped[datetime | None]
    image_prompt: Mapped[str] = mapped_column(default="")
    image_ratio: Mapped[str] = mapped_column(default="")
    target_prompt: Mapped[str] = mapped_column(default="")
    archive_reason: Mapped[str] = mapped_column(default="")
    changes_requested: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    assignee_id: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    """Who looks after the review; None: nobody in particular."""
    handed_in_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    """Who sent it to review last."""
    round: Mapped[int] = mapped_column(default=0)
    """Grows with each handing in; what was approved in an earlier one doesn't count."""
    copied_from: Mapped[PostId | None]
    version: Mapped[int] = mapped_column(default=1)
    """Grows with every change of the post; the ETag."""
    search: Mapped[str] = mapped_column(TSVECTOR, default="", deferred=True)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    updated_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))


class Revision(Base):
    """One immutable version of a post's content."""

    __tablename__ = "revisions"

    id: Mapped[RevisionId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId]
    post_id: Mapped[PostId]
    number: Mapped[int]
    title: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    link: Mapped[str] = mapped_column(default="")
    media: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """In order: {"media_id": text, "alt": text}."""
    channel_ids: Mapped[list[ChannelId]] = mapped_column(ARRAY(postgresql.UUID(as_uuid=True)), default=list)
    overrides: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By channel id: {"title"?, "body"?, "link"?, "media"?} where a channel differs from the source text."""
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata", default=dict)
    origin: Mapped[str] = mapped_column(default="hand")
    origin_detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Variant(Base):
    """Exactly what would be published on one channel, in canonical form."""

    __tablename__ = "variants"

    id: Mapped[VariantId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId]
    post_id: Mapped[PostId]
    revision_id: Mapped[RevisionId]
    channel_id: Mapped[ChannelId]
    canonical: Mapped[str]
    """RFC 8785 JSON: channel_id, platform, account, options, content_type, payload, media."""
    digest: Mapped[str]
    notes: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
