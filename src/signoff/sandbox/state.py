"""Everything one sandbox remembers, in one place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from signoff.sandbox.files import Files
from signoff.sandbox.journal import Journal, Table
from signoff.sandbox.records import (
    Account,
    Code,
    Container,
    Fault,
    LateCall,
    Limit,
    LoggedCall,
    Offset,
    Photo,
    Post,
    Token,
)
from signoff.sandbox.settings import SandboxSettings
from signoff.sandbox.usage import Usage

LOGGED_CALLS = 10_000
_ONLY = "only"


class World:
    """Accounts, their posts, and what will go wrong. One event loop changes it, so nothing is locked."""

    def __init__(self, settings: SandboxSettings) -> None:
        folder = settings.state_dir
        self.settings = settings
        self.files = Files(folder / "files" if folder else None)
        self._journal = Journal(folder / "journal.jsonl" if folder else None)
        self.accounts = Table("accounts", Account, self._journal)
        self.tokens = Table("tokens", Token, self._journal)
        self.codes = Table("codes", Code, self._journal)
        self.containers = Table("containers", Container, self._journal)
        self.photos = Table("photos", Photo, self._journal)
        self.posts = Table("posts", Post, self._journal)
        self.faults = Table("faults", Fault, self._journal)
        self.limits = Table("limits", Limit, self._journal)
        self.late_calls = Table("late_calls", LateCall, self._journal)
        self.log = Table("log", LoggedCall, self._journal, limit=LOGGED_CALLS)
        self._offset = Table("clock", Offset, self._journal)
        self._last_number = 0
        self.usage = Usage(settings.hourly_calls, self._limit_of)
        self._load()

    def now(self) -> datetime:
        """Tell the sandbox's own time: the machine's, shifted by what the control API set."""
        return datetime.now(UTC) + self.clock_offset

    @property
    def clock_offset(self) -> timedelta:
        return timedelta(seconds=(self._offset.get(_ONLY) or Offset()).seconds)

    def set_clock_offset(self, offset: timedelta) -> None:
        self._offset.put(_ONLY, Offset(offset.total_seconds()))

    def next_number(self) -> int:
        """Give a number that nothing had before, not even before a reset or a restart without a state folder.

        A database that outlives the sandbox holds ids of earlier posts as receipts: they must not come again.
        """
        self._last_number = max(self._last_number + 1, time.time_ns() // 1_000_000)
        return self._last_number

    def forget_everything(self) -> None:
        for table in self._tables():
            table.clear()
        self.usage.clear()
        self.files.clear()
        self._journal.start_over(self._rows())

    def _load(self) -> None:
        tables = {table.name: table for table in self._tables()}
        for name, key, value in self._journal.read():
            tables[name].replay(key, value)
        for call in self.log.values():
            self.usage.count(call.account, call.at)
        self._journal.start_over(self._rows())

    def _limit_of(self, account: str) -> int | None:
        limit = self.limits.get(account)
        return limit.calls_per_hour if limit else None

    def _tables(self) -> tuple[Table[Any], ...]:
        return (
            self.accounts,
            self.tokens,
            self.codes,
            self.containers,
            self.photos,
            self.posts,
            self.faults,
            self.limits,
            self.late_calls,
            self.log,
            self._offset,
        )

    def _rows(self) -> Iterator[tuple[str, str, Any]]:
        for table in self._tables():
            yield from table.dump()
