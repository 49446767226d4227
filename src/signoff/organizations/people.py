"""People and their memberships, as the ways in and the member list read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.errors import NotAllowed
from signoff.kernel.ids import BrandId, OrganizationId, PersonId
from signoff.kernel.people import Actor, May, Role, Via
from signoff.records.access import Session
from signoff.records.tenants import Membership, Organization, Person


@dataclass(frozen=True, slots=True)
class Belonging:
    """One organization that a person belongs to, and in which role."""

    organization_id: OrganizationId
    organization: str
    role: Role
    brand_ids: Sequence[BrandId] | None = None


async def belongings(tx: AsyncSession, person_id: PersonId) -> list[Belonging]:
    """Give a person's present memberships, oldest first; invitations not yet accepted aren't among them.

    The transaction must know the person.
    """
    return await _places(tx, person_id, Membership.accepted_at.is_not(None))


async def open_invitations(tx: AsyncSession, person_id: PersonId) -> list[Belonging]:
    """Give the places that a person could have, and hasn't accepted. The transaction must know the person."""
    return await _places(tx, person_id, Membership.accepted_at.is_(None))


async def _places(tx: AsyncSession, person_id: PersonId, which: ColumnElement[bool]) -> list[Belonging]:
    query = (
        select(Membership.organization_id, Organization.name, Membership.role, Membership.brand_ids)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.person_id == person_id, Membership.removed_at.is_(None), which)
        .order_by(Membership.created_at, Membership.id)
    )
    return [Belonging(*row) for row in await tx.execute(query)]


async def home_of(
    tx: AsyncSession, person_id: PersonId, *, wanted: OrganizationId | None = None
) -> Belonging:
    """Choose where a person arrives: where wanted, where they were last, where they have belonged longest.

    Raises:
        NotAllowed: They belong to no organization any more.
    """
    places = await belongings(tx, person_id)
    if not places:
        raise NotAllowed("You don't belong to any organization.", next_step="Ask an admin to invite you.")
    last = await tx.scalar(
        select(Session.organization_id)
        .where(Session.person_id == person_id)
        .order_by(Session.seen_at.desc())
        .limit(1)
    )
    preferred = [place for one in (wanted, last) for place in places if place.organization_id == one]
    return (preferred or places)[0]


async def place_of(
    tx: AsyncSession, person_id: PersonId, organization_id: OrganizationId
) -> Belonging | None:
    """Give the present membership; None for those who don't belong, or not any more."""
    places = await belongings(tx, person_id)
    return next((place for place in places if place.organization_id == organization_id), None)


def acting(person: Person, place: Belonging, via: Via, *, ip: str = "") -> Actor:
    """Make the actor that a signed-in person is."""
    return Actor(
        place.organization_id,
        person.id,
        place.role,
        via,
        name=person.display_name,
        email=person.email,
        ip=ip,
        is_operator=person.is_operator,
        brand_ids=None if place.brand_ids is None else tuple(place.brand_ids),
    )


def is_unlimited(actor: Actor) -> bool:
    """Signed in, or with a token that may do whatever the person may."""
    return not actor.is_agent and actor.scopes == frozenset(May)


def own_person(actor: Actor) -> PersonId:
    """Give the person behind the actor, for what concerns their own ways in.

    Raises:
        NotAllowed: A worker, an agent, or a token that is limited to some scopes.
    """
    if actor.person_id is None or not is_unlimited(actor):
        raise NotAllowed(
            "A token with limited scopes can't change how somebody signs in.",
            next_step="Sign in with the browser.",
        )
    return actor.person_id


def is_pending(person: Person, last_seen: datetime | None) -> bool:
    """Invited, but never arrived."""
    return person.password_hash is None and last_seen is None
