"""Whether this process can serve, part by part, and whether publishing goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from sqlalchemy import text

from signoff.db import migrate
from signoff.records.alerts.alarms import standing_alarms
from signoff.runtime import Runtime

_ANSWER_WITHIN: Final = timedelta(seconds=5)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was looked at. What it says names no address, host or tenant: anybody may ask."""

    ok: bool
    said: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a load balancer and a monitor want to know."""

    database: Part
    migrations: Part
    publishing: Part

    @property
    def is_ready(self) -> bool:
        """Tell whether pages and API can be served. Dead workers don't change that."""
        return self.database.ok and self.migrations.ok

    def as_json(self) -> dict[str, Any]:
        parts = {"database": self.database, "migrations": self.migrations, "publishing": self.publishing}
        return {
            "ready": self.is_ready,
            "parts": {name: {"ok": part.ok, "said": part.said} for name, part in parts.items()},
        }


async def readiness(runtime: Runtime) -> Readiness:
    """Look at each part; what can't be looked at isn't ready and says why."""
    database = await _look(runtime, _database)
    if not database.ok:
        unknown = Part(ok=False, said="not known while the database can't be reached")
        return Readiness(database, unknown, unknown)
    return Readiness(database, await _look(runtime, _migrations), await _look(runtime, _publishing))


async def _look(runtime: Runtime, part: Callable[[Runtime], Awaitable[Part]]) -> Part:
    try:
        async with asyncio.timeout(_ANSWER_WITHIN.total_seconds()):
            return await part(runtime)
    except TimeoutError:
        return Part(ok=False, said=f"no answer within {_ANSWER_WITHIN.total_seconds():.0f} s")
    except Exception as problem:  # noqa: BLE001 - whatever it is, this part isn't ready; the log has the rest
        _log.warning(
            "not_ready", part=part.__name__.lstrip("_"), error=f"{type(problem).__name__}: {problem}"
        )
        return Part(ok=False, said=f"can't be reached ({type(problem).__name__}); the log says more")


async def _database(runtime: Runtime) -> Part:
    async with runtime.worker_transaction() as tx:
        await tx.execute(text("SELECT 1"))
    return Part(ok=True, said="answers")


async def _migrations(runtime: Runtime) -> Part:
    at, needed = await migrate.current(runtime.database.urls), migrate.head()
    if at == needed:
        return Part(ok=True, said=f"at {at}")
    return Part(ok=False, said=f"the database is at {at or 'nothing'}, this process needs {needed}")


async def _publishing(runtime: Runtime) -> Part:
    async with runtime.worker_transaction() as tx:
        alarms = [alarm.title for alarm in await standing_alarms(tx) if alarm.for_everybody]
    return Part(ok=not alarms, said="; ".join(alarms) or "goes on")
