"""Tables of the ways in: sessions, one-time links, tokens, and the requests that they carried."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from signoff.db.base import Base
from signoff.kernel.ids import (
    OrganizationId,
    PersonId,
    SessionId,
    TokenId,
    new_id,
)


class Session(Base):
    """A signed-in browser. Only the hash of its secret is stored."""

    __tablename__ = "sessions"

    id: Mapped[SessionId] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    token_hash: Mapped[str]
    csrf: Mapped[str]
    user_agent: Mapped[str] = mapped_column(default="")
    ip: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    seen_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class OneTimeLink(Base):
    """A link that signs in, sets a password or accepts an invitation, once."""

    __tablename__ = "one_time_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    purpose: Mapped[str]
    token_hash: Mapped[str]
    organization_id: Mapped[OrganizationId | None] = mapped_column(ForeignKey("organizations.id"))
    """Whose invitation it accepts."""
    proves: Mapped[bool]
    """Only the mailbox, or whoever runs the installation, got to see it: who uses it owns the address."""
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """One failed sign-in, counted for the rate limit; `subject` is a digest of address or mail."""

    __tablename__ = "sign_in_attempts"

    id: Mapped[int] = mapped_column(primary_key=True, server_default=FetchedValue())
    subject: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class ApiToken(Base):
    """A key for scripts or agents; shown once, stored as a hash."""

    __tablename__ = "api_tokens"

    id: Mapped[TokenId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str]
    token_hash: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_agent: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """A POST that was answered, or is being answered; kept 24 hours."""

    __tablename__ = "idempotency_keys"

    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    caller: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    """SHA-256 over method, path and body."""
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None]
