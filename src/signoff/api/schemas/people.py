"""People: who one is, the members, tokens."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool

from signoff.api.schemas.base import In, Out
from signoff.kernel.people import Actor, May, Role


class MeOut(Out):
    """Who the token or session speaks for."""

    person_id: UUID | None
    name: str
    email: str
    organization_id: UUID
    role: Role
    may: list[May]
    """What role and token together allow."""
    is_agent: bool
    is_operator: bool

    @classmethod
    def of(cls, actor: Actor) -> MeOut:
        return cls(
            person_id=actor.person_id,
            name=actor.name,
            email=actor.email,
            organization_id=actor.organization_id,
            role=actor.role,
            may=[may for may in May if actor.may(may)],
            is_agent=actor.is_agent,
            is_operator=actor.is_operator,
        )


class MemberIn(In):
    """Somebody to invite."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "ana@example.com", "role": "reviewer", "name": "Ana"}]}
    )

    email: str = Field(max_length=254)
    role: Role
    name: str = Field(default="", max_length=120)
    brands: list[UUID] | None = Field(default=None, max_length=200)
    """The only brands they are to see; null: all."""


class RoleIn(In):
    """Another role, other brands, or both."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "publisher"}]})

    role: Role | None = None
    brands: list[UUID] | None = Field(default=None, max_length=200)
    """The only brands they are to see; null: all. Left out: as it is."""


class MemberOut(Out):
    """One person in this organization."""

    id: UUID
    person_id: UUID
    email: str
    name: str
    role: Role
    brand_ids: list[UUID] | None
    """The only brands they see; null: all."""
    is_pending: bool
    """Invited, but has never signed in, or not accepted yet."""
    since: datetime
    version: int
    """Grows with every change; the ETag."""


class InvitedOut(Out):
    """A new member, and how they come in."""

    member: MemberOut
    link: str | None
    """Lets in whoever opens it, once. Null: they have an account, and accept or sign in themselves."""
    is_mailed: bool


class TokenIn(In):
    """A new token for oneself."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "nightly import", "scopes": ["read", "write_posts"]}]}
    )

    name: str = Field(min_length=1, max_length=100)
    scopes: list[May] = Field(min_length=1)
    expires_in_days: int = Field(default=90, strict=True, ge=1, le=366)
    is_agent: StrictBool = False
    """For an agent: it may read, write and submit, and never approve or publish."""


class TokenOut(Out):
    """A token, without its text."""

    id: UUID
    person_id: UUID
    name: str
    scopes: list[str]
    is_agent: bool
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class NewTokenOut(Out):
    """A token that was just made."""

    token: TokenOut
    text: str
    """Shown this once; only its digest is stored."""
