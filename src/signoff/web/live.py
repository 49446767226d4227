"""Live updates: named events without content; each part of a page asks for itself, with the viewer's rights.

The number of an event is that of the organization's last audit entry. A browser that comes back says which it
saw last and is told what changed since; nothing is lost while it was away.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from signoff.audit import chain
from signoff.audit.recent import subjects_since
from signoff.kernel.ids import OrganizationId
from signoff.runtime import Runtime

_log = structlog.get_logger(__name__)

EVENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "post": ("posts", "review"),
    "decision": ("posts", "review"),
    "comment": ("discussion",),
    "delivery": ("jobs", "alerts"),
    "alert": ("alerts",),
    "pause": ("pause", "jobs"),
    "channel": ("channels",),
}
"""Which events tell of a change to what."""

ALL: Final = frozenset(name for names in EVENTS.values() for name in names)

_POLL_S: Final = 0.5
_PING_S: Final = 15.0
_LONGEST_S: Final = 900.0
"""A stream ends after this long and the browser opens it anew; so a session that was ended is noticed."""
_FAR_BEHIND: Final = 1000
"""Entries from which on everything counts as changed."""


@dataclass(eq=False, slots=True)
class _Listener:
    organization_id: OrganizationId
    seen: int
    names: set[str] = field(default_factory=set)
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class LiveEvents:
    """One look at the database every half second feeds all streams of this process.

    It costs one question, and where something changed one more for each entry at which streams wait: with
    any number of open pages that is mostly one.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._listeners: set[_Listener] = set()
        self._poller: asyncio.Task[None] | None = None
        self._is_closing = False

    async def stream(self, organization_id: OrganizationId, since: int) -> AsyncIterator[bytes]:
        """Give the events of an organization after entry `since`, until the browser leaves."""
        listener = _Listener(organization_id, since)
        self._listeners.add(listener)
        self._look_out()
        ends_at = self._runtime.clock.monotonic() + _LONGEST_S
        try:
            yield b"retry: 2000\n\n"
            while not self._is_closing and self._runtime.clock.monotonic() < ends_at:
                yield await _next(listener)
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        self._is_closing = True
        for listener in self._listeners:
            listener.wake.set()
        if self._poller:
            self._poller.cancel()

    def _look_out(self) -> None:
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll(), name="live events")

    async def _poll(self) -> None:
        """Run as long as anybody listens. A database that is away is waited for."""
        while self._listeners:
            try:
                await self._look()
            except (SQLAlchemyError, OSError) as problem:
                _log.warning("live updates wait for the database", problem=str(problem))
            await asyncio.sleep(_POLL_S)

    async def _look(self) -> None:
        wanted = {listener.organization_id for listener in self._listeners}
        async with self._runtime.worker_transaction() as tx:
            latest = await chain.latest(tx, wanted)
        known: dict[tuple[OrganizationId, int], frozenset[str]] = {}
        for listener in list(self._listeners):
            now = latest.get(listener.organization_id, 0)
            if now == listener.seen:
                continue
            since = (listener.organization_id, listener.seen)
            if since not in known:  # the pages of one organization mostly wait at the same entry
                known[since] = await self._names(*since, now)
            listener.names |= known[since]
            listener.seen = now
            listener.wake.set()

    async def _names(self, organization_id: OrganizationId, seen: int, now: int) -> frozenset[str]:
        if now < seen or now - seen > _FAR_BEHIND:  # smaller after a restored backup
            return ALL
        async with self._runtime.transaction(organization_id) as tx:
            subjects = await subjects_since(tx, organization_id, seen)
        return frozenset(name for subject in subjects for name in EVENTS.get(subject, ()))


async def _next(listener: _Listener) -> bytes:
    """Wait for something to tell; a comment now and then keeps the connection open, or finds it closed."""
    with suppress(TimeoutError):
        await asyncio.wait_for(listener.wake.wait(), _PING_S)
    listener.wake.clear()
    if not listener.names:
        return f"id: {listener.seen}\n: ping\n\n".encode()
    names, listener.names = sorted(listener.names), set()
    return "".join(
        f"id: {listener.seen}\nevent: {name}\ndata: {listener.seen}\n\n" for name in names
    ).encode()
