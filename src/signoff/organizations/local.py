"""Acting from the machine's own command line, where the operating system has checked who it is."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.session import add_scope
from signoff.kernel.errors import Invalid, NotFound
from signoff.kernel.ids import OrganizationId
from signoff.kernel.people import Actor, Via
from signoff.organizations.addresses import mail_address
from signoff.organizations.people import acting, belongings
from signoff.records.tenants import Person
from signoff.runtime import Runtime


async def local_actor(
    runtime: Runtime, email: str, *, via: Via = Via.CLI, organization_id: OrganizationId | None = None
) -> Actor:
    """Act as the person with this address, in their own role.

    Raises:
        NotFound: Nobody with this address, or they don't belong to the organization.
        Invalid: They belong to several organizations, and none was named.
    """
    address = mail_address(email)
    async with runtime.database.transaction(email=address) as tx:
        person = await _person(tx, address)
        places = await belongings(tx, person.id)
    if organization_id:
        places = [place for place in places if place.organization_id == organization_id]
    if not places:
        raise NotFound(f"{address} doesn't belong to this organization.")
    if len(places) > 1:
        known = ", ".join(f"{place.organization} ({place.organization_id})" for place in places)
        raise Invalid(
            f"{address} belongs to several organizations.",
            field="organization",
            next_step=f"Name one: {known}.",
        )
    return acting(person, places[0], via)


async def _person(tx: AsyncSession, address: str) -> Person:
    person: Person | None = await tx.scalar(
        select(Person).where(Person.email == address, Person.disabled_at.is_(None))
    )
    if person is None:
        raise NotFound(f"Nobody here has the address {address}.")
    await add_scope(tx, person_id=person.id)
    return person
