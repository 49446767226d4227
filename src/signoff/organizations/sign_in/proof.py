"""Whose a mail address is. An account may have been made, and entered, by an admin who copied its first link.

Such an account has the organization that made it and no other. A link that only the mailbox got shows that
the person behind it is there now; whoever came in before is out, with the API tokens they made, and the
invitation it came with counts.
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now, now_sql
from signoff.db.session import add_scope
from signoff.kernel.ids import OrganizationId
from signoff.kernel.people import Via
from signoff.organizations.people import acting, home_of
from signoff.organizations.sign_in.links import Purpose, void_links
from signoff.records.access import ApiToken, OneTimeLink
from signoff.records.tenants import Membership, Person


def needs_password(person: Person, link: OneTimeLink) -> bool:
    """Using the link sets a password: there is none, it is forgotten, or it may be somebody else's."""
    match Purpose(link.purpose):
        case Purpose.RESET:
            return True
        case Purpose.INVITE:
            return person.password_hash is None or person.proven_at is None
        case Purpose.SIGN_IN:
            return person.password_hash is not None and person.proven_at is None


async def take_proof(tx: AsyncSession, person: Person, link: OneTimeLink) -> None:
    """Note what a link shows that was just used, once the password was replaced where that is needed."""
    if not link.proves:
        return
    if person.proven_at is None:
        person.proven_at = await database_now(tx)
        await tx.flush()
        await void_links(tx, person.id)
        await _revoke_tokens(tx, person)
    if link.organization_id:
        await accept(tx, person, link.organization_id)


async def _revoke_tokens(tx: AsyncSession, person: Person) -> None:
    """In every organization: each was made before anybody knew whose the address is."""
    made = update(ApiToken).where(ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None))
    await tx.execute(made.values(revoked_at=now_sql()))


async def accept(tx: AsyncSession, person: Person, organization_id: OrganizationId) -> bool:
    """Let an open invitation count; tells whether there was one. The transaction must know the person."""
    await add_scope(tx, organization_id=organization_id)
    membership: Membership | None = await tx.scalar(
        select(Membership)
        .where(Membership.organization_id == organization_id, Membership.person_id == person.id)
        .where(Membership.accepted_at.is_(None), Membership.removed_at.is_(None))
        .with_for_update()
    )
    if membership is None:
        return False
    membership.accepted_at = await database_now(tx)
    await tx.flush()
    actor = acting(person, await home_of(tx, person.id, wanted=organization_id), Via.WEB)
    after = {"role": str(membership.role)}
    chain.record(tx, actor, "member.accepted", ("person", person.id), after=after)
    return True
