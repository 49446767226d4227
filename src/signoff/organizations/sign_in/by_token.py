"""Who is behind an API token."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy import or_, select, update

from signoff.db.clock import now_sql
from signoff.db.session import add_scope, limit_to_brands
from signoff.kernel.errors import SignInNeeded
from signoff.kernel.people import Actor, May, Via
from signoff.organizations.people import acting, place_of
from signoff.organizations.secret import digest
from signoff.records.access import ApiToken
from signoff.records.tenants import Person
from signoff.runtime import Runtime

USE_NOTED_EVERY: Final = timedelta(minutes=1)

_NOTED_LONG_AGO: Final = or_(ApiToken.used_at.is_(None), ApiToken.used_at < now_sql() - USE_NOTED_EVERY)


async def token_actor(runtime: Runtime, token: str, *, ip: str, via: Via) -> Actor:
    """Tell who presents this token: its person, in their present role, limited to the token's scopes.

    Raises:
        SignInNeeded: Unknown, expired or revoked, or the person was removed from the organization.
    """
    hashed = digest(token)
    async with runtime.database.transaction(secret=hashed) as tx:
        query = select(ApiToken, _NOTED_LONG_AGO).where(
            ApiToken.token_hash == hashed, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now_sql()
        )
        row = (await tx.execute(query)).one_or_none()
        if row is None:
            raise _unknown()
        found: ApiToken = row[0]
        await add_scope(tx, organization_id=found.organization_id, person_id=found.person_id)
        person = await tx.get_one(Person, found.person_id)
        place = await place_of(tx, person.id, found.organization_id)
        if place is None or person.disabled_at:
            raise _unknown()
        if row[1]:
            await tx.execute(update(ApiToken).where(ApiToken.id == found.id).values(used_at=now_sql()))
    actor = replace(
        acting(person, place, via, ip=ip),
        is_agent=found.is_agent,
        token=found.name,
        is_operator=person.is_operator and not found.is_agent,
        scopes=frozenset(scope for scope in May if scope in found.scopes),
    )
    limit_to_brands(actor.brand_ids)
    return actor


def _unknown() -> SignInNeeded:
    return SignInNeeded("The token is unknown, expired or revoked.", next_step="Make a new one.")
