"""How often something may be tried: counted in the database, so that it holds over all processes."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now, now_sql
from signoff.kernel.errors import TooMany
from signoff.records.access import SignInAttempt

WINDOW: Final = timedelta(minutes=15)
PER_MAIL: Final = 10
PER_IP: Final = 50


@dataclass(frozen=True, slots=True)
class Ceiling:
    """At most so many tries within the window; `subject` is a digest, never an address itself."""

    subject: str
    most: int


def ceilings(purpose: str, email: str, ip: str) -> list[Ceiling]:
    """Give what a try counts against: the mail address, and the address it comes from, when known."""
    by_mail = Ceiling(_subject(purpose, "mail", email), PER_MAIL)
    return [by_mail, Ceiling(_subject(purpose, "ip", ip), PER_IP)] if ip else [by_mail]


def _subject(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


async def admit(tx: AsyncSession, limits: Sequence[Ceiling]) -> list[int]:
    """Count a try before it is made, so that many at once don't slip through; `forgive` takes it back.

    Raises:
        TooMany: A ceiling is reached; this try isn't counted.
    """
    # Always in the same order, so that two can't wait for each other.
    for limit in sorted(limits, key=lambda limit: limit.subject):
        await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(limit.subject, 0))))
        await _check(tx, limit)
    tries = [SignInAttempt(subject=limit.subject) for limit in limits]
    tx.add_all(tries)
    await tx.flush()
    return [each.id for each in tries]


async def _check(tx: AsyncSession, limit: Ceiling) -> None:
    query = select(func.count(), func.min(SignInAttempt.at)).where(
        SignInAttempt.subject == limit.subject, SignInAttempt.at > now_sql() - WINDOW
    )
    count, oldest = (await tx.execute(query)).one()
    if count < limit.most:
        return
    wait = oldest + WINDOW - await database_now(tx)
    minutes = math.ceil(wait / timedelta(minutes=1))
    raise TooMany(
        "That was tried too often.",
        next_step=f"Try again in {minutes} minutes.",
        retry_after_s=max(1, math.ceil(wait.total_seconds())),
    )


async def forgive(tx: AsyncSession, tries: Sequence[int]) -> None:
    """Take a counted try back, because it succeeded."""
    await tx.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(tries)))
