"""Tables of templates and snippets. Both are copied where they are used: a later change touches no post."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import FetchedValue, ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from signoff.db.base import Base
from signoff.kernel.ids import BrandId, OrganizationId, PersonId, SnippetId, TemplateId, new_id
from signoff.records.states import ContentType


class Shared:
    """What both have: whose it is, its name, and who changed it when."""

    called: ClassVar[str]
    """In audit entries, and to people."""

    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    brand_id: Mapped[BrandId | None]
    """None: for every brand of the organization. It never changes."""
    name: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[PersonId | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    updated_by: Mapped[PersonId | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    archived_at: Mapped[datetime | None]


class Snippet(Shared, Base):
    """A short piece of text that is put in where it is needed: a signature, opening hours, hashtags."""

    __tablename__ = "snippets"
    called = "snippet"

    id: Mapped[SnippetId] = mapped_column(primary_key=True, default=new_id)
    shortcut: Mapped[str]
    """What is typed behind a slash to get it, in small letters."""
    body: Mapped[str]
    """May hold placeholders such as {brand.name}."""


class PostTemplate(Shared, Base):
    """What a post can begin with. Its texts may hold placeholders such as {brand.name}."""

    __tablename__ = "post_templates"
    called = "template"

    id: Mapped[TemplateId] = mapped_column(primary_key=True, default=new_id)
    content_type: Mapped[ContentType]
    title: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    link: Mapped[str] = mapped_column(default="")
    channels: Mapped[list[str]] = mapped_column(default=list)
    """Channel ids in a brand's template, platforms in one for every brand; empty: all there are."""
    overrides: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By the same keys: {"title"?, "body"?, "link"?} where a channel differs from the source text."""
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    image_prompt: Mapped[str] = mapped_column(default="")
    image_ratio: Mapped[str] = mapped_column(default="")
    origin: Mapped[str] = mapped_column(default="hand")
    """Who wrote it: hand, model or import. Posts made from it say the same."""
    origin_detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
