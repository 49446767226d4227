"""Which database this is, and how far it has come: so that an older copy in its place is noticed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg.errors import InsufficientPrivilege
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

_ASK: Final = text("""
    SELECT (SELECT system_identifier FROM pg_control_system())::text || '/' ||
               (SELECT oid FROM pg_database WHERE datname = current_database()),
           (SELECT timeline_id FROM pg_control_checkpoint()),
           coalesce(pg_sequence_last_value('intent_numbers'), 0), signoff_now()
""")


@dataclass(frozen=True, slots=True)
class Identity:
    """A database at one moment."""

    system: str
    """The server's identifier and the database's own; another one means that it was made anew."""
    timeline: int
    """Changes when a server is brought back to an earlier moment, or when a copy takes over."""
    intents: int
    """How many calls that publish were announced so far."""
    at: datetime

    def was_swapped_for(self, other: Identity) -> bool:
        """Tell whether `other`, seen later in the same place, isn't this one further on."""
        same = (self.system, self.timeline) == (other.system, other.timeline)
        return not same or other.intents < self.intents


async def identity_of(tx: AsyncSession) -> Identity | None:
    """Ask the database who it is; None where the server doesn't tell (some hosted ones)."""
    try:
        async with tx.begin_nested():
            return Identity(*(await tx.execute(_ASK)).one())
    except ProgrammingError as problem:
        if isinstance(problem.orig, InsufficientPrivilege):
            return None
        raise
