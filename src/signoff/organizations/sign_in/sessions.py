"""Sessions of browsers: who is behind one, how long it lasts, how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.audit.models import AuditHead
from signoff.db.clock import now_sql
from signoff.db.session import add_scope, limit_to_brands
from signoff.kernel.errors import NotFound, SignInNeeded
from signoff.kernel.ids import OrganizationId, SessionId
from signoff.kernel.people import Actor, Via
from signoff.organizations.people import Belonging, acting, belongings, own_person
from signoff.organizations.secret import digest
from signoff.organizations.sign_in.opened import SESSION_LASTS
from signoff.records.access import Session
from signoff.records.tenants import Person
from signoff.runtime import Runtime

PROLONGED_EVERY: Final = timedelta(minutes=5)
"""A row is written this often at most, not with each page."""

_OPEN: Final = (Session.revoked_at.is_(None), Session.expires_at > now_sql())


@dataclass(frozen=True, slots=True)
class Signed:
    """Who is behind a session, and where they may go."""

    actor: Actor
    person: Person
    session: Session
    organization: str
    memberships: Sequence[Belonging]
    seq: int
    """The organization's last audit entry before anything else was read for this request."""


async def session_actor(runtime: Runtime, session_secret: str, *, ip: str, via: Via) -> Signed:
    """Tell who presents this session.

    Raises:
        SignInNeeded: Unknown, expired or revoked, or the person was removed from the organization.
    """
    hashed = digest(session_secret)
    async with runtime.database.transaction(secret=hashed) as tx:
        is_stale = Session.seen_at < now_sql() - PROLONGED_EVERY
        row = (
            await tx.execute(select(Session, is_stale).where(Session.token_hash == hashed, *_OPEN))
        ).one_or_none()
        if row is None:
            raise _nobody()
        session: Session = row[0]
        await add_scope(tx, organization_id=session.organization_id, person_id=session.person_id)
        person, seq = await _person_and_seq(tx, session)
        memberships = await belongings(tx, person.id)
        here = next((each for each in memberships if each.organization_id == session.organization_id), None)
        if here is None or person.disabled_at:
            raise _nobody()
        if row[1]:
            await _prolong(tx, session.id)
    actor = acting(person, here, via, ip=ip)
    limit_to_brands(actor.brand_ids)
    return Signed(actor, person, session, here.organization, memberships, seq)


async def _person_and_seq(tx: AsyncSession, session: Session) -> tuple[Person, int]:
    # In one statement, because every request pays for it.
    last = select(AuditHead.seq).where(AuditHead.organization_id == session.organization_id)
    query = select(Person, func.coalesce(last.scalar_subquery(), 0)).where(Person.id == session.person_id)
    person, seq = (await tx.execute(query)).one()
    return person, seq


def _nobody() -> SignInNeeded:
    return SignInNeeded("You aren't signed in, or your session has ended.", next_step="Sign in.")


async def _prolong(tx: AsyncSession, session_id: SessionId) -> None:
    change = update(Session).where(Session.id == session_id, *_OPEN)
    await tx.execute(change.values(seen_at=now_sql(), expires_at=now_sql() + SESSION_LASTS))


async def sign_out(runtime: Runtime, session_secret: str) -> None:
    """End the session; ending one that has ended is no error."""
    hashed = digest(session_secret)
    async with runtime.database.transaction(secret=hashed) as tx:
        session = await tx.scalar(select(Session).where(Session.token_hash == hashed, *_OPEN))
        if session:
            await add_scope(tx, person_id=session.person_id)
            await tx.execute(update(Session).where(Session.id == session.id).values(revoked_at=now_sql()))


async def list_sessions(runtime: Runtime, actor: Actor) -> list[Session]:
    """Give the actor's own open sessions, last used first."""
    person_id = own_person(actor)
    async with runtime.database.transaction(actor.organization_id, person_id=person_id) as tx:
        query = select(Session).where(Session.person_id == person_id, *_OPEN).order_by(Session.seen_at.desc())
        return list(await tx.scalars(query))


async def revoke_session(runtime: Runtime, actor: Actor, session_id: SessionId) -> None:
    """End one of the actor's own sessions.

    Raises:
        NotFound: It isn't there, has ended, or is somebody else's.
    """
    person_id = own_person(actor)
    async with runtime.database.transaction(actor.organization_id, person_id=person_id) as tx:
        ended = await tx.scalar(
            update(Session)
            .where(Session.id == session_id, Session.person_id == person_id, *_OPEN)
            .values(revoked_at=now_sql())
            .returning(Session.id)
        )
        if ended is None:
            raise NotFound("There is no such session.")
        chain.record(tx, actor, "session.revoked", ("session", session_id))


async def switch_organization(runtime: Runtime, signed: Signed, organization_id: OrganizationId) -> None:
    """Go on in another organization of the same person, from the next request on.

    Raises:
        NotFound: The person doesn't belong to it.
    """
    async with runtime.database.transaction(person_id=signed.person.id) as tx:
        places = await belongings(tx, signed.person.id)
        if organization_id not in {place.organization_id for place in places}:
            raise NotFound("There is no such organization.")
        await tx.execute(
            update(Session).where(Session.id == signed.session.id).values(organization_id=organization_id)
        )
