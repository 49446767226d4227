"""When the database itself is away, no alert can be raised: whoever notices writes to the operators."""

from __future__ import annotations

import socket
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.alerts.base import Notice, PermanentFailure, TemporaryFailure
from signoff.kernel.local_time import in_words
from signoff.records.models import WatcherRow
from signoff.records.tenants import IS_MEMBER, Membership, Person
from signoff.runtime import Runtime

_TITLE: Final = "The database can't be reached: nothing is published"

_log = structlog.get_logger()


class Outage:
    """Follows one process' sight of the database, and remembers whom to tell when it is lost."""

    def __init__(self, runtime: Runtime, name: str, *, tells: bool) -> None:
        """Begin in good faith.

        Args:
            runtime: What use cases need.
            name: Of this process.
            tells: Tell people in any case; otherwise only when no other process could.
        """
        self._runtime = runtime
        self._name = name
        self._always_tells = tells
        self._is_alone = False
        self._operators: tuple[str, ...] = ()
        self._since: tuple[float, datetime] | None = None
        self._is_told = False

    async def remember(self, tx: AsyncSession) -> None:
        """Note whom to tell, and whether somebody else would."""
        member = exists().where(
            Membership.person_id == Person.id,
            IS_MEMBER,
        )
        query = select(Person.email).where(Person.is_operator, Person.disabled_at.is_(None), member)
        self._operators = tuple((await tx.scalars(query.order_by(Person.email))).all())
        silent_after = self._runtime.settings.silent_after
        serving = select(func.count()).where(
            WatcherRow.serves_pages,
            WatcherRow.stopped_at.is_(None),
            WatcherRow.seen_at > func.signoff_now() - silent_after,
        )
        self._is_alone = not await tx.scalar(serving)

    async def goes_on(self, problem: Exception) -> None:
        """Note that the database didn't answer; once that lasts, tell people."""
        now = self._runtime.clock.monotonic()
        if self._since is None:
            self._since = (now, self._runtime.clock.now())
        lasted_s = now - self._since[0]
        _log.error("database_away", seconds=round(lasted_s), error=f"{type(problem).__name__}: {problem}")
        if self._is_told or lasted_s < self._runtime.settings.silent_after.total_seconds():
            return
        said = str(getattr(problem, "orig", None) or problem).strip().splitlines()
        self._is_told = await self._tell(
            _TITLE,
            f"Seen from {socket.gethostname()} since {in_words(self._since[1], 'UTC')}: "
            f"{said[0] if said else type(problem).__name__}",
            "Look at the database server. Publishing goes on by itself when it answers again.",
        )

    async def is_back(self) -> None:
        """Note that it answers; who was told that it was away hears of it."""
        if self._since is None:
            return
        since, self._since = self._since[1], None
        _log.info("database_back", away_since=f"{since:%Y-%m-%d %H:%M:%S} UTC")
        if self._is_told:
            self._is_told = False
            began, until = in_words(since, "UTC"), in_words(self._runtime.clock.now(), "UTC")
            await self._tell(
                "Over: the database can be reached again",
                f"{socket.gethostname()} couldn't reach it from {began} until {until}.",
                "Nothing has to be done: what is due goes out by the rules for late posts.",
            )

    async def _tell(self, title: str, cause: str, next_step: str) -> bool:
        """Mail those who run the installation; tells whether nobody is left to try again."""
        if not self._operators or not (self._always_tells or self._is_alone):
            return True
        key = f"{title} {cause}"
        notice = Notice(title, cause, next_step, self._runtime.settings.address, self._operators, key)
        try:
            await self._runtime.mail.deliver(notice)
        except TemporaryFailure as failure:
            _log.warning("outage_not_mailed", error=failure.detail)
            return False
        except PermanentFailure as failure:
            _log.warning("outage_not_mailed", error=failure.detail)
        return True
