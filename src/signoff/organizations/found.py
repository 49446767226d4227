"""The first start: an organization and its owner. Closed by default, so this is the only way to make one."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now
from signoff.db.session import add_scope
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import OrganizationId, PersonId, new_id
from signoff.kernel.people import Role, Via
from signoff.organizations.addresses import mail_address
from signoff.organizations.lines import one_line
from signoff.organizations.people import Belonging, acting
from signoff.organizations.sign_in.links import Purpose, make_link
from signoff.records.access import OneTimeLink
from signoff.records.tenants import Membership, Organization, Person
from signoff.runtime import Runtime

_FOUNDING = 0x5167_0F01
"""Advisory lock: two commands at the same time found one organization."""


@dataclass(frozen=True, slots=True)
class Founded:
    """An organization with a fresh one-time link for its owner; `is_new` unless it was there already."""

    organization_id: OrganizationId
    person_id: PersonId
    link: str = field(repr=False)
    is_new: bool


async def found_organization(runtime: Runtime, name: str, owner_email: str, owner_name: str = "") -> Founded:
    """Found an organization, or find the one of this name and owner; in both cases the owner can sign in.

    The first person of an installation runs it, and may pause everything.

    Raises:
        Invalid: The name is empty, or the address isn't one.
    """
    address, name = mail_address(owner_email), one_line(name)
    if not name:
        raise Invalid("An organization needs a name.", field="name")
    async with runtime.database.transaction(email=address) as tx:
        await tx.execute(select(func.pg_advisory_xact_lock(_FOUNDING)))
        person = await _owner(runtime, tx, address, one_line(owner_name))
        await add_scope(tx, person_id=person.id)
        known = await _existing(tx, person, name)
        home = known or await _found(tx, person, name)
        link = await make_link(tx, runtime.settings, person.id, Purpose.SIGN_IN, organization_id=home)
        return Founded(home, person.id, link, is_new=known is None)


async def _owner(runtime: Runtime, tx: AsyncSession, address: str, name: str) -> Person:
    person: Person | None = await tx.scalar(select(Person).where(Person.email == address))
    if person is None:
        async with runtime.worker_transaction() as over_all:
            is_first = await over_all.scalar(select(Person.id).limit(1)) is None
        # Whoever founds on the machine itself vouches for the address: nobody else was let in by it before.
        proven_at = await database_now(tx)
        person = Person(email=address, name=name, is_operator=is_first, proven_at=proven_at)
        tx.add(person)
        await tx.flush()
    return person


async def _existing(tx: AsyncSession, person: Person, name: str) -> OrganizationId | None:
    query = (
        select(Organization.id)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(Membership.person_id == person.id, Membership.removed_at.is_(None))
        .where(Membership.role == Role.OWNER, Organization.name == name)
    )
    return (await tx.scalars(query.order_by(Membership.created_at).limit(1))).first()


async def _may_be_entered(tx: AsyncSession, person: Person) -> bool:
    """An admin elsewhere may hold this account: then the owner accepts with the link, and takes it over."""
    if person.proven_at:
        return False
    shown = select(OneTimeLink.id).where(OneTimeLink.person_id == person.id, OneTimeLink.proves.is_(False))
    return bool(person.password_hash) or await tx.scalar(shown.limit(1)) is not None


async def _found(tx: AsyncSession, person: Person, name: str) -> OrganizationId:
    accepted_at = None if await _may_be_entered(tx, person) else await database_now(tx)
    organization_id = OrganizationId(new_id())
    await add_scope(tx, organization_id=organization_id)
    tx.add(Organization(id=organization_id, name=name))
    await tx.flush()
    membership = Membership(organization_id=organization_id, person_id=person.id, role=Role.OWNER)
    membership.accepted_at = accepted_at
    tx.add(membership)
    await tx.flush()
    actor = acting(person, Belonging(organization_id, name, Role.OWNER), Via.CLI)
    chain.record(tx, actor, "organization.founded", ("organization", organization_id), after={"name": name})
    return organization_id
