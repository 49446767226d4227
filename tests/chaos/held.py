"""Stopping the database in the middle of one certain commit: when it can fail no more, before its answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from tests.support.waiting import until

_LOCK: Final = 4711
_INSTALL: Final = """
    CREATE FUNCTION hold_intent() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER hold_intent AFTER UPDATE ON deliveries DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.commit_intent_at IS DISTINCT FROM OLD.commit_intent_at
                           AND NEW.commit_intent_at IS NOT NULL)
        EXECUTE FUNCTION hold_intent();
    ALTER FUNCTION hold_intent() SET lock_timeout = 0;
"""
_REMOVE: Final = "DROP TRIGGER hold_intent ON deliveries; DROP FUNCTION hold_intent();"


@dataclass(frozen=True, slots=True)
class HeldIntent:
    """Intents wait at their commit until `let_go`."""

    administrator: psycopg.AsyncConnection[Any]

    async def until_one_waits(self) -> None:
        async def waits() -> bool:
            query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
            found = await (await self.administrator.execute(query, [_LOCK])).fetchone()
            return bool(found and found[0])

        await until(waits, within_s=240)

    async def let_go(self) -> None:
        """Let the waiting intent be committed, and all that follow."""
        await self.administrator.execute("SELECT pg_advisory_unlock_all()")


@asynccontextmanager
async def held_intents(administrator: psycopg.AsyncConnection[Any]) -> AsyncIterator[HeldIntent]:
    """Hold every intent at its commit."""
    await administrator.execute(_INSTALL)
    await administrator.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    held = HeldIntent(administrator)
    try:
        yield held
    finally:
        await held.let_go()
        await administrator.execute(_REMOVE)
