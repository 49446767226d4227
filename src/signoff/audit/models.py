"""The audit chain's tables. Rows are only added; personal values stand apart so that they can be erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from signoff.db.base import Base
from signoff.kernel.ids import OrganizationId, PersonId


class AuditHead(Base):
    """The end of an organization's chain; locked last in a transaction, in order of organization id."""

    __tablename__ = "audit_heads"

    organization_id: Mapped[OrganizationId] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str]


class AuditEntry(Base):
    """Who did what, when, to what; `hash` covers all other columns, `previous` the entry before."""

    __tablename__ = "audit_entries"

    organization_id: Mapped[OrganizationId] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    post_id: Mapped[UUID | None]
    """The post that this belongs to, so that a post's whole story can be read."""
    actor_id: Mapped[PersonId | None]
    via: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    personal_digest: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]


class AuditPersonal(Base):
    """Name, mail and IP address of an entry, with the salt of their digest. Erasable."""

    __tablename__ = "audit_personal"

    organization_id: Mapped[OrganizationId] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[PersonId | None]
    salt: Mapped[str]
    data: Mapped[dict[str, Any]]
