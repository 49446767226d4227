"""Signing in with a one-time link: the first start, an invitation, a forgotten password."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.session import add_scope
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import PersonId
from signoff.organizations.passwords import check_password, hash_password
from signoff.organizations.secret import digest
from signoff.organizations.sign_in.links import Purpose, find_link, unusable, use_up
from signoff.organizations.sign_in.opened import SignedIn, Visitor, open_session
from signoff.organizations.sign_in.passwords import replace_password
from signoff.organizations.sign_in.proof import needs_password, take_proof
from signoff.records.access import OneTimeLink
from signoff.records.tenants import Organization, Person
from signoff.runtime import Runtime


@dataclass(frozen=True, slots=True)
class LinkInfo:
    """What the page behind a link may show before it is used; empty when it can't be used."""

    purpose: str
    email: str
    valid: bool
    needs_password: bool = False
    """Using it sets a password; otherwise it may."""
    organization: str = ""
    """Into which it leads."""


async def peek_link(runtime: Runtime, secret: str) -> LinkInfo:
    """Look at a link without using it."""
    hashed = digest(secret)
    async with runtime.database.transaction(secret=hashed) as tx:
        link = await find_link(tx, hashed)
        if link is None:
            return LinkInfo("", "", valid=False)
        person = await _person(tx, link.person_id)
        purpose = Purpose(link.purpose)
        return LinkInfo(
            purpose,
            person.email,
            valid=True,
            needs_password=needs_password(person, link),
            organization=await _leads_into(tx, link),
        )


async def use_link(
    runtime: Runtime, secret: str, *, ip: str, user_agent: str, new_password: str | None = None
) -> SignedIn:
    """Use a link up, accept the invitation it came with, open a session; set `new_password`, if any.

    Raises:
        WrongState: The link is unknown, used, or too old.
        Invalid: The password is missing or too weak; the link stays usable.
        NotAllowed: The person belongs to no organization any more.
    """
    about = await peek_link(runtime, secret)
    if not about.valid:
        raise unusable()
    if about.needs_password and not new_password:
        raise Invalid("Choose a new password.", field="password")
    password_hash = None
    if new_password:
        check_password(new_password, about.email)
        password_hash = await hash_password(new_password)
    hashed = digest(secret)
    async with runtime.database.transaction(secret=hashed) as tx:
        link = await use_up(tx, hashed)
        person = await _person(tx, link.person_id)
        if password_hash:
            await replace_password(tx, person, password_hash)
        elif needs_password(person, link):  # somebody set one since the link was looked at
            raise unusable()
        await take_proof(tx, person, link)
        said = {"how": f"link:{link.purpose}", "password_set": bool(password_hash)}
        return await open_session(tx, person, Visitor(ip, user_agent), said, wanted=link.organization_id)


async def _leads_into(tx: AsyncSession, link: OneTimeLink) -> str:
    if link.organization_id is None:
        return ""
    await add_scope(tx, organization_id=link.organization_id)
    return (await tx.get_one(Organization, link.organization_id)).name


async def _person(tx: AsyncSession, person_id: PersonId) -> Person:
    await add_scope(tx, person_id=person_id)
    person = await tx.get_one(Person, person_id)
    if person.disabled_at:
        raise unusable()
    return person
