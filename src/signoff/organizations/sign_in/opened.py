"""Opening a session, however the person showed who they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now
from signoff.db.session import add_scope
from signoff.kernel.ids import OrganizationId, SessionId
from signoff.kernel.people import Via
from signoff.organizations.people import acting, home_of
from signoff.organizations.secret import digest, new_secret
from signoff.records.access import Session
from signoff.records.tenants import Person

SESSION_LASTS: Final = timedelta(days=30)
"""Since it was last used."""
_USER_AGENT_CHARS: Final = 300


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who knocks: the address as the web server saw it, and what the browser calls itself."""

    ip: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that was just opened. Its secret goes into a cookie and is kept nowhere else."""

    session_secret: str = field(repr=False)
    csrf: str = field(repr=False)
    session_id: SessionId
    person: Person
    organization_id: OrganizationId


async def open_session(
    tx: AsyncSession,
    person: Person,
    visitor: Visitor,
    said: Mapping[str, Any],
    *,
    wanted: OrganizationId | None = None,
) -> SignedIn:
    """Open a session, in the `wanted` organization if the person belongs to it.

    The transaction must know the person. What is `said` goes into the audit.

    Raises:
        NotAllowed: The person belongs to no organization.
    """
    place = await home_of(tx, person.id, wanted=wanted)
    await add_scope(tx, organization_id=place.organization_id)
    secret = new_secret()
    session = Session(
        person_id=person.id,
        organization_id=place.organization_id,
        token_hash=digest(secret),
        csrf=new_secret(),
        user_agent=visitor.user_agent[:_USER_AGENT_CHARS],
        ip=visitor.ip,
        expires_at=await database_now(tx) + SESSION_LASTS,
    )
    tx.add(session)
    await tx.flush()
    actor = acting(person, place, Via.WEB, ip=visitor.ip)
    chain.record(tx, actor, "session.opened", ("session", session.id), after=said)
    return SignedIn(secret, session.csrf, session.id, person, place.organization_id)
