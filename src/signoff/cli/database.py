"""Reaching the database for what is done before anything else runs on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from signoff.db.embedded import EmbeddedPostgres
from signoff.db.roles import provide_database
from signoff.db.urls import DatabaseUrls
from signoff.settings import Settings


@asynccontextmanager
async def reached(settings: Settings, *, alone: bool = False) -> AsyncIterator[DatabaseUrls]:
    """Give the addresses of the three roles, which are made where they are missing.

    The embedded server is joined when a process runs it, and else runs as long as the block does.

    Args:
        settings: Where the database is.
        alone: Refuse to join: no other process may run the embedded server.

    Raises:
        Unavailable: It can't be reached, isn't set up, or runs already.
    """
    server = None if settings.database_url else EmbeddedPostgres(settings.data_dir)
    if server:
        await asyncio.to_thread(server.start if alone else server.join)
    try:
        yield await provide_database(
            server.admin_url() if server else settings.database_url or "",
            data_dir=settings.data_dir,
            owner_url=settings.database_owner_url,
            worker_url=settings.database_worker_url,
        )
    finally:
        if server:
            await asyncio.to_thread(server.stop)
