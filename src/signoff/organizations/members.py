"""Who belongs to an organization, and in which role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.ids import BrandId, PersonId
from signoff.kernel.people import LEAST_ROLE, Actor, May, Role
from signoff.records.access import Session
from signoff.records.pages import (
    Page,
    behind,
    checked_limit,
    decode_moment,
    encode_cursor,
    has_words,
    page_of,
)
from signoff.records.tenants import Membership, Person
from signoff.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Member:
    """One person in one organization."""

    id: UUID
    person_id: PersonId
    email: str
    name: str
    role: Role
    version: int
    since: datetime
    is_pending: bool
    """Invited, but has never signed in, or not accepted yet."""
    brand_ids: Sequence[BrandId] | None = None
    """The only brands they see; None: all."""


async def page_of_members(
    runtime: Runtime, actor: Actor, *, search: str = "", cursor: str | None = None, limit: int = 50
) -> Page[Member]:
    """Give some of those who belong to the organization, in the order in which they came.

    With `search` those who have it in their address, or in the name under which they accepted.

    Raises:
        Invalid: Unknown cursor or limit.
    """
    actor.need(May.READ)
    query = _present(actor)
    if search.strip():
        named = and_(Membership.accepted_at.is_not(None), has_words(search, Person.name))
        query = query.where(or_(named, has_words(search, Person.email)))
    if cursor:
        edge = decode_moment(cursor)
        query = query.where(behind((Membership.created_at, Membership.id), edge, is_descending=False))
    query = query.order_by(Membership.created_at, Membership.id).limit(checked_limit(limit) + 1)
    async with runtime.transaction(actor.organization_id) as tx:
        found = [_member(*row) for row in await tx.execute(query)]
    return page_of(found, limit, lambda member: encode_cursor(member.since.isoformat(), member.id))


async def list_members(runtime: Runtime, actor: Actor) -> list[Member]:
    """Give everybody who belongs to the organization, owners first, then by name, to choose from."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        found = await read_members(tx, actor)
    return sorted(found, key=lambda member: (-member.role.rank, member.name.casefold()))


async def read_members(
    tx: AsyncSession, actor: Actor, *, membership_id: UUID | None = None
) -> Sequence[Member]:
    """Read all members of the actor's organization, or the one with this id."""
    query = _present(actor)
    if membership_id:
        query = query.where(Membership.id == membership_id)
    return [_member(*row) for row in await tx.execute(query)]


def _present(actor: Actor) -> Select[Membership, Person, bool]:
    arrived = select(Session.id).where(Session.person_id == Person.id).exists()
    return (
        select(Membership, Person, Person.password_hash.is_not(None) | arrived)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organization_id == actor.organization_id, Membership.removed_at.is_(None))
    )


def _member(membership: Membership, person: Person, has_arrived: bool) -> Member:  # noqa: FBT001 - a row
    return Member(
        membership.id,
        person.id,
        person.email,
        # What somebody is called elsewhere is shown once they have accepted.
        person.display_name if membership.accepted_at else person.email.partition("@")[0],
        membership.role,
        membership.version,
        membership.created_at,
        is_pending=membership.accepted_at is None or not has_arrived,
        brand_ids=membership.brand_ids,
    )


async def list_reviewers(runtime: Runtime, actor: Actor) -> list[Member]:
    """Give the members who may decide about posts."""
    least = LEAST_ROLE[May.DECIDE].rank
    return [
        each for each in await list_members(runtime, actor) if each.role.rank >= least and not each.is_pending
    ]
