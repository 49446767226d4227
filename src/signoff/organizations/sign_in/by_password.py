"""Signing in with mail address and password."""

from __future__ import annotations

from sqlalchemy import select

from signoff.kernel.errors import SignInNeeded
from signoff.organizations.lines import one_line
from signoff.organizations.passwords import hash_password, is_outdated, is_password
from signoff.organizations.sign_in.opened import SignedIn, Visitor, open_session
from signoff.organizations.throttle import admit, ceilings, forgive
from signoff.records.tenants import Person
from signoff.runtime import Runtime


async def sign_in(runtime: Runtime, email: str, password: str, *, ip: str, user_agent: str) -> SignedIn:
    """Open a session for whoever knows the password.

    An unknown address, a wrong password and a disabled person get the same answer, after the same time.

    Raises:
        SignInNeeded: Address or password is wrong.
        TooMany: Tried too often with this address, or from this place.
        NotAllowed: The person belongs to no organization any more.
    """
    address = one_line(email).lower()
    async with runtime.database.transaction(email=address) as tx:
        tries = await admit(tx, ceilings("sign_in", address, ip))
        person = await tx.scalar(select(Person).where(Person.email == address, Person.disabled_at.is_(None)))
    # No transaction is open while the password is hashed.
    if not await is_password(person.password_hash if person else None, password) or person is None:
        raise SignInNeeded(
            "E-mail address or password is wrong.",
            next_step="Try again, or ask for a link to set a new password.",
        )
    renewed = await hash_password(password) if is_outdated(person.password_hash or "") else None
    async with runtime.database.transaction(person_id=person.id) as tx:
        await forgive(tx, tries)
        person = await tx.get_one(Person, person.id)
        person.password_hash = renewed or person.password_hash
        return await open_session(tx, person, Visitor(ip, user_agent), {"how": "password"})
