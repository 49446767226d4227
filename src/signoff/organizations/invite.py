"""Inviting somebody by mail address.

An admin who copies a link can use it, so a link is shown only for an account that the organization makes
itself, and such an account stays with that organization until its address is proven. Whoever is known
elsewhere accepts by a link that only their mailbox gets, or that the operator of the installation hands over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now
from signoff.db.session import add_scope
from signoff.kernel.errors import Invalid, NotFound, WrongState
from signoff.kernel.ids import BrandId, OrganizationId, new_id
from signoff.kernel.people import Actor, May, Role
from signoff.organizations import letters
from signoff.organizations.addresses import mail_address
from signoff.organizations.lines import one_line
from signoff.organizations.members import Member, read_members
from signoff.organizations.membership import checked_brands, need_owner_for, set_brands, set_role
from signoff.organizations.people import open_invitations
from signoff.organizations.sign_in.links import Purpose, make_link, void_invitations
from signoff.records.tenants import Membership, Organization, Person
from signoff.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Invited:
    """A new member, and how they come in."""

    member: Member
    link: str | None = field(repr=False)
    """Lets in whoever opens it, once. None: they have an account, and it isn't the admin's to enter."""
    is_mailed: bool


async def invite_member(
    runtime: Runtime,
    actor: Actor,
    email: str,
    role: Role,
    name: str = "",
    brand_ids: Sequence[BrandId] | None = None,
) -> Invited:
    """Add a member, or invite one again who never arrived; they see these brands only, or all.

    A person who is known elsewhere is a member once they have accepted.

    Raises:
        NotAllowed: An owner is invited, and the actor isn't one.
        WrongState: They are a member already.
        Invalid: It isn't a mail address, or these aren't brands that the role could be limited to.
    """
    actor.need(May.MANAGE_MEMBERS)
    need_owner_for(actor, role)
    address = mail_address(email)
    async with runtime.database.transaction(actor.organization_id, email=address) as tx:
        person = await _person(tx, address, name)
        brands = await checked_brands(tx, actor, role, brand_ids)
        membership = await _membership(tx, actor, person, role)
        await set_brands(tx, actor, membership, brands)
        is_shown = bool(membership.accepted_at) and not (person.password_hash or person.proven_at)
        link = await _link(runtime, tx, actor, person, membership, is_shown=is_shown)
        member = (await read_members(tx, actor, membership_id=membership.id))[0]
        organization = await tx.get_one(Organization, actor.organization_id)
    letter = letters.invitation(address, organization.name, actor.name or actor.email, link)
    return Invited(member, link if is_shown else None, is_mailed=await letters.send(runtime, letter))


async def _person(tx: AsyncSession, address: str, name: str) -> Person:
    new = insert(Person).values(id=new_id(), email=address, name=one_line(name))
    await tx.execute(new.on_conflict_do_nothing())
    # Locked, so that two who invite the same person take turns.
    person = (await tx.scalars(select(Person).where(Person.email == address).with_for_update())).one()
    await add_scope(tx, person_id=person.id)
    return person


async def _membership(tx: AsyncSession, actor: Actor, person: Person, role: Role) -> Membership:
    present: Membership | None = await tx.scalar(
        select(Membership)
        .where(Membership.organization_id == actor.organization_id, Membership.person_id == person.id)
        .where(Membership.removed_at.is_(None))
        .with_for_update()
    )
    if present:
        return await _again(tx, actor, present, role)
    membership = Membership(organization_id=actor.organization_id, person_id=person.id, role=role)
    if not await _is_known_elsewhere(tx, actor, person):
        membership.accepted_at = await database_now(tx)
    tx.add(membership)
    await tx.flush()
    chain.record(tx, actor, "member.invited", ("person", person.id), after={"role": str(role)})
    return membership


async def _again(tx: AsyncSession, actor: Actor, present: Membership, role: Role) -> Membership:
    member = (await read_members(tx, actor, membership_id=present.id))[0]
    if not member.is_pending:
        raise WrongState(f"{member.email} is a member already.", next_step="Change their role in the list.")
    need_owner_for(actor, present.role)
    await set_brands(tx, actor, present, None)  # before the role, which may be one that sees all
    await set_role(tx, actor, present, role)
    chain.record(tx, actor, "member.invited", ("person", present.person_id), after={"role": str(role)})
    return present


async def _is_known_elsewhere(tx: AsyncSession, actor: Actor, person: Person) -> bool:
    """Also when they left: whoever invited them there may have chosen the account's password."""
    query = select(Membership.id).where(
        Membership.person_id == person.id, Membership.organization_id != actor.organization_id
    )
    return await tx.scalar(query.limit(1)) is not None


async def _link(
    runtime: Runtime,
    tx: AsyncSession,
    actor: Actor,
    person: Person,
    membership: Membership,
    *,
    is_shown: bool,
) -> str:
    here = actor.organization_id
    await void_invitations(tx, person.id, here)
    if membership.accepted_at and not is_shown:
        return f"{runtime.settings.address}/sign-in"
    return await make_link(
        tx, runtime.settings, person.id, Purpose.INVITE, organization_id=here, proves=not is_shown
    )


async def operators_link(runtime: Runtime, email: str, organization_id: OrganizationId | None = None) -> str:
    """Make the link with which an invited person accepts, where no mail can be sent.

    For the machine's own command line. Whoever runs the installation hands it over and thereby says that
    the address belongs to the one who gets it.

    Raises:
        NotFound: Nobody with this address waits to accept.
        Invalid: Several organizations wait, and none was named.
    """
    address = mail_address(email)
    async with runtime.database.transaction(email=address) as tx:
        person = await tx.scalar(select(Person).where(Person.email == address, Person.disabled_at.is_(None)))
        if person is None:
            raise _nobody_waits(address)
        await add_scope(tx, person_id=person.id)
        places = await open_invitations(tx, person.id)
        if organization_id:
            places = [place for place in places if place.organization_id == organization_id]
        if not places:
            raise _nobody_waits(address)
        if len(places) > 1:
            known = ", ".join(f"{place.organization} ({place.organization_id})" for place in places)
            raise Invalid(
                f"{address} is invited by several organizations.",
                field="organization",
                next_step=f"Name one: {known}.",
            )
        here = places[0].organization_id
        return await make_link(tx, runtime.settings, person.id, Purpose.INVITE, organization_id=here)


def _nobody_waits(address: str) -> NotFound:
    return NotFound(f"No invitation of {address} waits to be accepted.", next_step="Invite them first.")
