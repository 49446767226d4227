"""One-time links: made, looked at, used up. Only the use changes anything, so that a mail scanner can't."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now, now_sql
from signoff.kernel.errors import WrongState
from signoff.kernel.ids import OrganizationId, PersonId
from signoff.organizations.secret import digest, new_secret
from signoff.records.access import OneTimeLink
from signoff.settings import Settings


class Purpose(StrEnum):
    """What a link is for."""

    SIGN_IN = "sign_in"
    RESET = "reset"
    INVITE = "invite"


VALID_FOR: Final = {
    Purpose.SIGN_IN: timedelta(hours=24),
    Purpose.RESET: timedelta(hours=1),
    Purpose.INVITE: timedelta(days=7),
}

_OPEN: Final = (OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now_sql())


async def make_link(
    tx: AsyncSession,
    settings: Settings,
    person_id: PersonId,
    purpose: Purpose,
    *,
    organization_id: OrganizationId | None = None,
    proves: bool = True,
) -> str:
    """Make a link and give its address; the transaction must know the person.

    Args:
        tx: Knows the person.
        settings: Where this installation is.
        person_id: Whom it lets in.
        purpose: What it is for.
        organization_id: Whose invitation it accepts.
        proves: Nobody sees it but the person's mailbox, or the operator. An admin who sees a link could
            use it, so that one proves nothing about whose the address is.
    """
    secret = new_secret()
    tx.add(
        OneTimeLink(
            person_id=person_id,
            purpose=purpose,
            token_hash=digest(secret),
            organization_id=organization_id,
            proves=proves,
            expires_at=await database_now(tx) + VALID_FOR[purpose],
        )
    )
    await tx.flush()
    return f"{settings.address}/link/{secret}"


async def find_link(tx: AsyncSession, hashed: str) -> OneTimeLink | None:
    """Look at a link that can still be used, without using it."""
    query = select(OneTimeLink).where(OneTimeLink.token_hash == hashed, *_OPEN)
    link: OneTimeLink | None = await tx.scalar(query)
    return link


async def use_up(tx: AsyncSession, hashed: str) -> OneTimeLink:
    """Use a link. Of two who try at the same time the database lets one through.

    Raises:
        WrongState: Unknown, used, or too old; the answer is the same.
    """
    change = update(OneTimeLink).where(OneTimeLink.token_hash == hashed, *_OPEN).values(used_at=now_sql())
    link: OneTimeLink | None = await tx.scalar(change.returning(OneTimeLink))
    if link is None:
        raise unusable()
    return link


def unusable() -> WrongState:
    return WrongState("This link was used already or is too old.", next_step="Ask for a new one.")


async def void_links(tx: AsyncSession, person_id: PersonId) -> None:
    """Make all of a person's unused links worthless."""
    await _void(tx, OneTimeLink.person_id == person_id)


async def void_shown_links(tx: AsyncSession, person_id: PersonId) -> None:
    """Make a person's unused links worthless that an admin saw; what only the mailbox got stays good."""
    await _void(tx, and_(OneTimeLink.person_id == person_id, OneTimeLink.proves.is_(False)))


async def void_invitations(tx: AsyncSession, person_id: PersonId, organization_id: OrganizationId) -> None:
    """Make one organization's unused links for a person worthless; another's stay good."""
    of_organization = OneTimeLink.organization_id == organization_id
    await _void(tx, and_(OneTimeLink.person_id == person_id, of_organization))


async def _void(tx: AsyncSession, which: ColumnElement[bool]) -> None:
    unused = update(OneTimeLink).where(which, OneTimeLink.used_at.is_(None))
    await tx.execute(unused.values(used_at=now_sql()))
