"""Inviting somebody by mail address. The link can be copied; it is mailed where a mail server is set up."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.session import add_scope
from signoff.kernel.errors import WrongState
from signoff.kernel.ids import new_id
from signoff.kernel.people import Actor, May, Role
from signoff.organizations import letters
from signoff.organizations.addresses import mail_address
from signoff.organizations.lines import one_line
from signoff.organizations.members import Member, need_owner_for, read_members, set_role
from signoff.organizations.people import belongings
from signoff.organizations.sign_in.links import Purpose, make_link, void_links
from signoff.records.tenants import Membership, Organization, Person
from signoff.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Invited:
    """A new member, and the address that they open."""

    member: Member
    link: str = field(repr=False)
    signs_in: bool
    """The link lets in whoever opens it, once; otherwise it is the usual page for signing in."""
    is_mailed: bool


async def invite_member(runtime: Runtime, actor: Actor, email: str, role: Role, name: str = "") -> Invited:
    """Add a member, or invite one again who never arrived.

    The link signs in only a person who is known nowhere but here. Anybody else signs in as usual: otherwise
    an admin of one organization could get into another by inviting its members.

    Raises:
        NotAllowed: An owner is invited, and the actor isn't one.
        WrongState: They are a member already.
        Invalid: It isn't a mail address.
    """
    actor.need(May.MANAGE_MEMBERS)
    need_owner_for(actor, role)
    address = mail_address(email)
    async with runtime.database.transaction(actor.organization_id, email=address) as tx:
        person = await _person(tx, address, name)
        membership = await _membership(tx, actor, person, role)
        link, signs_in = await _link(runtime, tx, actor, person)
        member = (await read_members(tx, actor, membership_id=membership.id))[0]
        organization = await tx.get_one(Organization, actor.organization_id)
    letter = letters.invitation(address, organization.name, actor.name or actor.email, link)
    return Invited(member, link, signs_in, is_mailed=await letters.send(runtime, letter))


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
    tx.add(membership)
    await tx.flush()
    chain.record(tx, actor, "member.invited", ("person", person.id), after={"role": str(role)})
    return membership


async def _again(tx: AsyncSession, actor: Actor, present: Membership, role: Role) -> Membership:
    member = (await read_members(tx, actor, membership_id=present.id))[0]
    if not member.is_pending:
        raise WrongState(f"{member.email} is a member already.", next_step="Change their role in the list.")
    need_owner_for(actor, present.role)
    await set_role(tx, actor, present, role)
    chain.record(tx, actor, "member.invited", ("person", present.person_id), after={"role": str(role)})
    return present


async def _link(runtime: Runtime, tx: AsyncSession, actor: Actor, person: Person) -> tuple[str, bool]:
    places = {place.organization_id for place in await belongings(tx, person.id)}
    # Whoever invited them earlier may hold that link, and could use it to enter here.
    await void_links(tx, person.id, Purpose.INVITE)
    if person.password_hash or places != {actor.organization_id}:
        return f"{runtime.settings.address}/sign-in", False
    return await make_link(tx, runtime.settings, person.id, Purpose.INVITE), True
