"""Statements as somebody would send them who got hold of a role's password, past all of our code."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import pytest
from psycopg import AsyncConnection
from sqlalchemy import URL

from signoff.db.urls import conninfo
from signoff.runtime import Runtime

Rows: TypeAlias = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Role:
    """One of the database's roles."""

    url: URL

    async def run(self, statement: str, *values: Any, organization: UUID | None = None, **named: Any) -> Rows:
        """Carry a statement out in a transaction of its own. Raises psycopg's errors."""
        async with self.transaction(organization) as connection:
            return await execute(connection, statement, *values, **named)

    @asynccontextmanager
    async def transaction(self, organization: UUID | None = None) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed at the end; the caller decides when."""
        async with await AsyncConnection.connect(conninfo(self.url)) as connection:
            if organization:
                await execute(
                    connection, "select set_config('signoff.organization', %s, true)", str(organization)
                )
            yield connection


async def execute(connection: AsyncConnection, statement: str, *values: Any, **named: Any) -> Rows:
    """Values go to %s, or by name to %(name)s."""
    cursor = await connection.execute(statement, named or values)
    return await cursor.fetchall() if cursor.description else []


@pytest.fixture
def app_sql(runtime: Runtime) -> Role:
    """SQL as the application's role, which sees one organization."""
    return Role(runtime.database.urls.app)


@pytest.fixture
def worker_sql(runtime: Runtime) -> Role:
    """SQL as the workers' role, which sees all of them."""
    return Role(runtime.database.urls.worker)


@pytest.fixture
def owner_sql(runtime: Runtime) -> Role:
    """SQL as the role that owns the tables; for looking at the catalogue."""
    return Role(runtime.database.urls.owner)
