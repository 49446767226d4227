"""Connections and transactions. A transaction begins here and is committed here, nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeVar
from uuid import UUID

from sqlalchemy import TextClause, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from signoff.db.engines import engine_for_many, open_engine
from signoff.db.groups import Group, Shared
from signoff.db.urls import DatabaseUrls
from signoff.kernel.clock import Clock, SystemClock

T = TypeVar("T")
R = TypeVar("R")

BeforeCommit = Callable[[AsyncSession], Awaitable[None]]

_HOOKS: Final = "before_commit"

_SCOPE_SET: Final = """
    select set_config('signoff.organization', :organization, true),
           set_config('signoff.person', :person, true),
           set_config('signoff.email', :email, true),
           set_config('signoff.secret', :secret, true),
           set_config('signoff.brands', :brands, true),
           set_config('signoff.clock_offset', :clock_offset, true)
"""
_SET_SCOPE = text(_SCOPE_SET)
_SET_SCOPE_TO_READ = text(f"{_SCOPE_SET}, set_config('transaction_read_only', 'on', true)")
_ADD_SCOPE = text("""
    select set_config('signoff.organization', :organization, true) where :organization <> ''
    union all
    select set_config('signoff.person', :person, true) where :person <> ''
""")
_SET_CLOCK = text("select set_config('signoff.clock_offset', :clock_offset, true)")


_brands: Final = ContextVar("signoff_brands", default="")
"""What the request that is being answered may see, as an array of ids; empty: all brands."""


@dataclass(frozen=True, slots=True)
class _Shared:
    """A transaction that others of the same scope and task are part of."""

    tx: AsyncSession
    scope: Mapping[str, str]
    task: asyncio.Task[Any] | None


_shared: Final = ContextVar[_Shared | None]("signoff_shared", default=None)


def limit_to_brands(brand_ids: Collection[UUID] | None) -> None:
    """Let the application's transactions of this task, and of those it starts, see these brands only.

    None: all of them. Whoever finds out who is asking says it, so that no query has to remember it.
    """
    _brands.set("" if brand_ids is None else "{" + ",".join(map(str, brand_ids)) + "}")


@contextmanager
def all_brands() -> Iterator[None]:
    """Let transactions that are opened meanwhile see all brands, whoever asks: for Signoff's own steps."""
    before = _brands.set("")
    try:
        yield
    finally:
        _brands.reset(before)


class Transaction(AsyncSession):
    """A session that lives as long as its transaction; only `Database` commits it."""

    async def commit(self) -> NoReturn:
        raise RuntimeError("the transaction is committed where it was opened, after its hooks ran")


def before_commit(tx: AsyncSession, hook: BeforeCommit) -> None:
    """Have `hook` called with the session once all else is written. If it fails, nothing is committed."""
    tx.info.setdefault(_HOOKS, []).append(hook)


async def add_scope(
    tx: AsyncSession, *, organization_id: UUID | None = None, person_id: UUID | None = None
) -> None:
    """Let an open transaction see more, once it learnt whose secret it was given; what isn't given stays."""
    await tx.execute(_ADD_SCOPE, {"organization": str(organization_id or ""), "person": str(person_id or "")})


class Database:
    """Connections of the two roles that work with rows, opened when needed. It belongs to one event loop."""

    def __init__(
        self,
        urls: DatabaseUrls,
        *,
        clock: Clock | None = None,
        app_pool: int = 10,
        worker_pool: int = 10,
        name: str = "signoff",
    ) -> None:
        """Prepare the pools.

        Args:
            urls: Where the database is, for each role.
            clock: The database's clock is shifted by its offset in every transaction.
            app_pool: Connections of the application's role; half as many again are opened under load.
            worker_pool: The same for the workers' role.
            name: What the server lists the connections as.
        """
        self.urls = urls
        self._clock = clock or SystemClock()
        self._app = open_engine(urls.app, f"{name} app", app_pool)
        self._worker = open_engine(urls.worker, f"{name} worker", worker_pool)
        self._for_many = engine_for_many(urls.worker, f"{name} worker")
        self.worker_connections = 0
        """How often the workers' role connected: a new connection may lead to another database."""
        self._groups: dict[Shared[Any, Any], Group[Any, Any]] = {}
        for engine in (self._worker, self._for_many):
            event.listen(engine.sync_engine, "connect", self._count_connection)

    @asynccontextmanager
    async def transaction(
        self,
        organization_id: UUID | None = None,
        *,
        person_id: UUID | None = None,
        email: str = "",
        secret: str = "",
    ) -> AsyncIterator[AsyncSession]:
        """Open a transaction that sees one organization's rows. Commits at the end, rolls back on any error.

        Signing in knows less than an organization: then only rows of the person, of the mail address, or of
        the digest of the presented `secret` are visible, and those that belong to nobody.
        """
        scope = self._scope(organization_id, person_id, email, secret)
        if shared := self._shared_with(scope):
            yield shared
            return
        async with self._within(scope, _SET_SCOPE) as tx:
            yield tx

    @asynccontextmanager
    async def reading(self, organization_id: UUID) -> AsyncIterator[None]:
        """Let all that this task reads of an organization meanwhile share one transaction.

        Each one costs three trips to the database, whatever is asked in it. Nothing can be written in this
        one, so that nothing is committed later than whoever wrote it believes.
        """
        scope = self._scope(organization_id)
        async with self._within(scope, _SET_SCOPE_TO_READ) as tx:
            before = _shared.set(_Shared(tx, scope, asyncio.current_task()))
            try:
                yield
            finally:
                _shared.reset(before)

    def _shared_with(self, scope: Mapping[str, str]) -> AsyncSession | None:
        shared = _shared.get()
        if shared is None or shared.tx.bind is not self._app:
            return None
        # A task that was started meanwhile would use the connection at the same time, or when it is closed.
        is_same = shared.scope == scope and shared.task is asyncio.current_task()
        return shared.tx if is_same else None

    def _scope(
        self, organization_id: UUID | None, person_id: UUID | None = None, email: str = "", secret: str = ""
    ) -> Mapping[str, str]:
        # Written even when empty: what counts is never left over from an earlier user of the connection.
        return {
            "organization": str(organization_id or ""),
            "person": str(person_id or ""),
            "email": email,
            "secret": secret,
            "brands": _brands.get(),
            "clock_offset": self._offset(),
        }

    @asynccontextmanager
    async def _within(self, scope: Mapping[str, str], begin: TextClause) -> AsyncIterator[AsyncSession]:
        async with Transaction(self._app, expire_on_commit=False) as tx, tx.begin():
            await tx.execute(begin, scope)
            yield tx
            await _run_hooks(tx)

    def worker_transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a transaction over all organizations, with the workers' grants."""
        return self._work_on(self._worker)

    def _transaction_of_many(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self._work_on(self._for_many)

    @asynccontextmanager
    async def _work_on(self, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        async with Transaction(engine, expire_on_commit=False) as tx, tx.begin():
            if offset := self._offset():
                await tx.execute(_SET_CLOCK, {"clock_offset": offset})
            yield tx
            await _run_hooks(tx)

    async def together(self, shared: Shared[T, R], item: T) -> R:
        """Have the workers' role write an item, in one transaction with those that come at the same time.

        The result is given once that transaction is committed.
        """
        if (group := self._groups.get(shared)) is None:
            group = self._groups[shared] = Group(shared, self._transaction_of_many, self.worker_transaction)
        return await group.carry_out(item)  # type: ignore[no-any-return]

    def _offset(self) -> str:
        """The shift as an interval for PostgreSQL; empty without one, which costs the workers nothing."""
        offset = self._clock.offset
        return f"{offset.total_seconds()} seconds" if offset else ""

    def _count_connection(self, *_: object) -> None:
        self.worker_connections += 1

    async def close(self) -> None:
        """Close all connections. Open transactions are rolled back by the server."""
        await self._app.dispose()
        await self._worker.dispose()
        await self._for_many.dispose()


async def _run_hooks(tx: AsyncSession) -> None:
    # Pending objects go first, so that a hook sees all that was written. A hook may add another.
    await tx.flush()
    hooks: list[BeforeCommit] = tx.info.get(_HOOKS, [])
    for hook in hooks:
        await hook(tx)
        await tx.flush()
