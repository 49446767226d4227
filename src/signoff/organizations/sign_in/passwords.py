"""Setting a password, with the present one or with a link that was mailed."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import now_sql
from signoff.db.session import add_scope
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import PersonId, SessionId
from signoff.kernel.people import Actor, Via
from signoff.organizations import letters
from signoff.organizations.addresses import mail_address
from signoff.organizations.passwords import check_password, hash_password, is_password
from signoff.organizations.people import acting, home_of, own_person
from signoff.organizations.secret import digest
from signoff.organizations.sign_in.links import (
    Purpose,
    find_link,
    make_link,
    unusable,
    use_up,
    void_links,
    void_shown_links,
)
from signoff.organizations.sign_in.proof import take_proof
from signoff.organizations.throttle import admit, ceilings, forgive
from signoff.records.access import Session
from signoff.records.tenants import Person
from signoff.runtime import Runtime


async def request_reset(runtime: Runtime, email: str, ip: str) -> None:
    """Mail a link that sets a new password. Whether the address is known here can't be told from the answer.

    Raises:
        Invalid: It isn't a mail address.
        TooMany: Asked too often for this address, or from this place.
    """
    address = mail_address(email)
    async with runtime.database.transaction(email=address) as tx:
        await admit(tx, ceilings("reset", address, ip))
        person = await tx.scalar(select(Person).where(Person.email == address, Person.disabled_at.is_(None)))
        if person is None:
            return
        await add_scope(tx, person_id=person.id)
        link = await make_link(tx, runtime.settings, person.id, Purpose.RESET)
    letters.send_soon(runtime, letters.reset(address, link))


async def set_password(
    runtime: Runtime,
    proof: str | Actor,
    new_password: str,
    current_password: str | None = None,
    *,
    keep: SessionId | None = None,
) -> None:
    """Set a password and end all sessions but the one to `keep`; API tokens stay.

    The first link that proves whose the address is ends them too.

    `proof` is the secret of a one-time link, or the signed-in person, who also gives the current password if
    there is one.

    Raises:
        Invalid: The new password is too weak, or the current one is wrong.
        WrongState: The link is unknown, used, or too old.
        TooMany: Wrong current passwords were tried too often.
    """
    if isinstance(proof, Actor):
        await _with_current(runtime, proof, new_password, current_password or "", keep)
    else:
        await _with_link(runtime, digest(proof), new_password)


async def _with_current(
    runtime: Runtime, actor: Actor, new: str, current: str, keep: SessionId | None
) -> None:
    person_id = own_person(actor)
    async with runtime.database.transaction(actor.organization_id, person_id=person_id) as tx:
        person = await tx.get_one(Person, person_id)
        tries = await admit(tx, ceilings("set_password", person.email, actor.ip))
    if person.password_hash and not await is_password(person.password_hash, current):
        raise Invalid("The current password is wrong.", field="current_password")
    check_password(new, person.email)
    password_hash = await hash_password(new)
    async with runtime.database.transaction(actor.organization_id, person_id=person_id) as tx:
        await forgive(tx, tries)
        await replace_password(tx, await tx.get_one(Person, person_id), password_hash, keep=keep)
        _record(tx, actor, person_id)


async def _with_link(runtime: Runtime, hashed: str, new: str) -> None:
    async with runtime.database.transaction(secret=hashed) as tx:
        link = await find_link(tx, hashed)
        if link is None:
            raise unusable()
        await add_scope(tx, person_id=link.person_id)
        check_password(new, (await tx.get_one(Person, link.person_id)).email)
    password_hash = await hash_password(new)
    async with runtime.database.transaction(secret=hashed) as tx:
        link = await use_up(tx, hashed)
        await add_scope(tx, person_id=link.person_id)
        person = await tx.get_one(Person, link.person_id)
        await replace_password(tx, person, password_hash)
        await take_proof(tx, person, link)
        place = await home_of(tx, person.id, wanted=link.organization_id)
        await add_scope(tx, organization_id=place.organization_id)
        _record(tx, acting(person, place, Via.WEB), person.id)


async def replace_password(
    tx: AsyncSession, person: Person, password_hash: str, *, keep: SessionId | None = None
) -> None:
    """Store a password. Whoever came in by the old one, or holds a link, is out.

    While the address isn't proven, it may be somebody else who sets it: links that only the mailbox got stay.
    """
    person.password_hash = password_hash
    await tx.flush()
    ended = update(Session).where(Session.person_id == person.id, Session.revoked_at.is_(None))
    if keep:
        ended = ended.where(Session.id != keep)
    await tx.execute(ended.values(revoked_at=now_sql()))
    await (void_links if person.proven_at else void_shown_links)(tx, person.id)


def _record(tx: AsyncSession, actor: Actor, person_id: PersonId) -> None:
    chain.record(tx, actor, "person.password_set", ("person", person_id))
